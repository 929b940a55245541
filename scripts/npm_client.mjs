// A client that others wrote for the real platform drives the simulator: docs/simulator.md says how to run it. It ends
// with 1 at the first surprise.
import assert from "node:assert/strict";
import { createRequire } from "node:module";

const [base, appId, secret, openid, folder, image] = process.argv.slice(2);
const require = createRequire(`${folder}/package.json`);
const API = require("co-wechat-api"), OAuth = require("co-wechat-oauth");
const api = new API(appId, secret);
Object.assign(api, { prefix: `${base}/cgi-bin/`, mpPrefix: `${base}/cgi-bin/`, snsPrefix: `${base}/sns/`,
    fileServerPrefix: `${base}/cgi-bin/` });

async function step(name, work) {
  await work();
  console.log(`ok  ${name}`);
}
async function refused(code, work) {
  await assert.rejects(work, (error) => error.code === code);
}

const menu = { button: [{ type: "click", name: "家书", key: "LETTER" }, { name: "服务", sub_button: [{
    type: "view", name: "我的家书", url: `${base}/p/letters` }] }] };
await step("token", async () => assert.equal(typeof (await api.getAccessToken()).accessToken, "string"));
await step("a wrong secret is 40125", () => refused(40125, () => Object.assign(new API(appId, "wrong"), {
    prefix: api.prefix }).getAccessToken()));
await step("menu", async () => {
  await api.createMenu(menu);
  assert.equal((await api.getMenu()).menu.button[1].sub_button[0].name, "我的家书");
  assert.equal(Number((await api.getMenuConfig()).is_menu_open), 1);
});
await step("tags, conditional menu", async () => {
  const id = Number((await api.createTags("家属")).tag.id);
  await api.batchTagging([openid], id);
  assert.deepEqual((await api.getIdList(openid)).tagid_list.map(Number), [id]);
  const made = await api.addConditionalMenu({ button: [menu.button[0]], matchrule: { tag_id: String(id) } });
  assert.equal((await api.tryConditionalMenu(openid)).button.length, 1);
  await api.delConditionalMenu(String(made.menuid));
  assert.equal((await api.getTags()).tags.some((tag) => tag.name === "家属"), true);
  await api.batchUnTagging([openid], id);
  await api.deleteTag(id);
});
await step("users", async () => {
  assert.equal((await api.getUser(openid)).openid, openid);
  assert.equal((await api.batchGetUsers([openid])).user_info_list.length, 1);
  assert.equal((await api.getFollowers()).data.openid.includes(openid), true);
  await api.updateRemark(openid, "女儿");
  await refused(40003, () => api.getUser("oNobody"));
});
await step("QR code", async () => {
  const made = await api.createTmpQRCode("bind_x9", 1800);
  const picture = Buffer.from(await (await fetch(api.showQRCodeURL(made.ticket))).arrayBuffer());
  assert.equal(picture.subarray(1, 4).toString(), "PNG");
});
await step("media, customer-service messages", async () => {
  const up = await api.uploadMedia(image, "image");
  assert.equal((await api.getMedia(up.media_id)).subarray(1, 4).toString(), "PNG");
  await api.sendText(openid, "妈妈今天很好 😀");
  await api.sendImage(openid, up.media_id);
  await api.sendNews(openid, [{ title: "家书", description: "今天", url: `${base}/p/letters`, picurl: "" }]);
  await refused(40007, () => api.sendImage(openid, "invented"));
});
await step("template", async () => {
  const { template_id: id } = await api.addTemplate("43817");
  const data = { thing1: { value: "王桂兰" }, time2: { value: "17:30" }, thing3: { value: "今天的家书" } };
  assert.equal(Number((await api.sendTemplate(openid, id, "", "", data)).errcode), 0);
  await refused(47003, () => api.sendTemplate(openid, id, "", "", { ...data, time2: { value: "下午" } }));
  assert.equal((await api.getAllPrivateTemplate()).template_list.length, 1);
  await api.delPrivateTemplate(id);
});
await step("ticket", async () => assert.equal(typeof (await api.getTicket()).ticket, "string"));
await step("OAuth", async () => {
  const oauth = new OAuth(appId, secret);
  const asked = new URL(oauth.getAuthorizeURL(`${base}/back`, "s", "snsapi_userinfo"));
  const answer = await fetch(`${base}${asked.pathname}${asked.search}`, { headers: {
      cookie: `phone=${openid}` }, redirect: "manual" });
  const code = new URL(answer.headers.get("location")).searchParams.get("code");
  const request = oauth.request.bind(oauth);  // its addresses stand in its methods
  oauth.request = (url, options) => request(url.replace("https://api.weixin.qq.com", base), options);
  const token = await oauth.getAccessToken(code);
  assert.equal(token.data.openid, openid);
  assert.equal((await oauth.refreshAccessToken(token.data.refresh_token)).data.openid, openid);
  assert.equal((await oauth.getUser({ openid })).openid, openid);
  await refused(40163, () => oauth.getAccessToken(code));
});
console.log("no surprise");
