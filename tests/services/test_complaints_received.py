"""What a person writes becomes a complaint: its number, its clocks, its records in their order, its fields (C1, C2, C5,
C12).
"""

import pytest
from msgspec.structs import replace

from conversations import events
from conversations.events import Message, Text, Voice, line_of
from services.talks import answering as services_desk
from services.talks import silence
from storage import tables
from storage.queries import complaints as queries
from tests.conftest import HomeUnderTest


async def test_c2_what_is_told_after_the_questions_goes_to_the_case_and_only_a_question_to_the_knowledge(
    home: HomeUnderTest,
) -> None:
    await home.hears("昨天晚饭是凉的，我要投诉")
    for words in ("好了", "跳过", "跳过", "跳过", "跳过"):
        await home.hears(words)
    complaint = await home.one("SELECT id FROM complaint")
    for words in ("306 的卫生间", "在三楼食堂", "是晚饭，菜和汤都是凉的"):
        envelope = replace(home.envelope(Text(words)), look_up=lambda _: pytest.fail("not a question"))
        await home.database.receive(envelope)
    lines = await home.database.read(lambda db: queries.one(db, db.get_one(tables.Complaint, complaint)).records)
    assert [line.words for line in lines][-3:] == ["306 的卫生间", "在三楼食堂", "是晚饭，菜和汤都是凉的"]
    asked: list[str] = []
    await home.database.receive(replace(home.envelope(Text("探视时间是几点")), look_up=lambda _: asked.append("asked")))
    assert asked == ["asked"]


async def test_c1_c4_a_complaint_gets_its_number_and_its_clocks(home: HomeUnderTest) -> None:
    answer = await home.hears("你们把我妈摔了，我要投诉")
    assert "编号 C261122-01" in answer
    assert "16:15 前会有专人联系您" in answer
    assert "0571-8800-0101" in answer
    rows = await home.rows("SELECT number, level, category, stage FROM complaint")
    assert rows == [("C261122-01", 1, "人身安全", 1)]
    promises = await home.rows("SELECT kind, (due_at - made_at) / 60000000 FROM promise ORDER BY due_at")
    assert promises == [("first_feedback", 15), ("result", 1440)]


async def test_c1_every_message_is_a_record_in_its_order(home: HomeUnderTest) -> None:
    for event in ("我要投诉", "昨晚按铃", Voice("m", "amr", "m16"), events.Image("p"), "好了"):
        await home.hears(event)
    bodies = await home.rows("SELECT id, body FROM case_record ORDER BY said_at, id")
    words = [home.database.sealer.open("case_record", "body", row, body).decode() for row, body in bodies]
    assert words == ["我要投诉", "昨晚按铃", "［语音］", "［照片］"]
    assert await home.rows("SELECT kind, media_id, state FROM media ORDER BY id") == [
        ("voice", "m16", "wanted"),
        ("image", "p", "wanted"),
    ]


async def test_c5_words_that_make_it_worse_bring_the_clock_forward(home: HomeUnderTest) -> None:
    await home.hears("我要投诉，饭菜太凉了")
    assert await home.one("SELECT level FROM complaint") == 3
    home.clock.on(minutes=5)
    await home.hears("而且护工打我妈，律师会联系你们，别说是我说的")
    assert await home.rows("SELECT level, category, cautious, hide_name FROM complaint") == [(1, "虐待忽视", 1, 1)]
    assert await home.one("SELECT (due_at - made_at) / 60000000 FROM promise WHERE kind = 'first_feedback'") == 20


async def test_c14_more_words_that_are_not_delicate_leave_it_as_it_was(home: HomeUnderTest) -> None:
    await home.hears("我要投诉，饭菜太凉了")
    await home.hears("汤也是凉的")
    assert await home.rows("SELECT level, cautious, hide_name FROM complaint") == [(3, 0, 0)]


async def test_c2_answers_are_fields_of_the_case(home: HomeUnderTest) -> None:
    for words in ("我要投诉", "好了", "王桂兰", "昨晚十点", "李静", "13800002107"):
        answer = await home.hears(words)
    assert "都记下了，编号 C261122-01" in answer
    row = (await home.rows("SELECT id, about, occurred, name, contact FROM complaint"))[0]
    found = [
        home.database.sealer.open("complaint", n, row[0], v).decode()
        for n, v in zip(("about", "occurred", "name", "contact"), row[1:], strict=True)
    ]
    assert found == ["王桂兰", "昨晚十点", "李静", "13800002107"]


async def test_c1_a_second_outburst_joins_the_case_that_waits(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    await home.hears("取消")
    assert "C261122-01" in await home.hears("我还要投诉，饭是馊的")
    assert await home.one("SELECT count(*) FROM complaint") == 1
    assert "C261122-02" in await home.hears("我要投诉", "son")


async def test_c1_silence_files_the_draft_and_the_words_leave_by_the_outbox(home: HomeUnderTest) -> None:

    await home.hears("我要投诉")
    home.clock.on(minutes=14)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 0
    home.clock.on(minutes=2)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 1
    sent = await home.send_all()
    assert [openid for openid, _ in sent] == ["daughter"]
    assert "都记下了，编号 C261122-01" in sent[0][1]
    assert await home.one("SELECT flow FROM conversation") is None


async def test_a_menu_tap_in_a_complaint_leaves_the_complaint_running(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    assert "0571-8800-0101" in await home.hears(events.Click("CONTACT"))
    assert "记下了，您接着说" in await home.hears("接着说")


def test_every_kind_of_message_has_words_for_the_case() -> None:
    kinds: list[Message] = [
        Text("a"),
        Voice("m", heard="听到的"),
        events.Image("m"),
        events.Video("m"),
        events.Location(1, 2, "公园"),
        events.Link("标题"),
        events.Other("x"),
    ]
    assert [line_of(kind) for kind in kinds] == [
        "a",
        "［语音］听到的",
        "［照片］",
        "［视频］",
        "［位置］公园",
        "［链接］标题",
        "［其他内容］",
    ]


async def test_c12_what_is_said_while_a_colleague_is_in_the_talk_belongs_to_the_open_case(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉，没人理")
    person = await home.person()
    await home.database.write(
        lambda db: services_desk.answer(db, who, person, "我是陈晓雯，马上去看。", "k", home.clock())
    )
    assert await home.hears("昨天晚上也是这样，叫了半天") == ""
    assert await home.one("SELECT count(*) FROM case_record WHERE kind = 'story'") == 2


async def test_fault_a9_what_was_said_in_the_half_hour_before_belongs_to_the_case(home: HomeUnderTest) -> None:
    await home.hears("上周的账单我看过了，没问题的")
    home.clock.on(minutes=40)
    await home.hears("食堂几点开饭？")
    await home.hears("我妈昨天洗澡摔了，膝盖青了一大块")
    await home.hears(events.Image("p"))
    await home.hears("在吗")
    home.clock.on(minutes=20)
    answer = await home.hears("我要投诉")
    assert "编号" in answer
    bodies = await home.rows("SELECT id, body FROM case_record ORDER BY said_at, id")
    words = [home.database.sealer.open("case_record", "body", row, body).decode() for row, body in bodies]
    assert words == ["食堂几点开饭？", "我妈昨天洗澡摔了，膝盖青了一大块", "［照片］", "我要投诉"]
    category, title, number = (await home.rows("SELECT category, title, id FROM complaint"))[0]
    assert category == "人身安全", "the question of before does not set it"
    assert home.database.sealer.open("complaint", "title", number, title).decode().startswith("我妈昨天洗澡摔了")
    assert await home.one("SELECT count(*) FROM case_record WHERE inbox_id IS NULL") == 0
