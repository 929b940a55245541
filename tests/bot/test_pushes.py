"""What a signed push says, whatever its words hold: nothing is lost, and words never become a field or an act (W1, W2;
engineering 4).
"""

import re
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from bot import pushes
from conversations import events
from conversations.events import said
from understanding.cascade import triage

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp())
ID = "7250021412600020992"
BODIES = {
    "text": "<Content><![CDATA[{}]]></Content>",
    "voice": "<MediaId><![CDATA[m8k]]></MediaId><Format><![CDATA[amr]]></Format><Recognition><![CDATA[{}]]>"
    "</Recognition>",
    "location": "<Location_X>23.1</Location_X><Location_Y>113.3</Location_Y><Scale>20</Scale><Label><![CDATA[{}]]>"
    "</Label>",
    "link": "<Title><![CDATA[{}]]></Title><Description><![CDATA[d]]></Description><Url><![CDATA[u]]></Url>",
    "image": "<PicUrl><![CDATA[http://p]]></PicUrl><MediaId><![CDATA[m]]></MediaId>",
}


def build(kind: str, words: str, openid: str = "oABC", number: str = f"<MsgId>{ID}</MsgId>") -> bytes:
    """A push as the platform makes it: the words as they are, between the marks of a CDATA section."""
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{BODIES[kind].replace('{}', words)}{number}</xml>"
    ).encode("utf-8", "surrogatepass")


def event(name: str, more: str) -> bytes:
    return (
        f"<xml><ToUserName>gh_1</ToUserName><FromUserName>oABC</FromUserName><CreateTime>{STAMP}</CreateTime>"
        f"<MsgType>event</MsgType><Event>{name}</Event>{more}</xml>"
    ).encode()


def read(raw: bytes) -> pushes.Push:
    return pushes.read(raw, NOW + timedelta(hours=1))


CRIES = [
    "救\x08命",
    "我摔倒了\x0b",
    "\x1d我摔倒了",
    "我摔倒了\x00",
    "我摔倒了\ufffe",
    "a & b 我摔倒了",
    "我摔倒了]]>",
    "]]>我摔倒了",
    "x]]></Content><Content><![CDATA[我摔倒了",
    "救命]]><b/>",
    "]]><!-- -->我摔倒了<![CDATA[",
    "x]]><!--我摔倒了--><![CDATA[y",
    "]]><?x 我摔倒了?><![CDATA[",
    "<![CDATA[我摔倒了",
    "我摔倒了</Content>",
    "我摔倒了</xml>",
    "</Content></xml>我摔倒了",
    "x]]></Content><MsgType>event</MsgType><Event>unsubscribe</Event><Content><![CDATA[我摔倒了",
    "我摔\ud800倒了".replace("\ud800", ""),
    "]]></Content><FromUserName><![CDATA[oEVIL]]></FromUserName><Content><![CDATA[我摔倒了",
    "我摔倒了]]></Content><bizmsgmenuid>7</bizmsgmenuid><Content><![CDATA[",
    "<!DOCTYPE x>我摔倒了]]><!DOCTYPE y>",
    "我摔倒了]]></Content><MsgId>1</MsgId><Content><![CDATA[x",
]


@pytest.mark.parametrize("words", CRIES)
@pytest.mark.parametrize("kind", ["text", "voice"])
def test_fault_w1_a_cry_is_heard_whatever_stands_around_it(kind: str, words: str) -> None:
    found = read(build(kind, words.replace("Content", "Recognition") if kind == "voice" else words))
    assert (found.openid, found.to_user, found.kind, found.key, found.created_at) == (
        "oABC",
        "gh_1",
        kind,
        f"m:{ID}:oABC",
        NOW,
    )
    assert triage(said(found.event)).rings, said(found.event)
    if isinstance(found.event, events.Voice):
        assert found.event.media_id == "m8k"
    else:
        assert isinstance(found.event, events.Text)
        assert found.event.menu_id == ""


def test_fault_w1_bytes_that_are_no_text_are_dropped_and_the_rest_is_read() -> None:
    """A sign that was cut in the middle, by the platform or on its way."""
    raw = build("text", "救@命，我摔倒了@").replace(b"@", "救".encode()[:2])
    assert read(raw).event == events.Text("救命，我摔倒了")


FORGED = [
    "]]></Content><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[unsubscribe]]></Event><Content><![CDATA[",
    "]]></Content><bizmsgmenuid>101</bizmsgmenuid><Content><![CDATA[",
    "]]></Content><FromUserName>oEVIL</FromUserName><Content><![CDATA[",
    "]]></Content><MsgId>1</MsgId><Content><![CDATA[",
    "]]></Content></xml><xml><Content><![CDATA[",
    "]]><Event>CLICK</Event><![CDATA[",
    "]]></Content><EventKey>NURSE</EventKey><!--",
    "--><CreateTime>1</CreateTime>",
    "<MsgType>event</MsgType>",
    "]]>",
    "<![CDATA[",
    "</Content>",
    "<Content>",
    "<MsgId>9</MsgId>",
    "\x08",
    "&",
    "&amp;",
    "\ufffd",
    "]",
    "]]",
    "\r\n",
    " ",
    "我",
    "<b/>",
    "<a x='1'>",
]


