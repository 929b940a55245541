"""会话 in the console: the list, the thread, every kind of message, a closed window, the quota and the phone number."""

from care.states import Role
from conversations import events
from services.media import media
from services.talks import answering
from storage import tables
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import put
from tests.console.browsers import ROUTE, Desk


async def test_n3_a_relative_who_is_registered_and_has_no_wechat_yet_is_not_said_to_have_left(at_desk: Desk) -> None:
    home, person = at_desk.home, new_id()

    def register(db: Unit) -> None:
        row = tables.Person(id=person, home_id=home.ids.home_id, kind="family", created_at=home.clock())
        db.lock_persons(person)
        db.seal(row, "name", "李静")
        db.add(row)

    await home.database.write(register)
    page = await at_desk.get(f"/chats/{person}")
    assert "还没有绑定微信，发不到" in page
    assert "取消了关注" not in page
    for path, fields in (("answer", {"text": "您好", "key": "k"}), ("hand-back", {})):
        answer = await at_desk.post(f"/chats/{person}/{path}", **fields)
        assert (answer.status, "请打电话" in await answer.text()) == (422, True)
    assert (await at_desk.post(f"/chats/{person}/call", note="告诉她怎么扫码")).status == 200


async def test_c13_the_list_puts_the_most_pressing_first(at_desk: Desk) -> None:
    home = at_desk.home
    assert "还没有人来信" in await at_desk.get("/chats")
    await home.hears("有没有空床", "son")
    home.clock.on(minutes=1)
    await home.hears("你们把我妈摔了，我要投诉")
    await home.hears("谢谢", "stranger")
    page = await at_desk.get("/chats")
    assert page.index("首次反馈") < page.index("有没有空床") < page.index("机器人已答")
    assert '等回复 <span id="n-waiting">2</span>' in page
    waiting = await at_desk.get("/chats?show=waiting")
    assert "谢谢" not in waiting


