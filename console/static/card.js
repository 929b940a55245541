/* The emergency card: P prints, Esc goes back. */
document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) window.print(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "p" || event.key === "P") window.print();
  if (event.key === "Escape") document.querySelector("[data-back]").click();
});
