/* What the pages need beside htmx: clocks that run on the server's time, the thread's end in sight, Ctrl+Enter, the
   lost-line strip. */
(function () {
  "use strict";
  const offset = new Date(document.body.dataset.now).getTime() - Date.now();
  const now = () => Date.now() + offset;

  function length(milliseconds) {
    const minutes = Math.floor(Math.abs(milliseconds) / 60000);
    if (minutes < 60) return minutes + " 分";
    if (minutes < 48 * 60) return Math.floor(minutes / 60) + " 时" + (minutes % 60 ? " " + (minutes % 60) + " 分" : "");
    return Math.floor(minutes / 1440) + " 天";
  }

  function runClocks() {
    for (const badge of document.querySelectorAll(".clock[data-due]")) {
      const made = new Date(badge.dataset.made).getTime(), due = new Date(badge.dataset.due).getTime();
      const used = due > made ? (now() - made) / (due - made) : 1, left = due - now();
      badge.classList.toggle("late", used >= 1);
      badge.classList.toggle("warn", used >= 0.5 && used < 1);
      badge.classList.toggle("ok", used < 0.5);
      badge.style.setProperty("--p", Math.max(0, Math.min(100, used * 100)));
      badge.querySelector("b").textContent = (left < 0 ? "超时 " : "剩 ") + length(left);
    }
  }

  /* An alarm rings until somebody goes: sound where the browser allows it, the title always. */
  const title = document.title;
  let sound = null, heard = new Set(), ringing = null;
  function play(tones, lasts) {
    if (!sound || sound.state !== "running") return;
    for (const [at, pitch] of tones) {
      const tone = sound.createOscillator(), volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.25, sound.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + lasts);
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + at);
      tone.stop(sound.currentTime + at + lasts + 0.01);
    }
  }
  const beep = () => play([[0, 880], [0.18, 660], [0.36, 880]], 0.16);
  /* A complaint of level 1 calls until somebody takes it: two low tones, another sound than an alarm, and silent beside
     one. */
  let calledFor = new Set(), calledAt = 0;
  function lookAtComplaints(alarmed) {
    const open = Array.from(document.querySelectorAll(".urgent[data-call]"), (one) => one.dataset.call);
    if (open.length && !alarmed && (Date.now() - calledAt > 12000 || open.some((one) => !calledFor.has(one)))) {
      calledAt = Date.now();
      play([[0, 392], [0.3, 523]], 0.28);
    }
    calledFor = new Set(open);
    return open.length > 0;
  }
  function openSound() {
    const Context = window.AudioContext || window.webkitAudioContext;
    if (!Context) return;
    sound = sound || new Context();
    sound.resume().then(lookAtAlarms, () => {});
  }
  function lookAtAlarms() {
    for (const since of document.querySelectorAll("[data-since]")) {
      const seconds = Math.max(0, Math.floor((now() - new Date(since.dataset.since).getTime()) / 1000));
      since.textContent = seconds < 100 ? seconds + " 秒" : length(seconds * 1000);
    }
    /* After a change nothing ends an alarm for 5 s: the tap was meant for what stood there before. */
    for (const changed of document.querySelectorAll(".alarm[data-changed]")) {
      const dead = now() - new Date(changed.dataset.changed).getTime() < 5000;
      for (const button of changed.querySelectorAll("[data-dead]")) button.disabled = dead;
    }
    const waits = Array.from(document.querySelectorAll(".alarm:not(.going)"));
    const calls = lookAtComplaints(waits.length > 0);
    document.title = waits.length ? "【紧急】" + title : calls ? "【1 级投诉】" + title : title;
    const hint = document.getElementById("no-sound");
    if (hint) hint.hidden = Boolean(sound && sound.state === "running");
    const all = Array.from(document.querySelectorAll(".alarm"));
    if (all.some((alarm) => !heard.has(alarm.dataset.ring))) beep();
    heard = new Set(all.map((alarm) => alarm.dataset.ring));
    if (waits.length && !ringing) ringing = setInterval(beep, 3000);
    if (!waits.length && ringing) { clearInterval(ringing); ringing = null; }
  }

  function toTheEnd(thread, always) {
    if (thread && (always || thread.dataset.atEnd !== "0")) thread.scrollTop = thread.scrollHeight;
  }

  function grow() {
    for (const thread of document.querySelectorAll("[data-bottom]")) {
      if (thread.dataset.watched) continue;
      thread.dataset.watched = "1";
      /* Only who scrolls up leaves the end: photos that load later make the thread longer without anybody's hand. */
      let top = thread.scrollTop;
      thread.addEventListener("scroll", () => {
        const near = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 60;
        if (near) thread.dataset.atEnd = "1";
        else if (thread.scrollTop < top - 2) thread.dataset.atEnd = "0";
        top = thread.scrollTop;
      });
      toTheEnd(thread, true);
      for (const name of ["load", "loadedmetadata"]) thread.addEventListener(name, () => toTheEnd(thread, false), true);
      new ResizeObserver(() => toTheEnd(thread, false)).observe(thread);
    }
  }

  function typing(root) {
    return Array.from(root.querySelectorAll("textarea, input:not([type=hidden])")).some((field) => field.value !==
        field.defaultValue || field.checked !== field.defaultChecked)
      || Array.from(root.querySelectorAll("option")).some((option) => option.selected !== option.defaultSelected &&
          option.parentElement.querySelector("[selected]"))
      || Array.from(root.querySelectorAll("select")).some((select) => !select.querySelector("[selected]") &&
          select.selectedIndex > 0);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.matches("[data-send]") ? event.target.form : document.getElementById("letter");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  });
  /* Keys without a field: g then a page, j and k through a list, r to reply, / to try, ? for this list, Esc back. */
  const pageOf = (key) => /^[a-z]$/.test(key) && document.querySelector('a[data-go="' + key + '"]');
  let leader = 0;
  function move(step) {
    const rows = Array.from(document.querySelectorAll("a.person, a.case, a.krow")).filter((row) => row.offsetParent);
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement), on = rows.findIndex((row) => row.matches(".on"));
    rows[Math.max(0, Math.min(rows.length - 1, (at < 0 ? (on < 0 ? (step > 0 ? -1 : 1) : on) : at) + step))].focus();
  }
  /* The letter: a digit ticks in the row that is marked, and a single choice leads on to the next row; Q W E R … choose
     a row, 0 passes one.
     Every touch is counted, so that the handbook can tell what a letter costs. */
  let rowOf = null;
  const letterForm = () => document.getElementById("letter");
  function lead(row) {
    const form = letterForm();
    rowOf = row || (form && form.querySelector("[data-key]"));
    if (!rowOf) return;
    form.querySelectorAll("[data-key].at").forEach((other) => other.classList.remove("at"));
    rowOf.classList.add("at");
  }
  const after = (row) => { const next = row.nextElementSibling; return next && next.matches("[data-key]") ? next : row;
      };
  function tick(key) {
    const form = letterForm(), row = form && form.querySelector('[data-key="' + key + '"]');
    if (row) {
      lead(row);
      touched();
      const words = row.querySelector("textarea, input:not([type=checkbox]):not([type=radio]):not([type=file])");
      if (words) words.focus();
      return true;
    }
    if (!form || !/^[0-9]$/.test(key)) return false;
    if (!rowOf || !form.contains(rowOf)) lead();
    if (key === "0") { lead(after(rowOf)); touched(); return true; }
    const chip = rowOf.querySelectorAll("input[type=checkbox], input[type=radio]")[key - 1];
    if (!chip) return false;
    chip.click();
    if (chip.type === "radio") lead(after(rowOf));
    return true;
  }
  function touched() {
    const form = letterForm();
    if (form && form.elements.taps) form.elements.taps.value = Number(form.elements.taps.value) + 1;
  }
  function pressed(key) {
    if (tick(key)) return true;
    const jump = /^[a-z]$/.test(key) && document.querySelector('a[data-jump="' + key + '"]');
    if (jump) { location.href = jump.href; return true; }
    const field = (key === "r" && document.querySelector("[data-send]")) || (key === "/" &&
        (document.querySelector(".try input, [data-search]") || document.querySelector("[data-bar]")));
    if (field && field.offsetParent) { field.focus(); return true; }
    if (key === "/" && document.querySelector('a[href="/console/search"]')) { location.href = "/console/search";
        return true; }
    if (key === "j" || key === "k") { move(key === "j" ? 1 : -1); return true; }
    if (key === "?") { const keys = document.getElementById("keys"); if (keys) keys.showModal(); return Boolean(keys); }
    if (key === "Escape" && document.querySelector("a.back")) { const back = document.querySelector("a.back");
        if (back.offsetParent) back.click(); return false; }
    return false;
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey ||
        event.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, " +
          "[contenteditable], dialog[open]")) return;
    if (leader && Date.now() - leader < 2500 && pageOf(event.key)) { location.href = pageOf(event.key).href;
        event.preventDefault(); leader = 0; return; }
    leader = event.key === "g" ? Date.now() : 0;
    if (!leader && pressed(event.key)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    /* A chip that is ticked already is taken back by another tap: nothing ticked is nothing said. */
    const chip = event.target.closest("#letter input[type=radio]");
    if (chip && chip.dataset.was === "1") chip.checked = false;
    if (chip) for (const one of chip.form.elements[chip.name]) one.dataset.was = one.checked ? "1" : "";
    if (event.target.matches("#letter input, #letter textarea, #letter button")) touched();
  });
  document.addEventListener("change", (event) => {
    const told = event.target.matches(".shots input[type=file]") &&
        event.target.closest(".shots").querySelector("[data-chosen]");
    if (told) told.textContent = event.target.files.length ? told.dataset.chosen ||
        "选了 " + event.target.files.length + " 张，写好时一起存" : "";
  });
  document.addEventListener("input", (event) => {
    const count = event.target.form && event.target.form.querySelector("[data-count]");
    if (!count) return;
    const length = event.target.value.length, bytes = new TextEncoder().encode(event.target.value).length;
    count.textContent = bytes > 2000 ? length + " 字，太长了，请分成两条发" : length ? length + " 字" : "";
    count.classList.toggle("bad", bytes > 2000);
  });
  document.addEventListener("click", (event) => {
    if (event.isTrusted) openSound();
    if (event.target.closest("[data-print]")) window.print();
    const more = document.querySelector("[data-more]"), opens = event.target.closest("[data-more]");
    if (more) {
      const open = Boolean(opens) && more.getAttribute("aria-expanded") !== "true";
      more.setAttribute("aria-expanded", String(open));
      document.getElementById("rest").classList.toggle("open", open);
    }
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try { localStorage.setItem("theme", next); } catch (error) { /* a private window keeps nothing */ }
  });
  /* A live refresh never takes away what somebody is typing, nor overtakes the answer to a form; it is made up for
     afterwards. */
  const stale = new Set();
  function held(source) {
    const watched = source.dataset.watch || (source.matches("[data-fresh]") && "#" + source.id);
    const root = watched && document.querySelector(watched);
    const hold = Boolean(root) && (typing(root) || root.querySelector("form.htmx-request") !== null);
    if (hold) stale.add(watched);
    return hold;
  }
  document.addEventListener("htmx:beforeRequest", (event) => { if (held(event.detail.elt)) event.preventDefault(); });
  document.addEventListener("htmx:beforeSwap", (event) => {
      if (event.detail.requestConfig && held(event.detail.requestConfig.elt)) event.detail.shouldSwap = false; });
  /* Whatever else puts a new card in place of the old one, the answer to another form for one: words that were not sent
     go with it. */
  let unsent = [];
  document.addEventListener("htmx:beforeSwap", (event) => {
    const config = event.detail.requestConfig, sent = config && config.elt.closest("form");
    if (!event.detail.shouldSwap || !event.detail.target.querySelectorAll) return;
    for (const field of event.detail.target.querySelectorAll("form[hx-post] textarea, form[hx-post] input.inp")) {
      if (field.form !== sent && field.type !== "file" &&
          field.value !== field.defaultValue) unsent.push([field.form.getAttribute("hx-post"), field.name,
          field.value]);
    }
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const [form, name, value] of unsent) {
      const field = document.querySelector('form[hx-post="' + form + '"] [name="' + name + '"]');
      if (field && field.value === field.defaultValue) field.value = value;
    }
    unsent = [];
  });
  /* What a form has answered (who could not be bound, what to say by telephone) stays through live refreshes, until the
     next form. */
  let said = null;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const config = event.detail.requestConfig, root = event.detail.target;
    said = event.detail.shouldSwap && config && config.elt.matches("[data-watch], [data-fresh]") &&
        root.querySelector(".note[role=status]");
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    const root = said && event.detail.target, head = root && root.querySelector(".pagehead");
    if (root && !root.querySelector(".note[role=status]")) head ? head.after(said) : root.prepend(said);
    said = null;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = "#" + (event.detail.target || event.target).id;
    if (stale.delete(target) && !typing(document.querySelector(target))) htmx.trigger(target, "refresh");
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.detail.elt.matches("form") && event.detail.elt.querySelector("button:not([type=button])");
    if (button) button.disabled = true;
  });
  // A form that was drawn before somebody else saved: its sentence stands above it, and after that it may be saved.
  document.addEventListener("htmx:afterRequest", (event) => {
    const drawn = event.detail.xhr && event.detail.xhr.getResponseHeader("X-Drawn"),
        form = event.detail.elt.closest("form");
    if (drawn && form && form.elements.drawn) form.elements.drawn.value = drawn;
  });
  /* What refuses something has a place on each page, also where a template has none: a press is never without an
     answer. */
  function problemBox() {
    let box = document.getElementById("problem");
    if (!box) {
      box = document.createElement("div");
      box.id = "problem";
      box.setAttribute("aria-live", "assertive");
      (document.getElementById("main") || document.body).prepend(box);
    }
    return box;
  }
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.detail.xhr.getResponseHeader("HX-Retarget") === "#problem") problemBox();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.requestConfig.elt; /* the form may be gone from the page by now */
    if (!form.matches || !form.matches("form")) return;
    const button = form.querySelector("button:not([type=button])");
    if (button) button.disabled = false;
    const box = document.getElementById("problem");
    const status = event.detail.xhr.status;
    if (status >= 200 && status < 300) {
      if (box) box.replaceChildren();
      if (form.matches("[data-clears]")) { form.reset(); form.querySelectorAll("[data-count]").forEach((c) => {
          c.textContent = ""; }); followWindow(); }
    } else if (!status) {
      problemBox().innerHTML = '<div class="note bad" role="alert">没发出去，内容还在这里。请检查网络再试。</div>';
      toTheProblem(problemBox());
    }
  });
  /* A sentence that refuses something comes into sight, also on a phone where its button is far below (C-7). */
  function toTheProblem(box) {
    if (!box.textContent.trim()) return;
    box.tabIndex = -1;
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "center" });
  }
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "problem") toTheProblem(event.target);
    runClocks();
    lookAtAlarms();
    grow();
    toTheEnd(event.target.closest("[data-bottom]"), (event.detail.requestConfig || {}).verb === "post");
    followWindow();
  });
  /* The form for words follows the window of the talk, as soon as nothing is written in it. */
  function followWindow() {
    const state = document.getElementById("window-state"), composer = document.getElementById("composer");
    if (!state || !composer || typing(composer)) return;
    if (composer.dataset.open !== state.dataset.open) htmx.ajax("GET", composer.dataset.url, { target: "#composer" });
    composer.dataset.open = state.dataset.open;
    const drawn = document.getElementById("form-drawn");
    if (drawn) drawn.value = state.dataset.drawn; /* what a colleague said was seen before anything was written */
  }
  /* What somebody has opened or chosen on the strip survives its redrawing. */
  let opened = [], chosen = {};
  document.addEventListener("htmx:sseBeforeMessage", (event) => {
    if (event.target.id !== "alarms") return;
    opened = Array.from(event.target.querySelectorAll("article[data-ring] details[open]"),
        (one) => one.closest("article").dataset.ring.split(":")[0]);
    chosen = Object.fromEntries(Array.from(event.target.querySelectorAll("select[id]"), (one) => [one.id, one.value]));
  });
  document.addEventListener("htmx:sseMessage", (event) => {
    if (event.target.id === "alarms") {
      for (const one of event.target.querySelectorAll("article[data-ring] details"))
        if (opened.includes(one.closest("article").dataset.ring.split(":")[0])) one.open = true;
      for (const one of event.target.querySelectorAll("select[id]")) if (chosen[one.id]) one.value = chosen[one.id];
    }
    lookAtAlarms();
  });
  document.addEventListener("htmx:sseError", () => { document.getElementById("lost").hidden = false; });
  function isBack() {
    const strip = document.getElementById("lost");
    if (strip.hidden) return;
    strip.hidden = true;
    for (const part of document.querySelectorAll("#people, #messages, #board, #residents, #letter-list, #today")) {
      htmx.ajax("GET", part.getAttribute("hx-get"), { target: part });
    }
  }
  document.addEventListener("htmx:sseOpen", isBack);
  const sounds = () => Boolean(sound && sound.state === "running");
  const ring = () => { for (const at of [0, 900, 1800]) setTimeout(beep, at); };
  if (document.body.hasAttribute("data-takes")) openSound(); /* allowed where the page before it was touched */
  window.jiashu = { beep, length, isBack, sounds, ring };
  document.addEventListener("DOMContentLoaded", () => {
    const state = document.getElementById("window-state"), composer = document.getElementById("composer");
    if (state && composer) composer.dataset.open = state.dataset.open;
    if (!matchMedia("(pointer: coarse)").matches) lead();
    runClocks();
    lookAtAlarms();
    setInterval(lookAtAlarms, 1000);
    grow();
    const chosen = document.querySelector(".krow.on");
    if (chosen) chosen.scrollIntoView({ block: "nearest" });
    setInterval(runClocks, 5000);
  });
})();
