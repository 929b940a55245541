/* A page that lies open tells what may be read now: when a scope is narrowed, a relative removed or a letter taken
   back,
   it is drawn anew within a few seconds, or closes with a sentence (F50, L5). */
(function () {
  "use strict";
  const page = document.querySelector("[data-still]");
  if (!page) return;
  const every = 5000;
  async function look() {
    if (document.hidden) return;
    let answer;
    try { answer = await fetch(page.dataset.still, {
        credentials: "same-origin", cache: "no-store", redirect: "manual" }); } catch (error) { return; }
    if (answer.type === "opaqueredirect") return; /* the log-in is over: the next tap leads through it */
    if (answer.status === 404) { location.reload(); return; }
    if (answer.ok && (await answer.text()) !== page.dataset.as) location.reload();
  }
  setInterval(look, every);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", (event) => { if (event.persisted) look(); });
})();
