/* The company for SMS on the page: what lies on every phone, what each number does, an answer to the sender. */
window.sms = function (make, post, clock) {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const ACCOUNT = { "": "正常", "isv.AMOUNT_NOT_ENOUGH": "余额不足", "isv.OUT_OF_SERVICE": "业务停机",
      "isv.SMS_SIGNATURE_ILLEGAL": "签名不合法", "isp.SYSTEM_ERROR": "系统错误" };
  const rows = new Map();

  function options(select, words) {
    select.replaceChildren(...Object.entries(words).map(([value, label]) => Object.assign(make("option", "", label), {
        value })));
  }
  function newRow(number, behaviours) {
    const box = make("div", "number-row"), label = make("label"), select = make("select"), list = make("div", "texts"),
        answer = make("button", "link", "回复 R（拒收）");
    options(select, behaviours);
    select.addEventListener("change", () => post("api/sms/number", { number, does: select.value }));
    answer.type = "button";
    answer.addEventListener("click", () => post("api/sms/answer", { number, text: "R" }));
    label.append(make("b", "mono", number.replace(/(\d{3})(\d{4})(\d{4})/, "$1 $2 $3")), select);
    box.append(label, list, answer);
    return { box, select, list, drawn: "" };
  }
  function bubble(text) {
    const one = make("p", "sms-text");
    const address = text.url && text.text.includes(text.url) ? text.url : "";
    const [before, after] = address ? text.text.split(address) : [text.text, ""];
    one.append(make("span", "", before));
    if (address) {
      const link = make("a", "", address);
      link.href = address; link.target = "_blank"; link.rel = "noreferrer";
      one.append(link, make("span", "", after));
    }
    const state = { sent: "在路上", delivered: "收到了", failed: "没收到：" + text.why }[text.state];
    one.append(make("small", "dim", clock(text.at) + " · " + state));
    return one;
  }
  function draw(data) {
    $("sms").hidden = !data;
    if (!data) return;
    $("no-sms").hidden = data.numbers.length > 0;
    for (const { number, does } of data.numbers) {
      if (!rows.has(number)) { const row = newRow(number, data.behaviours); rows.set(number, row);
          $("sms-numbers").append(row.box); }
      const row = rows.get(number), texts = data.texts.filter((text) => text.number === number).slice(-3),
          drawn = JSON.stringify(texts);
      if (document.activeElement !== row.select) row.select.value = does;
      if (row.drawn !== drawn) { row.drawn = drawn; row.list.replaceChildren(...texts.map(bubble)); }
    }
    if (!$("sms-account").options.length) options($("sms-account"), ACCOUNT);
    if (document.activeElement !== $("sms-account")) $("sms-account").value = data.refuses in ACCOUNT ? data.refuses :
        "isp.SYSTEM_ERROR";
  }
  if ($("sms-account")) $("sms-account").addEventListener("change", (event) => post("api/sms/account", {
      refuses: event.target.value }));
  return { draw };
};
