/* The notice is read aloud by the browser itself, where it can; nothing is sent anywhere for it (F48). */
(function () {
  "use strict";
  const button = document.querySelector("[data-aloud]"), text = document.getElementById("told");
  if (!button || !text || !("speechSynthesis" in window) || !window.SpeechSynthesisUtterance) return;
  button.hidden = false;
  const quiet = () => { speechSynthesis.cancel(); button.textContent = "念给我听"; };
  button.addEventListener("click", function () {
    if (speechSynthesis.speaking) { quiet(); return; }
    const parts = Array.from(text.children, (one) => one.textContent.trim());
    parts.forEach(function (words, at) {
      const said = new SpeechSynthesisUtterance(words);
      said.lang = "zh-CN";
      said.rate = 0.85;
      if (at === parts.length - 1) said.onend = quiet;
      speechSynthesis.speak(said);
    });
    button.textContent = "停下";
  });
  window.addEventListener("pagehide", quiet);
})();
