/* A note of a colleague beside the letter: one tap writes its line into the sentence, another takes it out again. */
(function () {
  "use strict";
  document.addEventListener("change", (event) => {
    const tick = event.target, line = tick.dataset ? tick.dataset.line : "";
    if (!line || !tick.form || !tick.form.elements.sentence) return;
    const field = tick.form.elements.sentence, now = field.value.trim();
    if (!tick.checked) field.value = now.replace(line, "").trim();
    else if (!now.includes(line)) field.value = now ? now + (/[。！？!?.]$/.test(now) ? "" : "。") + line : line;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
})();
