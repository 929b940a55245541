/* Who is not there is logged out (30 min; at a station 2): only hands count, never what a page fetches by itself. What
   was typed stays with
   drafts.js. A session that ended elsewhere leads to the log-in at once. */
(function () {
  "use strict";
  const limit = Number(document.body.dataset.idle || 0) * 1000, station = document.body.dataset.station === "1";
  const often = station ? 20000 : 60000, warns = station ? 20000 : 60000;
  let mine = Date.now(), told = Date.now(), gone = false;

  function last() {
    try { return Math.max(mine, Number(localStorage.getItem("active") || 0)); } catch (error) { return mine; }
  }
  function acted() {
    if (veiled()) return;
    const now = Date.now();
    if (now - mine < 1000) return;
    mine = now;
    try { localStorage.setItem("active", String(now)); } catch (error) { /* this page alone, then */ }
  }
  function leave() {
    if (gone) return;
    gone = true;
    const here = location.pathname + location.search;
    location.assign((station ? "/console/station" : "/console/login") + "?to=" + encodeURIComponent(here));
  }
  window.jiashu.quiet = () => Math.min(999999, Math.floor((Date.now() - last()) / 1000));
  const duty = () => { try { return localStorage.getItem("duty") === "1"; } catch (error) { return false; } };
  function tell() {
    told = Date.now();
    const csrf = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF"] || "";
    fetch("/console/active", { method: "POST", headers: { "X-CSRF": csrf }, redirect: "manual" }).catch(() => {});
  }
  /* Who took a shift over leaves her screen hearing: it is veiled, rings and can be answered, and opens nothing else
     (F1). */
  const takes = () => document.body.hasAttribute("data-takes"),
      veiled = () => document.body.classList.contains("veiled");
  function veil() {
    const cover = document.getElementById("veil");
    if (!cover || gone) { leave(); return; }
    cover.hidden = false;
    document.body.classList.add("veiled");
    document.body.classList.remove("folded");
    cover.querySelector("button").focus();
  }
  function look() {
    if (veiled()) return;
    const quiet = Date.now() - last(), strip = document.getElementById("idle");
    if (quiet >= limit) { lock(); return; }
    if (strip) strip.hidden = quiet < limit - warns;
    if (strip && !strip.hidden && duty() && Math.floor(quiet / 1000) % 10 === 0) window.jiashu.beep();
    if (quiet < often && Date.now() - told > often) tell();
  }
  function lock() {
    const then = takes() ? veil : leave;
    if (!station) { then(); return; }
    const csrf = JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRF"] || "";
    fetch("/console/station/lock", { method: "POST", headers: {
        "X-CSRF": csrf }, redirect: "manual" }).then(then, then);
  }
  for (const name of ["pointerdown", "keydown", "wheel", "touchstart", "input"]) document.addEventListener(name, acted,
      { capture: true, passive: true });
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-Idle"] = String(window.jiashu.quiet());
  });
  document.addEventListener("htmx:sseOpen", (event) => {
    const source = event.detail.source;
    if (source.ends) return;
    source.ends = true;
    source.addEventListener("over", leave);
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-lock]")) lock();
      if (event.target.closest("[data-unveil]")) leave(); });
  document.addEventListener("DOMContentLoaded", () => {
    acted();
    if (limit) setInterval(look, 1000);
  });
})();
