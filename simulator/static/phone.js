/* The phone and its panel. Words of people are only ever set as text, never as markup; the one link form of the platform is rebuilt. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const state = { data: null, person: null, keyboard: false, show: "all", line: null, tab: "plain", offset: 0 };
  const FAULTS = { delay: ["延迟", "6 秒 · 推送和接口"], drop: ["断开", "下一次应答丢掉，用完自动关"], duplicate: ["重复", "每条推两遍"], swap: ["乱序", "相邻两条对调"], late: ["事件迟到", "比下一条晚，用完自动关"],
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
    return two(at.getUTCHours()) + ":" + two(at.getUTCMinutes()) + (exact ? ":" + two(at.getUTCSeconds()) + "." + String(at.getUTCMilliseconds()).padStart(3, "0") : "");
  }
  async function post(path, body) {
    const form = body instanceof FormData;
    const answer = await fetch(path, { method: "POST", body: form ? body : JSON.stringify(body), headers: form ? {} : { "Content-Type": "application/json" } });
    if (!answer.ok) say(answer.status === 413 ? "文件太大：照片最多 10 MB，语音最多 2 MB。" : "没发出去，请再试一次。");
    return answer.ok;
  }
  function say(words) {
    const line = make("p", "stamp", words);
    line.setAttribute("role", "alert");
    $("chat").append(line);
    $("chat").scrollTop = $("chat").scrollHeight;
  }
  const person = () => state.data.phones.find((phone) => phone.openid === state.person) || state.data.phones[0];

  /* `<a href>` and line breaks are what the platform shows of rich text. */
  function rich(box, words) {
    const link = /<a href=["'](https?:[^"']+)["'][^>]*>([^<]*)<\/a>/g;
    let from = 0, found;
    while ((found = link.exec(words))) {
      box.append(words.slice(from, found.index));
      const anchor = make("a", "", found[2]);
      anchor.href = "/open?openid=" + encodeURIComponent(person().openid) + "&url=" + encodeURIComponent(found[1]);
      anchor.target = "_blank";
      anchor.rel = "noopener";
      box.append(anchor);
      from = found.index + found[0].length;
    }
    box.append(words.slice(from));
  }

  function bubble(line, who) {
    if (line.side === "line") return make("p", "stamp", line.content);
    const row = make("div", "m " + line.side);
    row.append(line.side === "me" ? make("span", "face " + who.kind, who.name[0]) : make("span", "face house", state.data.home.name.slice(0, 2)));
    if (line.kind === "image" && line.media) {
      const picture = make("img");
      picture.src = "/api/media/" + line.media;
      picture.alt = "照片";
      picture.addEventListener("load", () => { $("chat").scrollTop = $("chat").scrollHeight; });
      row.append(picture);
    } else if (line.kind === "voice") {
      const voice = make("div", "bb voice", (line.seconds || 3) + "″");
      voice.insertAdjacentHTML("beforeend", '<svg viewBox="0 0 20 20" aria-label="语音"><path d="M15 4a11 11 0 000 12M10.500 6.500a6.500 6.500 0 000 7M6 9.200a2 2 0 000 1.600"/></svg>');
      if (line.media && line.side === "home") {
        const play = make("button", "play");
        play.type = "button";
        play.setAttribute("aria-label", "听语音，" + (line.seconds || 3) + " 秒");
        play.append(voice);
        play.addEventListener("click", () => {
          if (state.sound) state.sound.pause();
          state.sound = new Audio("/api/media/" + line.media);
          state.sound.addEventListener("ended", () => voice.classList.remove("on"));
          voice.classList.add("on");
          state.sound.play();
        });
        row.append(play);
      } else row.append(voice);
    } else {
      const box = make("div", "bb");
      rich(box, line.content);
      row.append(box);
    }
    return row;
  }

  function drawPhone() {
    const data = state.data, who = person(), chat = $("chat");
    $("who").replaceChildren(...data.phones.map((phone) => {
      const button = make("button", phone.openid === who.openid ? "on" : "");
      button.type = "button";
      button.append(make("span", "face " + phone.kind, phone.name[0]));
      const words = make("span");
      words.append(make("b", "", phone.name), make("small", "", phone.following ? phone.note.replace("没关注", "刚关注") : "没关注"));
      button.append(words);
      button.addEventListener("click", () => { state.person = phone.openid; state.drawn = ""; draw(); });
      return button;
    }));
    $("title").textContent = data.home.name;
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
    $("follow").hidden = who.following;
    $("menu").hidden = !who.following || state.keyboard;
    $("keys").hidden = !who.following || !state.keyboard;
    const menu = who.kind === "elder" ? data.elder_menu : data.menu;
    if ($("menu").dataset.of !== who.kind) {
      $("menu").dataset.of = who.kind;
      $("menu").replaceChildren($("to-keys"));
      for (const item of menu) {
        const button = make("button", "", item.name);
        button.type = "button";
        button.addEventListener("click", () => post("/api/menu", { openid: person().openid, key: item.key }));
        $("menu").append(button);
      }
    }
  }

  function drawJournal() {
    const data = state.data, oracle = data.oracle;
    const cells = [["推送", oracle.pushes, oracle.distinct + " 条不同"], ["重推的应答", oracle.identical + "/" + oracle.repeated, "逐字相同", !oracle.repeated ? "" : oracle.identical === oracle.repeated ? "ok" : "bad"],
      ["应答 P95", oracle.p95, "ms · 限 5,000"], ["接口", oracle.calls, oracle.call_errors + " 次出错"], ["丢失 · 发重", oracle.lost + " · " + oracle.twice, "", oracle.lost + oracle.twice ? "bad" : ""]];
    $("oracle").replaceChildren(...cells.map(([name, value, more, cls]) => {
      const cell = make("div");
      const figure = make("dd", cls || "", String(value));
      figure.append(" ", make("small", "", more));
      cell.append(make("dt", "", name), figure);
      return cell;
    }));
    const shown = data.journal.filter((line) => state.show === "all" || line.direction === state.show || (state.show === "bad" && !line.ok));
    $("none").hidden = shown.length > 0;
    $("lines").replaceChildren(...shown.reverse().map((line) => {
      const row = make("tr", [line.direction === "sim" ? "sim" : "", line.ok ? "" : "bad", state.line && state.line.n === line.n ? "sel" : ""].join(" "));
      const way = make("td");
      way.append(make("span", "d " + line.direction, { push: "推 →", call: "← 调", sim: "模拟" }[line.direction]));
      const what = make("td");
      what.append(make("b", "", line.kind + " "), line.what);
      row.append(make("td", "mono", clock(line.at, true)), way, what, make("td", "num mono", line.ms === undefined ? "" : String(Math.round(line.ms))),
        make("td", "num mono", line.try ? line.try + "/3" : ""), make("td", "", (line.ok ? "✓ " : "") + (line.result || "")));
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
    $("offset").textContent = Math.abs(data.offset) < 1 ? "和真实一样" : "快 " + Math.floor(data.offset / 3600) + " 时 " + Math.floor(data.offset % 3600 / 60) + " 分";
    $("faults").replaceChildren(...Object.entries(FAULTS).map(([name, [title, more]]) => {
      const on = data.faults[name], button = make("button", "fault" + (on ? " on" : ""));
      button.type = "button";
      button.setAttribute("role", "switch");
      button.setAttribute("aria-checked", String(on));
      button.append(make("i"), title, make("span", "", more));
      button.addEventListener("click", () => post("/api/fault", { name, on: !on }));
      return button;
    }));
    $("codes").replaceChildren(...Object.entries(CODES).map(([code, words]) => {
      const armed = data.errcodes.filter((each) => String(each) === code).length, button = make("button", armed ? "on" : "");
      button.type = "button";
      button.append(make("b", "mono", code), make("small", "", words + (armed ? " ×" + armed : "")));
      button.addEventListener("click", () => post("/api/errcode", { code: Number(code) }));
      return button;
    }));
    $("quota").replaceChildren(...data.phones.map((phone) => {
      const row = make("div", "q"), dots = make("span", "dots");
      for (let i = 0; i < phone.of && phone.following; i += 1) dots.append(make("i", i < phone.left ? "" : "o"));
      const day = there(phone.until);
      row.append(make("b", "", phone.name), make("span", "dim", !phone.following ? "没关注" : phone.until ? "至 " + (day.getUTCMonth() + 1) + "-" + two(day.getUTCDate()) + " " + clock(phone.until) : "窗口没开"), dots);
      if (!phone.following) return row;
      dots.append(" 剩 " + phone.left);
      return row;
    }));
    $("logins").replaceChildren(...data.logins.flatMap((login) => [make("b", "", login.name),
      make("span", "dim", { carer: "护理", nurse: "护士", desk: "客服", supervisor: "主管", director: "院长", admin: "管理员", auditor: "审计" }[login.role]), make("span", "mono", login.login + " / " + login.password)]));
    $("console").href = data.console || "#";
    $("console").hidden = !data.console;
    $("home").textContent = "样板机构 " + data.home.name + " · 虚构数据";
    $("target").textContent = data.target.replace("http://", "");
  }

  function tick() {
    const now = (Date.now() + state.offset) / 1000;
    $("now").textContent = clock(now, true).slice(0, 8);
    $("time").textContent = clock(now);
  }
  function draw() { drawPhone(); drawJournal(); drawPanel(); tick(); }

  let loading = false, again = false;
  async function load() {
    if (loading) { again = true; return; }
    loading = true;
    try {
      const answer = await fetch("/api/state");
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
    if (!words) return;
    box.value = "";
    box.rows = 1;
    post("/api/text", { openid: person().openid, text: words });
  }
  function file(kind, data, name) {
    const form = new FormData();
    form.append("openid", person().openid);
    form.append("kind", kind);
    form.append("file", data, name);
    post("/api/file", form);
  }
  // folded before the file is read: who opens the sheet again meanwhile must not have it shut in his face
  async function sample(kind, name) {
    fold(true);
    const data = await (await fetch("/static/" + name)).blob();
    file(kind, data, name);
  }
  function fold(hidden) {
    $("more").hidden = hidden;
    $("plus").setAttribute("aria-expanded", String(!hidden));
  }

  $("keys").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  $("text").addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } });
  $("text").addEventListener("input", (event) => { event.target.rows = Math.min(4, Math.max(1, Math.ceil(event.target.scrollHeight / 26) - 1)); });
  $("to-keys").addEventListener("click", () => { state.keyboard = true; draw(); $("text").focus(); });
  $("to-menu").addEventListener("click", () => { state.keyboard = false; draw(); });
  $("plus").addEventListener("click", () => fold(!$("more").hidden));
  $("photo").addEventListener("change", (event) => { fold(true); if (event.target.files[0]) file("image", event.target.files[0], event.target.files[0].name); event.target.value = ""; });
  $("voice").addEventListener("change", (event) => { fold(true); if (event.target.files[0]) file("voice", event.target.files[0], event.target.files[0].name); event.target.value = ""; });
  $("photo-sample").addEventListener("click", () => sample("image", "sample.png"));
  $("voice-sample").addEventListener("click", () => sample("voice", "sample.amr"));
  $("follow-on").addEventListener("click", () => post("/api/follow", { openid: person().openid, on: true }));
  $("all-off").addEventListener("click", () => post("/api/fault", { name: "all" }));
  $("filter").addEventListener("click", (event) => {
    if (!event.target.dataset.show) return;
    state.show = event.target.dataset.show;
    for (const button of $("filter").children) button.classList.toggle("on", button.dataset.show === state.show);
    draw();
  });
  $("tabs").addEventListener("click", (event) => { if (event.target.dataset.tab) { state.tab = event.target.dataset.tab; draw(); } });
  document.querySelector(".switch").addEventListener("click", (event) => {
    if (!event.target.dataset.pane) return;
    document.querySelector(".wrap").dataset.pane = event.target.dataset.pane;
    for (const button of event.currentTarget.children) button.classList.toggle("on", button === event.target);
  });
  for (const button of document.querySelectorAll("[data-jump]")) {
    button.addEventListener("click", () => {
      const jump = button.dataset.jump;
      post("/api/clock", jump === "back" ? { back: true } : jump === "morning" || jump === "month" ? { to: jump } : { seconds: Number(jump) });
    });
  }
  const live = new EventSource("/api/events");
  live.onmessage = load;
  live.onopen = load;
  setInterval(tick, 1000);
  load();
})();