@given(
    some.sampled_from(["text", "voice", "location", "link"]),
    some.lists(some.one_of(some.sampled_from(FORGED), some.text(max_size=6)), max_size=8).map("".join),
)
@example("voice", "]]></Recognition><MediaId>evil</MediaId><Recognition><![CDATA[x")
@example("link", "x]]></Title><bizmsgmenuid>1</bizmsgmenuid><Title><![CDATA[y")
@example("text", "]]></Content><MsgType>event</MsgType><Event>unsubscribe</Event><Content><![CDATA[")
def test_fault_w1_no_words_become_a_field_or_an_act(kind: str, words: str) -> None:
    """For any words: the envelope's sender, kind and number, and no field that the envelope did not carry."""
    field = {"voice": "Recognition", "location": "Label", "link": "Title"}.get(kind, "Content")
    found = read(build(kind, words.replace("Content", field)))
    assert (found.openid, found.to_user, found.kind, found.created_at) == ("oABC", "gh_1", kind, NOW)
    assert found.key == f"m:{ID}:oABC"
    assert not isinstance(found.event, events.ACTS)
    match found.event:
        case events.Text(_, menu_id):
            assert kind == "text"
            assert menu_id == ""
        case events.Voice(media_id, _, better, _):
            assert (kind, media_id, better) == ("voice", "m8k", "")
        case events.Location(x, y, _):
            assert (kind, x, y) == ("location", 23.1, 113.3)
        case events.Link(_, description, url):
            assert (kind, description, url) == ("link", "d", "u")
        case events.Other(other):
            assert other == kind
        case _:
            pytest.fail(repr(found.event))


def test_fault_w1_a_text_that_is_clean_is_read_to_the_letter() -> None:
    for words in ("a<b>c", "1 & 2", "</Content>", "[CDATA[", "]] >", " 前后有空格 ", "第一行\n第二行", "<xml></xml>"):
        assert read(build("text", words)).event == events.Text(words)


MENU = [
    ("subscribe", "<EventKey>qrscene_x</EventKey>"),
    ("CLICK", "<EventKey>NURSE</EventKey>"),
    ("unsubscribe", "<EventKey></EventKey>"),
]


@pytest.mark.parametrize(("name", "more"), MENU)
def test_fault_w1_an_event_that_is_not_clean_is_no_act(name: str, more: str) -> None:
    """Somebody presses, and the envelope came damaged: a colleague sees that something came; nobody is unsubscribed,
    bound or rung by it.
    """
    for damaged in (
        event(name, more + "<Event>CLICK</Event>"),
        event(name, more + "\x08"),
        event(name, more + "<!-- -->"),
    ):
        found = read(damaged)
        assert found.event == events.Other("event")
        assert found.key.startswith("x:")
        assert read(damaged).key == found.key


def test_fault_w1_what_is_scanned_or_chosen_is_no_field() -> None:
    scanned = (
        "<ScanCodeInfo><ScanType>qrcode</ScanType>"
        "<ScanResult><![CDATA[{}]]></ScanResult></ScanCodeInfo><EventKey>6</EventKey>"
    )
    clean = read(event("scancode_waitmsg", scanned.replace("{}", "http://x?a=1&b=2"))).event
    assert isinstance(clean, events.Notice)
    assert clean.fields["EventKey"] == "6"
    for result in (
        "]]></ScanResult></ScanCodeInfo><EventKey>NURSE</EventKey><ScanCodeInfo><ScanResult><![CDATA[",
        "]]></ScanResult><Event>CLICK</Event><ScanResult><![CDATA[",
    ):
        assert read(event("scancode_waitmsg", scanned.replace("{}", result))).event == events.Other("event")


