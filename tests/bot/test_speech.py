"""Who presses and talks hears an answer: recorded sentences, found by their words, sent as sound beside the text (F2,
F5).
"""

from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.sender import Sender
from care.states import Role
from care.triage import NURSE, Audience
from conversations import events
from conversations.effects import Say, say
from services.emergencies import alarms
from services.house import House
from services.outgoing import outbox, sending, settling
from services.ports import Fate, NullPlatform
from services.talks.envelope import Envelope
from settings import Home
from speech import decode, recordings
from tests import houses
from tests.bot.test_outgoing import Outside, outside
from tests.conftest import START, HomeUnderTest, MakeHome, put
from understanding.cascade import triage

ELDER = "oSim_wangguilan_00000000002"
SCENE = {"staff": [], "people": [{"kind": "elder", "name": "王桂兰", "openid": ELDER, "room": "306", "bed": "1"}]}
CALLED, ASKED, COMING = "已经在叫人。急就按铃。", "记下了，有人会来问您。急就按床头铃。", "有人来了，别动。"
FALLEN = "已经在叫人。您别动，别自己起来。"
__all__ = ["outside"]


@pytest.fixture
async def elder(make_home: MakeHome) -> HomeUnderTest:
    built: HomeUnderTest = await make_home(
        House(Home(name="青禾颐养院", phone="0571-8800-0101"), recorded=frozenset(recordings.load()))
    )
    await built.database.write(lambda db: houses.furnish(db, built.ids, SCENE, built.clock()))
    return built


def voice(home: HomeUnderTest, heard: str = "") -> Envelope:
    return home.envelope(events.Voice("media-1", "amr", "", heard), ELDER)


async def test_e2_every_fixed_sentence_of_an_alarm_has_a_sound_that_a_phone_can_play() -> None:
    house, sounds = House(Home(name="青禾颐养院", phone="0571-8800-0101")), recordings.load()
    keys = (
        "alarm.called_elder",
        "alarm.called_fallen",
        "alarm.called_hurt",
        "alarm.heard_hurt",
        "alarm.heard",
        "alarm.came_elder",
        "alarm.waits",
        "alarm.known",
        "alarm.listens",
        "alarm.calmed",
        "asked.elder",
        "asked.no",
        "desk.elder_night",
        "desk.closing",
        "desk.greeting",
        "desk.call",
        "alarm.noted",
        "alarm.with_you",
        "alarm.still_elder",
        "alarm.coming_aloud",
        "desk.elder",
        "desk.thanks",
    )
    for key in (*keys, "desk.overdue"):
        words = house.words([Say(key)], START, elder=True)
        assert words in sounds, f"no sound says {words}"
        played = await decode.to_mp3(sounds[words])
        assert 6_000 < len(played) < decode.MAX_BYTES
        assert len(sounds[words]) < 60 * 6_000, "a voice message has at most 60 s"
    for who in ("护理员", "护士", "前台", "主管"):
        assert house.words([say("matter.elder", who=who)], START, elder=True) in sounds


async def test_a_sound_that_is_not_the_recorded_one_is_refused(tmp_path: Path) -> None:
    for file in recordings.FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "called.mp3").write_bytes(b"ID3 something else")
    with pytest.raises(recordings.Damaged, match=r"called\.mp3"):
        recordings.load(tmp_path)


async def test_f6_a_voice_that_nobody_could_read_is_answered_in_words_and_in_sound(elder: HomeUnderTest) -> None:
    receipt = await elder.database.receive(voice(elder))
    assert receipt.answer
    assert receipt.answer.text == ASKED
    assert await elder.send_all() == [(ELDER, ASKED)]
    assert await elder.rows("SELECT purpose, queue, state FROM outbox") == [("spoken", "spoken", "sent")]


async def test_what_an_elder_types_is_answered_in_words_alone(elder: HomeUnderTest) -> None:
    await elder.database.receive(elder.envelope(events.Text("我闺女什么时候来"), ELDER))
    assert await elder.send_all() == []


async def test_e2_an_alarm_is_heard_and_then_who_comes_without_a_name_in_the_sound(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await elder.database.receive(replace(elder.envelope(events.Text("我摔倒了"), ELDER), heard=triage("我摔倒了")))
    assert await elder.send_all() == [(ELDER, FALLEN)]
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, ELDER, Audience.FLOOR, elder.clock()))
    assert await elder.send_all() == [(ELDER, "唐雨来了，别动。"), (ELDER, COMING)]


async def test_e2_nobody_goes_for_three_minutes_and_the_elder_hears_the_truth(elder: HomeUnderTest) -> None:
    await elder.database.receive(replace(elder.envelope(events.Text("我摔倒了"), ELDER), heard=triage("我摔倒了")))
    await elder.send_all()
    elder.clock.now += timedelta(minutes=3)
    await elder.database.store(lambda store: alarms.still_calling(store, elder.house, elder.clock()))
    assert await elder.send_all() == [(ELDER, "还在叫人，请按床头铃。"), (ELDER, "还在叫人，请按床头铃。")]


