/* The colleagues' group on the page: what its robot has posted, and whether the company takes it. */
window.groups = function (make, post, clock) {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const NAMES = { wecom: "企业微信", dingtalk: "钉钉", feishu: "飞书" };
  let drawn = "";

  function bubble(one) {
    const box = make("p", "sms-text");
    box.append(make("span", "said", one.text), make("small", "dim", clock(one.at) + " · " + NAMES[one.kind] + "群"));
    return box;
  }
  function draw(data) {
    $("groups").hidden = !data;
    if (!data) return;
    const posts = data.posts.slice(-5), now = JSON.stringify(posts), select = $("groups-account");
    $("no-groups").hidden = posts.length > 0;
    if (now !== drawn) { drawn = now; $("group-posts").replaceChildren(...posts.map(bubble)); }
    if (!select.options.length) select.replaceChildren(...Object.entries(data.refusals).map(([value, label]) =>
        Object.assign(make("option", "", label), { value })));
    if (document.activeElement !== select) select.value = data.refuses;
  }
  if ($("groups-account")) $("groups-account").addEventListener("change", (event) => post("api/groups", {
      refuses: event.target.value }));
  return { draw };
};