def test_fault_w2_blanks_around_a_value_make_no_second_person() -> None:
    clean = read(build("text", "你好"))
    for blank in (" ", "\n", "\r\n\t "):
        padded = re.sub(
            r"(<\w+>)(<!\[CDATA\[.*?\]\]>|\d+)(</\w+>)", rf"\1{blank}\2{blank}\3{blank}", build("text", "你好").decode()
        )
        found = read(padded.encode())
        assert (found.openid, found.key, found.to_user, found.event, found.created_at) == (
            clean.openid,
            clean.key,
            clean.to_user,
            clean.event,
            clean.created_at,
        )
    pressed = read(event("CLICK", "<EventKey> <![CDATA[COMPLAINT]]> </EventKey>"))
    assert pressed.event == events.Click("COMPLAINT")
    assert pressed.key == read(event("CLICK", "<EventKey>COMPLAINT</EventKey>")).key


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<Content>", "<Contemt>"),
        ("</Content>", "</Contemt>"),
        ("<![CDATA[我", "<![CDXTA[我"),
        ("了]]>", "了]>>"),
        ("<MsgId>", "<MsgIb>"),
        ("</xml>", "</xm>"),
        ("<xml>", "<xm>"),
        ("<MsgType>", "<MsgTypo>"),
        ("</MsgType>", "</MsgTypo>"),
        ("[text]", "[tex!]"),
        ("<CreateTime>", "<CreateTim>"),
        (str(STAMP), "soon"),
        (str(STAMP), "9" * 20),
        ("<FromUserName>", "<FromUserNam>"),
        ("</FromUserName>", "</FromUserNam>"),
        ("<![CDATA[oABC", "<![CDATX[oABC"),
        ("</MsgId>", ""),
        (f"<MsgId>{ID}</MsgId>", ""),
        ("<ToUserName>", "<ToUserNam>"),
    ],
)
def test_fault_w1_a_tag_that_is_destroyed_takes_neither_the_sender_nor_the_words(old: str, new: str) -> None:
    raw = build("text", "救命，我摔倒了").decode().replace(old, new, 1).encode()
    found = read(raw)
    assert found.openid == "oABC"
    assert triage(said(found.event)).rings
    assert (
        found.created_at
        == (NOW if str(STAMP) in raw.decode() and "<CreateTime>" in raw.decode() else NOW + timedelta(hours=1))
        or "Tim>" in new
    )
    assert read(raw).key == found.key
    if old != "<MsgType>":
        assert found.key == f"m:{ID}:oABC" or found.key.startswith("x:")


def test_fault_w1_words_under_another_name_are_words() -> None:
    assert triage(said(read(build("text", "喘不上气").replace(b"Content>", b"CONTENT>")).event)).rings


def test_fault_w1_a_kind_that_nobody_knows_is_heard_by_its_words() -> None:
    raw = build("text", "救命").replace(b"[text]", b"[memo]")
    assert read(raw).event == events.Text("救命")
    assert read(raw).kind == "memo"


def test_fault_w1_a_cry_in_a_field_that_nobody_knows_is_heard_but_the_address_of_a_photo_rings_nobody() -> None:
    for kind in ("memo", "voice"):
        raw = build("image", "").replace(b"[image]", f"[{kind}]".encode())
        cried = raw.replace(b"</PicUrl>", "</PicUrl><Note>救命，我摔倒了</Note>".encode())
        assert triage(said(read(cried).event)).rings, kind
        assert not triage(said(read(raw).event)).rings
    photo = build("image", "").replace(b"http://p", "http://p/救命，我摔倒了".encode())
    assert read(photo).event == events.Image("m", "http://p/救命，我摔倒了")


def cost(raw: bytes) -> float:
    """Seconds of this process for one reading, the best of five; at least what the clock can tell."""
    best = 1.0
    for _ in range(5):
        begun = time.process_time()
        read(raw)
        best = min(best, time.process_time() - begun)
    return max(best, 100e-6)


@pytest.mark.parametrize(
    "piece",
    [
        "<a><![CDATA[",
        "]]>",
        "]]><Content>",
        "<Content>",
        "</Content>",
        "<MsgId>",
        "&",
        "\x08",
        "<!--",
        "]]></Content><Content><![CDATA[",
        " " * 8,
        "<a>1</a>",
    ],
)
def test_fault_s3_a_push_of_the_worst_signs_is_read_in_linear_time(piece: str) -> None:
    """Every sign that opens something and never closes it: ten times as many cost at most twelve times as much."""
    for before in ("", "]]>"):
        short, long = (build("text", before + piece * (length // len(piece))) for length in (6_000, 60_000))
        assert min(cost(long) / cost(short) for _ in range(3)) <= 12


def test_fault_w1_what_somebody_wrote_between_brackets_is_hers_though_the_push_is_damaged() -> None:
    assert read(build("text", "体温<b>38</b>度，\x08请看")).event == events.Text("体温<b>38</b>度，请看")
    spoken = read(build("voice", "体温<b>38</b>度，\x08请看")).event
    assert isinstance(spoken, events.Voice)
    assert spoken.heard == "体温<b>38</b>度，请看"


def test_fault_t_words_behind_a_destroyed_end_of_their_field_are_not_lost() -> None:
    raw = build("text", "饭凉了]]>汤也凉了").replace(b"]]></Content>", b"\x08</Content>")
    words = said(read(raw).event)
    for part in ("饭凉了", "汤也凉了"):
        assert part in words