async def test_f2_what_cannot_be_told_after_a_tap_on_the_menu_is_a_task_and_never_said_days_later(
    elder: HomeUnderTest,
) -> None:
    await elder.database.receive(replace(elder.envelope(events.Click("NURSE"), ELDER), heard=NURSE))
    assert await elder.send_all() == [(ELDER, CALLED)]
    elder.clock.now += timedelta(minutes=3)
    await elder.database.store(lambda store: alarms.still_calling(store, elder.house, elder.clock()))
    assert await elder.send_all() == [], "a tap opens one minute only"
    assert await elder.rows("SELECT state, why FROM outbox WHERE purpose = 'alarm'") == [("given_up", alarms.NOT_HEARD)]
    await elder.database.receive(elder.envelope(events.Text("没事了"), ELDER))
    assert await elder.send_all() == [(ELDER, "好，还是请人看看您。")], "what is true now, and nothing of before"


async def test_f5_abuse_is_answered_by_the_sound_that_names_nothing(elder: HomeUnderTest) -> None:
    await elder.database.receive(replace(elder.envelope(events.Text("护工掐我"), ELDER), heard=triage("护工掐我")))
    assert await elder.send_all() == [(ELDER, "您说的，我记下了。")]


async def test_a_sound_never_takes_the_messages_that_words_may_need(elder: HomeUnderTest) -> None:
    await elder.database.receive(voice(elder))
    await elder.database.store(
        lambda store: put(store, "UPDATE follower SET session_left = 2 WHERE openid = ? RETURNING id", ELDER)
    )
    assert await elder.send_all() == []
    assert await elder.rows("SELECT state, why FROM outbox") == [("cancelled", outbox.READ)]


async def test_a_sound_that_is_late_or_not_taken_is_no_task_for_anybody(elder: HomeUnderTest) -> None:
    await elder.database.receive(voice(elder))
    elder.clock.now += timedelta(minutes=3)
    assert await elder.send_all() == []
    await elder.database.receive(voice(elder))
    sender = Sender(elder.database, NullPlatform(), elder.clock, sounds=recordings.load())
    assert await sender.begin() == 1
    await sender.finish()
    await elder.database.receive(voice(elder))
    await elder.database.store(lambda store: sending.claim(store, elder.clock(), elder.clock()))
    await elder.database.store(lambda store: settling.abandoned(store, elder.clock(), elder.clock(), all_of_them=True))
    assert await elder.rows("SELECT state, why FROM outbox") == [("cancelled", outbox.READ)] * 3


async def test_the_platform_gets_each_sound_once_and_the_phone_can_play_it(outside: Outside) -> None:
    sound = recordings.load()[CALLED]
    for _ in range(2):
        outside.world.spoke(ELDER, scene=False)
        assert (await outside.gateway.send_voice(ELDER, sound)).fate is Fate.SENT
    assert outside.posts.count("/cgi-bin/media/upload") == 1
    bubble = outside.world.phones[ELDER].chat[-1]
    assert (bubble["kind"], bubble["seconds"]) == ("voice", 4)
    assert outside.world.media[bubble["media"]][2] == sound


async def test_a_sound_that_the_platform_has_forgotten_is_brought_again(outside: Outside) -> None:
    outside.world.spoke(ELDER, scene=False)
    sound = recordings.load()[CALLED]
    await outside.gateway.send_voice(ELDER, sound)
    outside.world.media.clear()
    assert (await outside.gateway.send_voice(ELDER, sound)).fate is Fate.SENT
    assert outside.posts.count("/cgi-bin/media/upload") == 2


async def test_a_token_that_died_is_renewed_for_an_upload_and_a_refusal_is_told(outside: Outside) -> None:
    sound = recordings.load()[CALLED]
    outside.world.spoke(ELDER, scene=False)
    await outside.gateway.tokens.get()
    outside.world.tokens.clear()
    assert (await outside.gateway.send_voice(ELDER, sound)).fate is Fate.SENT
    assert (await outside.gateway.send_voice(ELDER, b"no sound")).code == "40005"


async def test_the_sender_finds_the_sound_by_its_words(elder: HomeUnderTest, outside: Outside) -> None:
    await elder.database.receive(voice(elder))
    outside.world.spoke(ELDER, scene=False)
    sender = Sender(elder.database, outside.gateway, elder.clock, sounds=recordings.load())
    assert await sender.begin() == 1
    await sender.finish()
    assert outside.world.media[outside.world.phones[ELDER].chat[-1]["media"]][2] == recordings.load()[ASKED]
    assert await elder.rows("SELECT state FROM outbox") == [("sent",)]


async def test_e2_a_sound_that_still_waits_gives_way_to_what_is_true_now(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    for _ in range(2):
        await elder.database.receive(replace(elder.envelope(events.Text("我摔倒了"), ELDER), heard=triage("我摔倒了")))
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, ELDER, Audience.FLOOR, elder.clock()))
    assert [words for _, words in await elder.send_all()] == ["唐雨来了，别动。", COMING]