async def test_the_thread_shows_words_states_and_the_quota(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("<script>alert(1)</script> 你好")
    person = await home.person()
    page = await at_desk.get(f"/chats/{person}")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "还可发 <b>5</b> 条" in page
    assert "未绑定" in page
    answer = await at_desk.post(f"/chats/{person}/answer", text="您好", key="k1")
    assert answer.status == 200
    body = await answer.text()
    assert "您好" in body
    assert "发送中" in body
    await home.send_all()
    page = await at_desk.get(f"/chats/{person}/messages")
    assert "已送达微信" in page
    assert "交回机器人" in await at_desk.get(f"/chats/{person}")
    assert (await at_desk.post(f"/chats/{person}/hand-back")).headers["HX-Refresh"] == "true"
    assert 'data-open="1"' in page
    assert "还可发 <b>4</b> 条" in await at_desk.get(f"/chats/{person}/composer")


async def test_a_closed_window_leaves_only_the_routes_that_exist(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    home.clock.on(hours=10)
    await at_desk.logs_in()
    assert "还可发" in await at_desk.get(f"/chats/{person}/composer")
    await home.database.write(lambda db: answering.answer(db, at_desk.who, person, "一", "a", home.clock()))
    home.clock.on(hours=1)
    await at_desk.logs_in()
    await home.database.store(lambda store: put(store, "UPDATE follower SET session_until = 0"))
    page = await at_desk.get(f"/chats/{person}/composer")
    assert "现在不能直接发消息" in page
    assert "打电话" in page
    assert "等对方来信自动发" in page
    assert "服务通知" not in page
    await home.send_all()
    assert "等对方来信自动发：超过 48 小时没来信" in await at_desk.get(f"/chats/{person}/messages")
    row = await home.one("SELECT id FROM outbox")
    assert (await at_desk.post(f"/outgoing/{row}/take-back")).status == 204
    assert "已撤回" in await at_desk.get(f"/chats/{person}/messages")
    called = await at_desk.post(f"/chats/{person}/call", note="打通了")
    assert "打通了" in await called.text()
    await home.hears(events.Unfollowed())
    assert "取消了关注" in await at_desk.get(f"/chats/{person}/composer")


async def test_every_kind_of_message_is_drawn(at_desk: Desk) -> None:
    home = at_desk.home
    for arrival in (
        events.Voice("v", heard="听到的话"),
        events.Image("i"),
        events.Video("x"),
        events.Location(1, 2, "公园"),
        events.Link("标题"),
        events.Other("file"),
        events.Click("CONTACT"),
        events.Followed(),
        events.Scanned("s"),
    ):
        await home.hears(arrival)
    person = await home.person()
    ids = [row[0] for row in await home.rows("SELECT id FROM media ORDER BY id")]
    page = await at_desk.get(f"/chats/{person}")
    for part in (
        "语音，正在取",
        "照片，正在取",
        "位置：公园",
        "链接：标题",
        "（file）这里看不了",
        "点了菜单「联系我们」",
        "关注了公众号",
        "扫了二维码",
    ):
        assert part in page
    files = {ids[0]: b"#!AMR\n123", ids[1]: b"\x89PNG\r\n\x1a\n123"}
    for media_id, data in files.items():
        media.write_file(home.settings.media.path, home.database.sealer, media_id, data)
        want = media.Wanted(media_id, person, 0, "", 0, home.clock())
        await home.database.store(lambda store, w=want, d=data: media.kept(store, w, d))  # type: ignore[misc]
    page = await at_desk.get(f"/chats/{person}")
    assert "<audio" in page
    assert "以原声为准" in page
    assert "发来的照片" in page
    sound = await at_desk.client.get(f"/console/media/{ids[0]}")
    assert (sound.content_type, await sound.read()) == ("audio/mpeg", b"ID3#!AMR\n123")
    part_of = await at_desk.client.get(f"/console/media/{ids[0]}", headers={"Range": "bytes=0-2"})
    assert (part_of.status, await part_of.read()) == (206, b"ID3")
    assert (await at_desk.client.get(f"/console/media/{ids[1]}")).content_type == "image/png"
    assert (await at_desk.client.get(f"/console/media/{ids[2]}")).status == 404
    media.write_file(home.settings.media.path, home.database.sealer, ids[0], b"#!AMR\nbroken")
    assert (await at_desk.client.get(f"/console/media/{ids[0]}")).status == 422
    media.file_of(home.settings.media.path, ids[0]).unlink()
    assert (await at_desk.client.get(f"/console/media/{ids[0]}")).status == 404


async def test_p5_the_whole_number_is_shown_on_request_and_written_down(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    assert (await at_desk.post(f"/chats/{person}/phone")).status == 404

    def give(db: Unit) -> None:
        db.lock_persons(person)
        db.seal(db.get_one(tables.Person, person), "phone", "13800002107")

    await home.database.write(give)
    page = await at_desk.get(f"/chats/{person}")
    assert "138****2107" in page
    assert "13800002107" not in page
    assert (await at_desk.post(f"/chats/{person}/phone")).status == 422
    assert "tel:13800002107" in await (await at_desk.post(f"/chats/{person}/phone", reason="回电话")).text()
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'show_phone'") == 1


async def test_p2_a_nurse_sees_that_somebody_waits_and_no_word_of_a_case(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("我要投诉")
    await home.staff(Role.NURSE, "唐雨", "tang")
    await at_desk.client.post("/console/login", data={"login": "tang", "password": "long-enough"}, headers=ROUTE)
    page = await at_desk.get("/chats")
    assert "C261122-01" not in page
    assert "首次反馈" not in page
    assert "剩 " in page
    assert "没有投诉" not in await at_desk.get(f"/chats/{await home.person()}")


async def test_the_quota_line_follows_every_message(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    await home.hears(events.Followed())
    person = await home.person()
    fresh = await at_desk.get(f"/chats/{person}/messages")
    assert 'id="quota" hx-swap-oob="true"' in fresh
    assert "还可发 <b>5</b> 条" in fresh
    assert "另有 3 条，1 分钟内" in fresh
