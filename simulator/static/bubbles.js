/* What stands in a chat: one line of it as an element. Words of people are only ever set as text; the one link form of
   the platform is rebuilt. */
window.bubbles = function (make, person, post, home) {
  "use strict";
  const $ = (id) => document.getElementById(id);
  let playing = null;

  /* `<a href>` and line breaks are what the platform shows of rich text. */
  function rich(box, words) {
    const link = /<a href=["'](https?:[^"']+)["'][^>]*>([^<]*)<\/a>/g;
    let from = 0, found;
    while ((found = link.exec(words))) {
      box.append(words.slice(from, found.index));
      const anchor = make("a", "", found[2]);
      anchor.href = door(found[1]);
      anchor.target = "_blank";
      anchor.rel = "noopener";
      box.append(anchor);
      from = found.index + found[0].length;
    }
    box.append(words.slice(from));
  }

  /* A link that is tapped: the platform remembers whose phone it is. */
  function door(url) { return "open?openid=" + encodeURIComponent(person().openid) + "&url=" + encodeURIComponent(url);
      }
  const BODIES = {
    video(line) {
      const film = make("video");
      Object.assign(film, { src: "api/media/" + line.media, controls: true, preload: "metadata" });
      film.setAttribute("aria-label", "视频");
      return film;
    },
    location(line) {
      const box = make("div", "bb card place");
      box.append(make("b", "", line.content), make("small", "", line.about));
      box.insertAdjacentHTML("afterbegin",
          '<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 18s6-5.200 6-10A6 6 0 004 8c0 4.800 6 10 6 10z"/><circle cx="10" cy="8" r="2"/></svg>');
      return box;
    },
    link: card, news: card, music: card, card,
    template(line) {
      const box = card(line), facts = make("dl");
      for (const [name, value] of line.lines) facts.append(make("dt", "", name), make("dd", "", value));
      box.querySelector("b").after(facts);
      return box;
    },
    msgmenu(line) {
      const box = make("div", "bb");
      rich(box, line.content);
      for (const item of line.items) {
        const choice = make("button", "choice", item.content);
        choice.type = "button";
        choice.addEventListener("click", () => post("api/text", {
            openid: person().openid, text: item.content, menu_id: item.id }));
        box.append(choice);
      }
      box.append(line.tail || "");
      return box;
    },
  };
  function card(line) {
    const ours = /^https?:\/\/(127\.0\.0\.1|localhost)[:/]/.test(line.url || ""), box = make(ours ? "a" : "div",
        "bb card");
    if (ours) Object.assign(box, { href: door(line.url), target: "_blank", rel: "noopener" });
    box.append(make("b", "", line.content));
    if (line.about) box.append(make("small", "", line.about));
    if (line.url) box.append(make("small", "url", line.url.replace(/^https?:\/\//, "")));
    return box;
  }

  function bubble(line, who) {
    if (line.side === "line") return make("p", "stamp", line.content);
    const row = make("div", "m " + line.side);
    row.append(line.side === "me" ? make("span", "face " + who.kind, who.name[0]) : make("span", "face house",
        home().slice(0, 2)));
    if (line.kind === "image" && line.media) {
      const picture = make("img");
      picture.src = "api/media/" + line.media;
      picture.alt = "照片";
      picture.addEventListener("load", () => { $("chat").scrollTop = $("chat").scrollHeight; });
      row.append(picture);
    } else if (line.kind === "voice") {
      const voice = make("div", "bb voice", (line.seconds || 3) + "″");
      voice.insertAdjacentHTML("beforeend",
          '<svg viewBox="0 0 20 20" aria-label="语音"><path d="M15 4a11 11 0 000 12M10.500 6.500a6.500 6.500 0 000 7M6 9.200a2 2 0 000 1.600"/></svg>');
      if (line.media && line.side === "home") {
        const play = make("button", "play");
        play.type = "button";
        play.setAttribute("aria-label", "听语音，" + (line.seconds || 3) + " 秒");
        play.append(voice);
        play.addEventListener("click", () => {
          if (playing) playing.pause();
          playing = new Audio("api/media/" + line.media);
          playing.addEventListener("ended", () => voice.classList.remove("on"));
          voice.classList.add("on");
          playing.play();
        });
        row.append(play);
      } else row.append(voice);
    } else if (BODIES[line.kind]) {
      row.append(BODIES[line.kind](line));
    } else {
      const box = make("div", "bb");
      rich(box, line.content);
      row.append(box);
    }
    return row;
  }
  return { bubble, door };
};
