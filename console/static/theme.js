/* Before the first paint: the night or day colours that this screen was given, else those of the system. */
(function () {
  "use strict";
  var kept = null;
  try { kept = localStorage.getItem("theme"); } catch (error) { kept = null; }
  var dark = kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
