/* Whether the service still lives (I14), and who else is at the same talk or case (D12). Needs app.js. */
(function () {
  "use strict";
  const SAYS_SO = 10, RINGS = 60, RESTARTS = 120; /* seconds without a word; the service says every 5 s that it lives */
  const PINGS = 4000;
  let lived = Date.now(), restarts = 0, silence = false;

  const polls = () => document.body.hasAttribute("data-polls"); /* a locked duty screen has no stream: it asks */
  const duty = () => { try { return localStorage.getItem("duty") === "1"; } catch (error) { return false; } };
  function showDuty() {
    for (const button of document.querySelectorAll("[data-duty]")) button.setAttribute("aria-pressed", String(duty()));
  }
  function sentence(silent, restarting) {
    if (restarting) return "系统正在重启，一两分钟就好；写好的都还在这一页。";
    if (silent < SAYS_SO) return "断开了，正在重连；现在看到的可能不是最新的。";
    const since = silent < 60 ? Math.floor(silent) + " 秒" : window.jiashu.length(silent * 1000);
    return "服务器 " + since + "没有回音，现在看到的不是最新的。急事看铃、打电话，并请告诉管理员。";
  }
  function look() {
    const strip = document.getElementById("lost"), silent = (Date.now() - lived) / 1000;
    if (!strip || !(document.body.hasAttribute("sse-connect") || polls())) return;
    const restarting = Date.now() < restarts, hung = silent >= RINGS && !restarting;
    if (silent >= SAYS_SO) strip.hidden = false;
    else if (silence) window.jiashu.isBack();
    silence = silent >= SAYS_SO;
    strip.classList.toggle("hung", hung);
    strip.textContent = sentence(silent, restarting);
    if (hung && (duty() || polls()) && Math.floor(silent) % 3 === 0) window.jiashu.beep();
  }
  document.addEventListener("htmx:sseOpen", (event) => {
    const source = event.detail.source;
    lived = Date.now();
    restarts = 0;
    if (source.watched) return;
    source.watched = true;
    source.addEventListener("beat", () => { lived = Date.now(); pulse(); });
        /* a page in the background has slow timers, and hears all the same */
    source.addEventListener("restart", () => { restarts = Date.now() + RESTARTS * 1000; look(); });
  });
  document.addEventListener("htmx:sseMessage", () => { lived = Date.now(); });
  document.addEventListener("htmx:afterRequest", (event) => {
      if (polls() && event.detail.successful) lived = Date.now(); });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-duty]")) return;
    try { localStorage.setItem("duty", duty() ? "0" : "1"); } catch (error) { return; }
    showDuty();
    if (duty()) window.jiashu.beep();
  });

  /* Who took a shift over says every 20 s that her page still sounds; a page that lost its sound says so itself. */
  const takes = () => document.body.hasAttribute("data-takes") || document.querySelector("[data-takeover]") !== null;
  let pulsed = 0;
  function pulse() {
    const strip = document.getElementById("takes-no-sound"), sounds = window.jiashu.sounds();
    if (document.querySelector("[data-takeover]")) document.body.setAttribute("data-takes", "");
    if (strip) strip.hidden = !takes() || sounds;
    if (!takes() || !sounds || Date.now() - pulsed < 20000) return;
    pulsed = Date.now();
    const csrf = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF"] || "";
    fetch("/console/duty/pulse", { method: "POST", headers: {
        "X-CSRF": csrf, "X-Idle": String(window.jiashu.quiet()) }, redirect: "manual" }).catch(() => {});
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-hear]")) window.jiashu.ring();
    if (event.target.closest("[data-takeover] [hx-post='/console/duty/heard']")) pulsed = Date.now();
    if (event.target.closest("[hx-post='/console/duty/over']")) document.body.removeAttribute("data-takes");
  });

  /* On the screen of who took over an alarm fills everything; the blank is 我去, but not for who was typing or turning
     pages as it
     came, nor where another button has the focus. */
  let typed = 0, rings = "", rang = 0;
  const ringing = () => Array.from(document.querySelectorAll(".alarm[data-ring]:not(.going)")).map((one) =>
      one.dataset.ring).join(" ");
  /* Who reads the message or cannot come works on: it folds to the strip, until something rings anew. */
  function fold() {
    let folded = "";
    try { folded = sessionStorage.getItem("folded") || ""; } catch (error) { /* a private window keeps nothing */ }
    document.body.classList.toggle("folded", folded !== "" && folded === ringing() &&
        !document.body.classList.contains("veiled"));
  }
  function looked() {
    const now = ringing();
    if (now !== rings) { rings = now; rang = Date.now(); }
    fold();
  }
  for (const name of ["htmx:sseMessage", "htmx:afterSettle", "DOMContentLoaded"]) document.addEventListener(name,
      looked);
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".alarm .look, .alarm .cannot")) return;
    try { sessionStorage.setItem("folded", ringing()); } catch (error) { return; }
    fold();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, textarea, select, [contenteditable]")) { typed = Date.now(); return; }
    const go = document.body.matches("[data-takes]:not(.folded)") &&
        document.querySelector(".alarm:not(.going) .go[hx-post$='/go']");
    if (event.key !== " " || !go || event.repeat || Date.now() - typed < 3000 || Date.now() - rang < 1500) return;
    if (event.target !== go && event.target.closest("button, a, summary, label, dialog")) return;
    event.preventDefault();
    go.click();
  });

  let said = 0;
  function tell(field, what) {
    const here = document.querySelector("[data-here]");
    if (!here || !field.form || !field.form.hasAttribute("hx-post")) return;
    if (what === "writes" && Date.now() - said < PINGS) return;
    said = what === "writes" ? Date.now() : 0;
    htmx.ajax("POST", "/console/here", { source: here, values: {
        topic: here.dataset.here, what: what }, swap: "none" });
  }
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) tell(event.target, event.target.value ? "writes" : "stops");
  });
  document.addEventListener("focusout", (event) => {
    if (said && event.target.matches("textarea")) tell(event.target, "stops");
  });
  document.addEventListener("DOMContentLoaded", () => {
    showDuty();
    setInterval(() => { look(); pulse(); }, 1000);
  });
})();
