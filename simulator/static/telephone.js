/* The telephone company on the page: who rings now, what every number does, how each call ended. Rows stay where they
   are while they change, so that nobody's finger or focus is moved. */
window.telephone = function (make, post, clock, now) {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const GOING = { dials: "正在接通", rings: "响铃", answered: "通话中" };
  const ACCOUNT = { "": "正常", "isv.AMOUNT_NOT_ENOUGH": "余额不足", "isv.OUT_OF_SERVICE": "业务停机", "isp.SYSTEM_ERROR":
      "系统错误" };
  const HANDSET =
      '<svg viewBox="0 0 48 48" aria-hidden="true"><g class="set"><path transform="rotate(-135 24 24)" d="M7 21c10-9 24-9 34 0 1.500 1.400 1.600 3.400.4 5l-2.200 2.800c-1 1.300-2.600 1.600-4 .9l-4-2c-1.300-.7-1.900-2-1.600-3.400l.4-2.200c-4-1.200-8-1.200-12 0l.4 2.200c.3 1.400-.3 2.700-1.600 3.400l-4 2c-1.400.7-3 .4-4-.9L6.600 26c-1.200-1.600-1.100-3.600.4-5z"/></g><path class="wave" d="M28 7a14 14 0 0113 13M28 14a7 7 0 016 6"/></svg>';
  const cards = new Map(), rows = new Map();
  let shown = null, bell = null, last = -1;

  const spaced = (number) => (number.length === 11 && number[0] === "1" ? number.replace(/(\d{3})(\d{4})(\d{4})/,
      "$1 $2 $3") : number);
  function put(node, words) { if (node.textContent !== words) node.textContent = words; }
  function button(words, cls, act) {
    const one = make("button", "act " + cls, words);
    one.type = "button";
    one.addEventListener("click", act);
    return one;
  }
  function options(select, words) {
    select.replaceChildren(...Object.entries(words).map(([value, label]) => Object.assign(make("option", "", label), {
        value })));
  }

  /* One call that goes on: the phone as it rings in somebody's hand. */
  function newCard(call) {
    const box = make("article", "ring"), head = make("div", "rings"), words = make("div"), acts = make("div", "acts"),
        call_id = call.call_id;
    const act = (name, more) => () => post("api/telephone/" + name, { call_id, ...more });
    box.setAttribute("aria-label", "来电 " + call.number);
    head.insertAdjacentHTML("afterbegin", HANDSET);
    const state = make("span", "state"), seconds = make("b", "seconds");
    seconds.setAttribute("aria-hidden", "true");
    words.append(make("b", "number", spaced(call.number)), state);
    head.append(words, seconds);
    const answer = button("接听", "take", act("answer")), keys = ["1", "2"].map((key) => button("按 " + key, "digit",
        act("press", { key })));
    acts.append(answer, ...keys, button("挂断", "drop", act("hang_up")));
    box.append(head, make("p", "says", "「" + call.text + "」"), acts);
    return { box, state, seconds, answer, keys };
  }
  function drawCard(card, call) {
    card.call = call;
    card.box.dataset.state = call.state;
    put(card.state, GOING[call.state] + (call.key ? "，按了 " + call.key : "") + (call.unexpected ? " · 不该打的号码" : ""));
    card.answer.disabled = call.state !== "rings";
    card.keys.forEach((key, place) => { key.disabled = call.state === "dials" || Boolean(call.key) ||
        !call.keys.includes(String(place + 1)); });
  }

  /* One number: what it does, and how its last call ended. */
  function newRow(number) {
    const box = make("div", "number-row"), label = make("label"), select = make("select"), past = make("p", "dim");
    options(select, shown.behaviours);
    select.addEventListener("change", () => post("api/telephone/number", { number, does: select.value }));
    label.append(make("b", "mono", spaced(number)), select);
    box.append(label, past);
    return { box, select, past };
  }
  function ended(call) {
    const at = clock(call.ended_at || call.at) + " ", code = " · " + call.code;
    if (call.state === "lost") return at + "打出去了，没有回执";
    if (call.state === "refused") return at + "没打成：" + call.why + code;
    if (call.state === "ended") return at + (call.key ? "按了 " + call.key + "，" : "") + call.why + code;
    return at + (GOING[call.state] || "平台还没应答");
  }
  function drawRow(row, number, does) {
    const calls = shown.calls.filter((call) => call.number === number), call = calls[calls.length - 1];
    if (document.activeElement !== row.select) row.select.value = does;
    put(row.past, call ? (call.unexpected ? "不该打的号码 · " : "") + ended(call) + (calls.length > 1 ?
        " · 共 " + calls.length + " 次" : "") : "还没有打过");
    row.past.classList.toggle("bad", Boolean(call && (call.unexpected || call.state === "refused")));
  }

  /* What is there is kept, what is new is put in its place, what is gone is taken away. */
  function keep(box, known, wanted, fresh, draw) {
    const names = new Set(wanted.map(([name]) => name));
    for (const [name, one] of known) if (!names.has(name)) { one.box.remove(); known.delete(name); }
    for (const [name, value] of wanted) {
      if (!known.has(name)) { const one = fresh(value); known.set(name, one); box.append(one.box); }
      draw(known.get(name), value);
    }
  }

  function draw(data) {
    shown = data;
    document.body.classList.toggle("telephones", Boolean(data));
    $("telephone").hidden = $("to-telephone").hidden = !data;
    if (!data) return;
    const going = data.calls.filter((call) => GOING[call.state]);
    keep($("ringing"), cards, going.map((call) => [call.call_id, call]), newCard, drawCard);
    keep($("numbers"), rows, data.numbers.map((one) => [one.number, one]), (one) => newRow(one.number), (row,
        one) => drawRow(row, one.number, one.does));
    $("no-numbers").hidden = data.numbers.length > 0;
    const ringing = going.filter((call) => call.state !== "answered").length;
    $("to-telephone").dataset.ringing = ringing || "";
    $("to-ringing").hidden = !ringing;
    put($("to-ringing"), ringing + " 个电话在响");
    if (!$("account").options.length) options($("account"), ACCOUNT);
    if (document.activeElement !== $("account")) $("account").value = data.refuses in ACCOUNT ? data.refuses :
        "isp.SYSTEM_ERROR";
    if (document.activeElement !== $("limited")) $("limited").checked = data.limited;
    tick();
  }

  /* A beep of a second, three of silence; only after somebody has asked for it, as browsers want it. */
  function beep() {
    const tone = bell.createOscillator(), loud = bell.createGain(), from = bell.currentTime;
    tone.frequency.value = 450;
    loud.gain.setValueAtTime(0.08, from);
    loud.gain.setTargetAtTime(0, from + 0.9, 0.03);
    tone.connect(loud).connect(bell.destination);
    tone.start(from);
    tone.stop(from + 1.1);
  }
  function tick() {
    const at = now(), second = Math.floor(at);
    let ringing = false;
    for (const { call, seconds } of cards.values()) {
      const since = call.answered_at || call.rang_at;
      put(seconds, since ? Math.max(0, Math.floor(at - since)) + " 秒" : "");
      ringing = ringing || call.state === "rings";
    }
    if (bell && ringing && second !== last && second % 4 === 0) beep();
    last = second;
  }

  $("bell").addEventListener("click", () => {
    const on = !bell;
    if (bell) bell.close();
    bell = on ? new AudioContext() : null;
    $("bell").setAttribute("aria-pressed", String(on));
    put($("bell"), on ? "关铃声" : "开铃声");
  });
  $("account").addEventListener("change", (event) => post("api/telephone/account", { refuses: event.target.value }));
  $("limited").addEventListener("change", (event) => post("api/telephone/account", { limited: event.target.checked }));
  return { draw, tick };
};
