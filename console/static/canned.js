/* 常用语: / in an empty box opens the list, a number, a click or Enter takes one, Esc goes back to the words. */
(function () {
  "use strict";
  const OPEN = /\{(称呼|老人|房间)\}/;
  const fieldOf = (box) => box.closest("form").querySelector("[data-send]");
  const buttonsOf = (box) => Array.from(box.querySelectorAll("[data-canned]"));

  function take(button) {
    const box = button.closest(".cannedbox"), field = fieldOf(box);
    box.open = false;
    field.focus();
    field.setRangeText(button.dataset.canned, field.selectionStart, field.selectionEnd, "end");
    const open = OPEN.exec(field.value);
    if (open) field.setSelectionRange(open.index, open.index + open[0].length); /* what is not known is written next */
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-canned]");
    if (button) take(button);
    for (const box of document.querySelectorAll(".cannedbox[open]")) if (!box.contains(event.target)) box.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const form = event.target.closest("form"), own = form && form.querySelector(".cannedbox");
    if (own && event.key === "/" && event.target.matches("[data-send]") && !event.target.value) {
      event.preventDefault();
      own.open = true;
      buttonsOf(own)[0].focus();
      return;
    }
    const box = event.target.closest(".cannedbox");
    if (!box || !box.open) return;
    const all = buttonsOf(box), at = all.indexOf(document.activeElement);
    if (event.key === "Escape") { box.open = false; fieldOf(box).focus(); }
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") all[(at + (event.key === "ArrowDown" ? 1 :
        all.length - 1)) % all.length].focus();
    else if (/^[1-9]$/.test(event.key) && all[event.key - 1]) take(all[event.key - 1]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
})();
