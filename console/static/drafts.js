/* What somebody has filled in and not sent survives another page, a log-in and an alarm (D10, D13). This tab alone
   keeps it, for its colleague alone, until it is sent or she logs out. */
(function () {
  "use strict";
  const KEPT = "form:is([hx-post],[data-draft])";
  const NEVER = ["hidden", "file", "password", "submit", "button", "reset"];
  const prefix = "draft:" + document.body.dataset.me + ":";
  const nameOf = (form) => prefix + (form.dataset.draft || form.getAttribute("hx-post"));
  const ticks = (field) => field.type === "checkbox" || field.type === "radio";
  const fieldsOf = (form) => Array.from(form.elements).filter((field) => field.name && !NEVER.includes(field.type));

  function changed(field) {
    if (ticks(field)) return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const drawn = Array.from(field.options).findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(0, drawn);
  }
  function keep(form) {
    const written = fieldsOf(form).filter(changed).map((field) => ({
        name: field.name, value: field.value, on: ticks(field) ? field.checked : null }));
    try {
      if (!written.length) sessionStorage.removeItem(nameOf(form));
      else sessionStorage.setItem(nameOf(form), JSON.stringify({
          drawn: form.elements.drawn ? form.elements.drawn.value : "", written }));
    } catch (error) { /* a private window keeps nothing */ }
  }
  function drop(form) {
    try { sessionStorage.removeItem(nameOf(form)); } catch (error) { /* a private window keeps nothing */ }
  }
  function bring(root) {
    for (const form of root.querySelectorAll(KEPT)) {
      let kept = null;
      try { kept = JSON.parse(sessionStorage.getItem(nameOf(form))); } catch (error) { return; }
      if (!kept || fieldsOf(form).some(changed)) continue;
      for (const one of kept.written) {
        const field = fieldsOf(form).find((each) => each.name === one.name && (one.on === null ||
            each.value === one.value));
        if (!field) continue;
        if (one.on === null) field.value = one.value;
        else field.checked = one.on;
        if (field.hasAttribute("hx-get")) field.dispatchEvent(new Event("change", { bubbles: true }));
            /* what it asks for is drawn anew */
        const folded = field.closest("details");
        if (folded) folded.open = true;
      }
      /* It was written against what stood there then: whoever saved since is named before this is saved. */
      if (kept.drawn && form.elements.drawn) form.elements.drawn.value = kept.drawn;
    }
  }

  for (const name of ["input", "change"]) {
    document.addEventListener(name, (event) => {
      const form = event.target.form;
      if (form && form.matches(KEPT)) keep(form);
    });
  }
  document.addEventListener("click", (event) => {
    const form = event.target.closest(KEPT);
    if (form) setTimeout(() => { if (form.isConnected && !form.matches(".htmx-request")) keep(form); });
        /* a second tap takes a choice back */
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const asked = event.detail.requestConfig.elt, status = event.detail.xhr.status;
    const form = asked.matches && asked.matches("[data-sends]") ? asked.closest(KEPT) : asked;
    if (form && form.matches && form.matches(KEPT) && status >= 200 && status < 300 &&
        !(event.detail.xhr.getResponseHeader("HX-Redirect") || "").startsWith("/console/login")) drop(form);
  });
  document.addEventListener("htmx:afterSettle", (event) => bring(event.detail.target || event.target));
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== "/console/logout") return;
    try {
      for (const name of Object.keys(sessionStorage)) if (name.startsWith("draft:")) sessionStorage.removeItem(name);
    } catch (error) { /* a private window keeps nothing */ }
  });
  document.addEventListener("DOMContentLoaded", () => bring(document));
})();
