/* The phone and its panel. Words of people are only ever set as text, never as markup; the one link form of the
   platform is rebuilt. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const state = { data: null, person: null, keyboard: false, show: "all", line: null, tab: "plain", offset: 0 };
  const FAULTS = { delay: ["延迟", "6 秒 · 推送和接口"], drop: ["断开", "下一次应答丢掉，用完自动关"], duplicate: ["重复", "每条推两遍"], swap: ["乱序",
      "相邻两条对调"], late: ["事件迟到", "比下一条晚，用完自动关"],
    cut: ["字符截断", "文字最后一个字切成半个"], blanks: ["CDATA 加空白", "每个值的前后"], snapshot: ["快照页", "网页授权给虚拟身份"] };
  const CODES = { "40001": "令牌失效", "45015": "窗口已关", "45047": "条数用完", "48002": "拒收消息", "45009": "今天用完", "-1": "系统忙" };

  function make(tag, cls, text) {
    const node = document.createElement(tag);
    if (cls) node.className = cls;
    if (text !== undefined) node.textContent = text;
    return node;
  }
  const two = (n) => String(n).padStart(2, "0");
  /* The home's time, wherever the browser stands: China has one zone without summer time. */
  const there = (seconds) => new Date((seconds + 8 * 3600) * 1000);
  function clock(seconds, exact) {
    const at = there(seconds);
    return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + (exact ?
        ":" + two(at.getUTCSeconds()) + "." + String(at.getUTCMilliseconds()).padStart(3, "0") : "");
  }
  /* Within the console each act carries the secret of its session, and what the page fetches by itself says so. */
  const csrf = document.querySelector('meta[name="csrf"]'), KEY = csrf ? { "X-CSRF": csrf.content } : {};
  async function post(path, body) {
    const form = body instanceof FormData;
    const answer = await fetch(path, { method: "POST", body: form ? body : JSON.stringify(body), headers: form ? KEY : {
        "Content-Type": "application/json", ...KEY } });
    if (!answer.ok) say(answer.status === 413 ? "文件太大：照片和视频最多 10 MB，语音最多 2 MB。" : "没发出去，请再试一次。");
    return answer.ok;
  }
  function say(words) {
    const line = make("p", "stamp", words);
    line.setAttribute("role", "alert");
    $("chat").append(line);
    $("chat").scrollTop = $("chat").scrollHeight;
  }
  const person = () => state.data.phones.find((phone) => phone.openid === state.person) || state.data.phones[0];

  const { bubble, door } = window.bubbles(make, person, post, () => state.data.home.name);
  const sms = window.sms(make, post, clock), groups = window.groups(make, post, clock);
  const telephone = window.telephone(make, post, clock, () => (Date.now() + state.offset) / 1000);

  function drawPhone() {
    const data = state.data, who = person(), chat = $("chat");
    $("who").replaceChildren(...data.phones.map((phone) => {
      const button = make("button", phone.openid === who.openid ? "on" : "");
      button.type = "button";
      button.append(make("span", "face " + phone.kind, phone.name[0]));
      const words = make("span");
      words.append(make("b", "", phone.name), make("small", "", phone.following ? phone.note.replace("没关注", "刚关注") :
          "没关注"));
      button.append(words);
      button.addEventListener("click", () => { state.person = phone.openid; state.drawn = ""; $("sheet").hidden = true;
          draw(); });
      return button;
    }));
    document.querySelector(".screen").classList.toggle("big", who.kind === "elder");
    const drawn = who.openid + who.chat.length;
    if (state.drawn !== drawn) {
      state.drawn = drawn;
      const rows = [];
      let last = 0;
      for (const line of who.chat) {
        if (line.at - last > 300) rows.push(make("p", "stamp", clock(line.at)));
        last = line.at;
        rows.push(bubble(line, who));
      }
      if (!rows.length) rows.push(make("p", "stamp", who.following ? "还没有消息。点左下角的键盘，说第一句话。" : "还没有关注这个公众号。"));
      chat.replaceChildren(...rows);
      chat.scrollTop = chat.scrollHeight;
    }
    $("title").textContent = who.typing ? "对方正在输入…" : data.home.name;
    const menu = who.following && who.menu.length > 0, keys = who.following && (state.keyboard || !menu),
        asking = !$("sheet").hidden;
    $("follow").hidden = who.following || asking;
    $("menu").hidden = !menu || keys || asking;
    $("keys").hidden = !keys || asking;
    $("to-menu").hidden = !menu;
    const drawnMenu = who.openid + JSON.stringify(who.menu);
    if ($("menu").dataset.of !== drawnMenu) {
      $("menu").dataset.of = drawnMenu;
      $("menu").style.setProperty("--buttons", who.menu.length);
      $("list").hidden = true;
      $("menu").replaceChildren($("to-keys"), ...who.menu.map((item, place) => {
        const below = item.sub_button && item.sub_button.length, button = make("button", below ? "below" : "",
            item.name);
        button.type = "button";
        if (below) button.setAttribute("aria-expanded", "false");
        button.addEventListener("click", () => (below ? unfold(item, place, button) : tap(item)));
        return button;
      }));
    }
    if ($("menu").hidden) $("list").hidden = true;
  }

  /* The sub-buttons of a menu button, above it. */
  function unfold(item, place, button) {
    const open = $("list").hidden || $("list").dataset.of !== String(place);
    for (const each of $("menu").querySelectorAll(".below")) each.setAttribute("aria-expanded", String(open &&
        each === button));
    $("list").hidden = !open;
    $("list").dataset.of = String(place);
    $("list").style.setProperty("--place", place);
    $("list").style.setProperty("--buttons", person().menu.length);
    $("list").replaceChildren(...item.sub_button.map((each) => {
      const one = make("button", "", each.name);
      one.type = "button";
      one.setAttribute("role", "menuitem");
      one.addEventListener("click", () => { $("list").hidden = true; button.setAttribute("aria-expanded", "false");
          tap(each); });
      return one;
    }));
  }

  /* What a real phone does at each kind of button. */
  function tap(item) {
    const openid = person().openid;
    if (item.type === "location_select") return askPlace(item.key);
    if (item.type.startsWith("pic_")) return sample("image", { event: item.type, key: item.key });
    if (item.type.startsWith("scancode_")) return ask("扫码", [["result", "扫到的内容", "床号 306-1"]], "扫到了",
        (values) => post("api/menu", { openid, type: item.type, key: item.key, ...values }));
    if (item.type === "view") window.open(door(item.url), "_blank", "noopener");
    return post("api/menu", { openid, type: item.type, key: item.key || item.media_id || item.article_id || "", url:
        item.url, pagepath: item.pagepath });
  }

  /* A sheet at the foot of the phone: fields and one button, or anything else that stands in `more`. */
  function ask(title, fields, word, done, more) {
    const sheet = $("sheet"), back = make("button", "link", "取消");
    back.type = "button";
    back.addEventListener("click", () => shut());
    const head = make("header");
    head.append(make("b", "", title), back);
    const rows = fields.map(([name, label, value]) => {
      const row = make("label", "", label), box = make("input");
      Object.assign(box, { name, value, autocomplete: "off", required: name !== "description" });
      row.append(box);
      return row;
    });
    sheet.replaceChildren(head, ...rows, ...(more || []), ...(word ? [make("button", "send", word)] : []));
    sheet.onsubmit = (event) => { event.preventDefault(); const values = Object.fromEntries(new FormData(sheet));
        shut(); done(values); };
    fold(true);
    sheet.hidden = false;
    draw();
    (sheet.querySelector("input") || back).focus();
  }
  function shut() { $("sheet").hidden = true; $("about").setAttribute("aria-expanded", "false"); draw(); }
  function askPlace(key) {
    const openid = person().openid;
    ask("位置", [["label", "地点", "杭州市西湖区文三路 88 号"], ["latitude", "纬度", "30.2741"], ["longitude", "经度", "120.1551"]],
        "发送位置",
      (values) => post("api/location", { openid, ...values, ...(key ? { key } : {}) }));
  }
  function askScan() {
    const openid = person().openid, codes = state.data.codes.map((code) => {
      const one = make("button", "btn", code.name);
      one.type = "button";
      one.addEventListener("click", () => { shut(); post("api/scan", { openid, ticket: code.ticket }); });
      return one;
    });
    ask("扫哪一个二维码", [], "", null, codes.length ? codes : [make("p", "dim", "还没有二维码。服务用 qrcode/create 做出来以后，就在这里。")]);
  }
  function askAbout() {
    const who = person(), off = make("button", "btn", "取消关注"), facts = make("p", "dim");
    facts.textContent = who.following ? "标签：" + (who.tags.join("、") || "没有") + (who.remark ? " · 备注：" + who.remark :
        "") : "还没有关注。";
    off.type = "button";
    off.addEventListener("click", () => { shut(); post("api/follow", { openid: who.openid, on: false }); });
    ask(state.data.home.name, [], "", null, who.following ? [facts, off] : [facts]);
    $("about").setAttribute("aria-expanded", "true");
  }

  function drawJournal() {
    const data = state.data, oracle = data.oracle;
    const cells = [["推送", oracle.pushes, oracle.distinct + " 条不同"], ["重推的应答", oracle.identical + "/" + oracle.repeated,
        "逐字相同", !oracle.repeated ? "" : oracle.identical === oracle.repeated ? "ok" : "bad"],
      ["应答 P95", oracle.p95, "ms · 限 5,000"], ["接口", oracle.calls, oracle.call_errors + " 次出错"], ["丢失 · 发重",
          oracle.lost + " · " + oracle.twice, "", oracle.lost + oracle.twice ? "bad" : ""]];
    $("oracle").replaceChildren(...cells.map(([name, value, more, cls]) => {
      const cell = make("div");
      const figure = make("dd", cls || "", String(value));
      figure.append(" ", make("small", "", more));
      cell.append(make("dt", "", name), figure);
      return cell;
    }));
    const shown = data.journal.filter((line) => state.show === "all" || line.direction === state.show ||
        (state.show === "bad" && !line.ok));
    $("none").hidden = shown.length > 0;
    $("lines").replaceChildren(...shown.reverse().map((line) => {
      const row = make("tr", [line.direction === "sim" ? "sim" : "", line.ok ? "" : "bad", state.line &&
          state.line.n === line.n ? "sel" : ""].join(" "));
      const way = make("td");
      way.append(make("span", "d " + line.direction, { push: "推 →", call: "← 调", sim: "模拟" }[line.direction]));
      const what = make("td");
      what.append(make("b", "", line.kind + " "), line.what);
      row.append(make("td", "mono", clock(line.at, true)), way, what, make("td", "num mono", line.ms === undefined ?
          "" : String(Math.round(line.ms))),
        make("td", "num mono", line.try ? line.try + "/3" : ""), make("td", "", (line.ok ? "✓ " : "") + (line.result ||
            "")));
      row.addEventListener("click", () => { state.line = line; draw(); });
      return row;
    }));
    $("detail").hidden = !state.line || state.line.direction !== "push";
    if (!$("detail").hidden) {
      const value = state.line[state.tab];
      $("body").textContent = typeof value === "string" ? value : JSON.stringify(value, null, 1);
      for (const tab of $("tabs").children) tab.classList.toggle("on", tab.dataset.tab === state.tab);
    }
  }

  function drawPanel() {
    const data = state.data;
    $("offset").textContent = Math.abs(data.offset) < 1 ? "和真实一样" :
        "快 " + Math.floor(data.offset / 3600) + " 时 " + Math.floor(data.offset % 3600 / 60) + " 分";
    $("faults").replaceChildren(...Object.entries(FAULTS).map(([name, [title, more]]) => {
      const on = data.faults[name], button = make("button", "fault" + (on ? " on" : ""));
      button.type = "button";
      button.setAttribute("role", "switch");
      button.setAttribute("aria-checked", String(on));
      button.append(make("i"), title, make("span", "", more));
      button.addEventListener("click", () => post("api/fault", { name, on: !on }));
      return button;
    }));
    $("codes").replaceChildren(...Object.entries(CODES).map(([code, words]) => {
      const armed = data.errcodes.filter((each) => String(each) === code).length, button = make("button", armed ? "on" :
          "");
      button.type = "button";
      button.append(make("b", "mono", code), make("small", "", words + (armed ? " ×" + armed : "")));
      button.addEventListener("click", () => post("api/errcode", { code: Number(code) }));
      return button;
    }));
    $("quota").replaceChildren(...data.phones.map((phone) => {
      const row = make("div", "q"), dots = make("span", "dots");
      for (let i = 0; i < phone.of && phone.following; i += 1) dots.append(make("i", i < phone.left ? "" : "o"));
      const day = there(phone.until);
      row.append(make("b", "", phone.name), make("span", "dim", !phone.following ? "没关注" : phone.until ?
          "至 " + (day.getUTCMonth() + 1) + "-" + two(day.getUTCDate()) + " " + clock(phone.until) : "窗口没开"), dots);
      if (!phone.following) return row;
      dots.append(" 剩 " + phone.left);
      return row;
    }));
    $("logins").replaceChildren(...data.logins.flatMap((login) => [make("b", "", login.name),
      make("span", "dim", { carer: "护理", nurse: "护士", desk: "客服", supervisor: "主管", director: "院长", admin: "管理员",
          auditor: "审计" }[login.role]), make("span", "mono", login.login + " / " + login.password)]));
    $("console").href = data.console || "#";
    $("console").hidden = !data.console;
    $("home").textContent = document.body.classList.contains("practice") ? data.home.name :
        "样板机构 " + data.home.name + " · 虚构数据";
    $("target").textContent = data.target.replace("http://", "");
  }

  function tick() {
    const now = (Date.now() + state.offset) / 1000;
    $("now").textContent = clock(now, true).slice(0, 8);
    $("time").textContent = clock(now);
    telephone.tick();
  }
  function draw() { if (!state.data) return; drawPhone(); drawJournal(); drawPanel();
      telephone.draw(state.data.telephone); sms.draw(state.data.sms); groups.draw(state.data.groups); tick(); }

  let loading = false, again = false;
  async function load() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch("api/state" + (document.body.classList.contains("practice") ? "?journal=0" : ""), {
          headers: csrf ? { "HX-Request": "true" } : {} });
      const over = answer.headers.get("HX-Redirect");
      if (over) { location.href = over; return; }
      if (!answer.ok) return;
      state.data = await answer.json();
      state.offset = state.data.now * 1000 - Date.now();
      draw();
    } finally {
      loading = false;
      if (again) { again = false; load(); }
    }
  }

  function send() {
    const box = $("text"), words = box.value.trim();
    if (!words || !state.data) return;
    box.value = "";
    box.rows = 1;
    post("api/text", { openid: person().openid, text: words });
  }
  function file(kind, data, name, more) {
    const form = new FormData();
    form.append("openid", person().openid);
    form.append("kind", kind);
    for (const [field, value] of Object.entries(more || {})) form.append(field, value);
    form.append("file", data, name);
    post("api/file", form);
  }
  // folded before the file is read: who opens the sheet again meanwhile must not have it shut in his face
  const SAMPLES = { image: "sample.png", voice: "sample.amr", video: "sample.mp4" };
  async function sample(kind, more) {
    fold(true);
    const data = await (await fetch("static/" + SAMPLES[kind])).blob();
    file(kind, data, SAMPLES[kind], more);
  }
  function fold(hidden) {
    $("more").hidden = hidden;
    $("plus").setAttribute("aria-expanded", String(!hidden));
  }

  $("keys").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  $("text").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } });
  $("text").addEventListener("input", (event) => {
      event.target.rows = Math.min(4, Math.max(1, Math.ceil(event.target.scrollHeight / 26) - 1)); });
  $("to-keys").addEventListener("click", () => { state.keyboard = true; draw(); $("text").focus(); });
  $("to-menu").addEventListener("click", () => { state.keyboard = false; draw(); });
  $("plus").addEventListener("click", () => fold(!$("more").hidden));
  for (const button of document.querySelectorAll("[data-sample]")) button.addEventListener("click",
      () => sample(button.dataset.sample));
  for (const box of document.querySelectorAll("[data-kind]")) {
    box.addEventListener("change", () => { fold(true);
        if (box.files[0]) file(box.dataset.kind, box.files[0], box.files[0].name); box.value = ""; });
  }
  $("place").addEventListener("click", () => askPlace(""));
  $("article").addEventListener("click", () => {
    const openid = person().openid;
    ask("链接", [["title", "标题", "冬天老人怎么护膝"], ["description", "摘要", "三个简单的动作"], ["url", "网址",
        "https://example.cn/knees"]], "发送链接", (values) => post("api/link", { openid, ...values }));
  });
  $("scan").addEventListener("click", askScan);
  $("follow-scan").addEventListener("click", askScan);
  $("about").addEventListener("click", () => ($("about").getAttribute("aria-expanded") === "true" ? shut() :
      askAbout()));
  $("follow-on").addEventListener("click", () => post("api/follow", { openid: person().openid, on: true }));
  $("all-off").addEventListener("click", () => post("api/fault", { name: "all" }));
  $("filter").addEventListener("click", (event) => {
    if (!event.target.dataset.show) return;
    state.show = event.target.dataset.show;
    for (const button of $("filter").children) button.classList.toggle("on", button.dataset.show === state.show);
    draw();
  });
  $("tabs").addEventListener("click", (event) => { if (event.target.dataset.tab) { state.tab = event.target.dataset.tab;
      draw(); } });
  document.querySelector(".switch").addEventListener("click", (event) => {
    if (!event.target.dataset.pane) return;
    document.querySelector(".wrap").dataset.pane = event.target.dataset.pane;
    for (const button of event.currentTarget.children) button.classList.toggle("on", button === event.target);
  });
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      const jump = button.dataset.jump;
      post("api/clock", jump === "back" ? { back: true } : jump === "morning" || jump === "month" ? { to: jump }
          : { seconds: Number(jump) });
    });
  }
  const live = new EventSource("api/events");
  live.onmessage = load;
  live.onopen = load;
  setInterval(tick, 1000);
  load();
})();
