/* 设置: a blank goes where the cursor is, former words come back by a click, the list stays where it was scrolled to. */
(function () {
  "use strict";
  function put(field, words, all) {
    if (all) field.value = words;
    else field.setRangeText(words, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const blank = event.target.closest("[data-blank]"), former = event.target.closest("[data-words]");
    if (blank) put(blank.closest("form").querySelector("textarea"), "{" + blank.dataset.blank + "}", false);
    if (former) put(document.getElementById("phrase-text"), former.dataset.words, true);
  });
  function atTheList() {
    const chosen = document.querySelector(".prow.on");
    if (chosen) chosen.scrollIntoView({ block: "center" });
  }
  document.addEventListener("DOMContentLoaded", () => {
    atTheList();
    const field = document.getElementById("phrase-text");
    if (field && field.value !== field.defaultValue) field.dispatchEvent(new Event("input", { bubbles: true }));
        /* a draft came back */
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "settings") atTheList(); });
})();
