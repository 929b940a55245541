/* 导入: the file that was chosen is named; J K walk over the rows that are not sure, Enter takes the guess, 0 leaves it
   empty; off while somebody types. */
(function () {
  "use strict";
  const typing = (at) => at.closest("input, select, textarea, [contenteditable]") !== null;
  const rows = () => Array.from(document.querySelectorAll("#run [data-row]"));
  let place = 0;
  document.addEventListener("change", (event) => {
    const told = event.target.matches(".drop input") && event.target.closest(".drop").querySelector("[data-chosen]");
    if (told && event.target.files.length) told.textContent = event.target.files[0].name;
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    if (event.key === "j" || event.key === "k") {
      const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      all[next].focus();
      place = next;
    } else if (at >= 0 && (event.key === "0" || (event.key === "Enter" && document.activeElement === all[at]))) {
      const button = all[at].querySelector(event.key === "0" ? "[data-leave]" : "[data-guess]");
      if (!button) return;
      place = at;
      button.click();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.ctrlKey) return;
    const button = document.querySelector("#run [data-primary]:not(:disabled)");
    if (button) { event.preventDefault(); button.click(); }
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.target || event.detail.target.id !== "run" || !place) return;
    const all = rows();
    if (all.length && !typing(document.activeElement)) all[Math.min(place, all.length - 1)].focus();
  });
})();
