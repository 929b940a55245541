"""Every kind of push is parsed or kept, by the pattern for flat pushes as by expat (wechat.md 1, 2, 3)."""

import re
from datetime import UTC
from typing import Any

import msgspec
import pytest
import wechatpy
from hypothesis import given
from hypothesis import strategies as some

from bot import fields
from conversations import events
from storage import tables
from tests.bot.signed import read

COMMON = (
    "<ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>"
    "<CreateTime>1795336940</CreateTime>"
)
KINDS: list[tuple[str, type[Any], dict[str, Any]]] = [
    ("<MsgType>text</MsgType><Content>a&lt;b</Content><MsgId>1</MsgId>", events.Text, {"body": "a<b"}),
    (
        "<MsgType>text</MsgType><Content>满意</Content><bizmsgmenuid>101</bizmsgmenuid><MsgId>1</MsgId>",
        events.Text,
        {"menu_id": "101"},
    ),
    (
        "<MsgType>image</MsgType><PicUrl>http://p</PicUrl><MediaId>m</MediaId><MsgId>1</MsgId>",
        events.Image,
        {"media_id": "m"},
    ),
    (
        (
            "<MsgType>voice</MsgType><MediaId>m8k</MediaId><Format>amr</Format><MediaId16K>m16k</MediaId16K>"
            "<Recognition>"
            "</Recognition><MsgId>1</MsgId>"
        ),
        events.Voice,
        {"media_id": "m8k", "media_id_16k": "m16k", "heard": ""},
    ),
    (
        "<MsgType>video</MsgType><MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>1</MsgId>",
        events.Video,
        {"thumb_media_id": "t"},
    ),
    (
        "<MsgType>shortvideo</MsgType><MediaId>m</MediaId><ThumbMediaId>t</ThumbMediaId><MsgId>1</MsgId>",
        events.Video,
        {"media_id": "m"},
    ),
    (
        (
            "<MsgType>location</MsgType><Location_X>23.1</Location_X><Location_Y>113.3</Location_Y><Scale>20</Scale>"
            "<Label>L</Label><MsgId>1</MsgId>"
        ),
        events.Location,
        {"latitude": 23.1, "longitude": 113.3, "label": "L"},
    ),
    (
        "<MsgType>link</MsgType><Title>t</Title><Description>d</Description><Url>u</Url><MsgId>1</MsgId>",
        events.Link,
        {"title": "t", "url": "u"},
    ),
    ("<MsgType>file</MsgType><MsgId>1</MsgId>", events.Other, {"kind": "file"}),
    (
        "<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_bind_x9</EventKey><Ticket>T</Ticket>",
        events.Followed,
        {"scene": "bind_x9"},
    ),
    ("<MsgType>event</MsgType><Event>unsubscribe</Event><EventKey></EventKey>", events.Unfollowed, {}),
    (
        "<MsgType>event</MsgType><Event>SCAN</Event><EventKey>bind_x9</EventKey><Ticket>T</Ticket>",
        events.Scanned,
        {"scene": "bind_x9"},
    ),
    ("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>COMPLAINT</EventKey>", events.Click, {"key": "COMPLAINT"}),
    (
        "<MsgType>event</MsgType><Event>VIEW</Event><EventKey>http://u</EventKey><MenuId>1</MenuId>",
        events.Notice,
        {"kind": "view"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>1.5</Latitude><Longitude>2</Longitude>"
            "<Precision>3</Precision>"
        ),
        events.Notice,
        {},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>6</EventKey><ScanCodeInfo>"
            "<ScanType>qrcode</ScanType><ScanResult>r</ScanResult></ScanCodeInfo>"
        ),
        events.Notice,
        {"kind": "scancode_waitmsg"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>pic_weixin</Event><EventKey>6</EventKey><SendPicsInfo><Count>1</Count>"
            "<PicList><item><PicMd5Sum>md5</PicMd5Sum></item></PicList></SendPicsInfo>"
        ),
        events.Notice,
        {"kind": "pic_weixin"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>location_select</Event><EventKey>6</EventKey><SendLocationInfo>"
            "<Location_X>23</Location_X><Location_Y>113</Location_Y><Scale>15</Scale><Label>广州</Label><Poiname>"
            "</Poiname>"
            "</SendLocationInfo>"
        ),
        events.Notice,
        {"kind": "location_select"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>200163840</MsgID><Status>failed:user "
            "block</Status>"
        ),
        events.Notice,
        {"kind": "templatesendjobfinish"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>MASSSENDJOBFINISH</Event><MsgID>1000001625</MsgID><Status>send "
            "success</Status><TotalCount>100</TotalCount>"
        ),
        events.Notice,
        {},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List>"
            "<TemplateId>t</TemplateId></List><List><TemplateId>u</TemplateId></List></SubscribeMsgPopupEvent>"
        ),
        events.Notice,
        {"kind": "subscribe_msg_popup_event"},
    ),
    (
        (
            "<MsgType>event</MsgType><Event>user_authorization_revoke</Event><OpenID>o</OpenID>"
            "<RevokeInfo>205</RevokeInfo>"
        ),
        events.Notice,
        {},
    ),
    ("<MsgType>event</MsgType><Event>never_seen_before</Event>", events.Notice, {"kind": "never_seen_before"}),
]


@pytest.mark.parametrize(("xml", "kind", "fields"), KINDS, ids=[xml[9:44] for xml, _, _ in KINDS])
def test_every_kind_is_parsed_or_kept_never_dropped(xml: str, kind: type[Any], fields: dict[str, Any]) -> None:
    raw = f"<xml>{COMMON}{xml}</xml>".encode()
    found = read(raw)
    assert isinstance(found.event, kind)
    assert {name: getattr(found.event, name) for name in fields} == fields
    assert found.raw == raw
    assert (found.openid, found.to_user) == ("oABC", "gh_1")
    theirs = wechatpy.parse_message(raw)
    assert (theirs.source, theirs.target) == (found.openid, found.to_user)
    assert int(theirs.create_time.replace(tzinfo=UTC).timestamp()) % 3600 == int(found.created_at.timestamp()) % 3600
    if isinstance(found.event, events.Text):
        assert theirs.content == found.event.body
    if "<MsgId>" in xml:
        assert str(theirs.id) == found.key.split(":")[1]


PIECES = some.sampled_from(
    [
        "<a>",
        "</a>",
        "<b>",
        "</b>",
        "<![CDATA[",
        "]]>",
        "]]",
        "]",
        ">",
        "&lt;",
        "&",
        "<!-- -->",
        "<?x?>",
        "<c/>",
        "<a x='1'>",
        "\r\n",
        "\n",
        " ",
        "\x0b",
        "\ufffe",
        "￥",
        "话",
        "1",
    ]
)


@given(
    some.lists(PIECES, max_size=14).map("".join),
    some.sampled_from(["", " ", "\n", "<?xml version='1.0'?>", "<!DOCTYPE x>", "\ufeff"]),
)
def test_the_pattern_for_flat_pushes_reads_what_expat_reads(inside: str, before: str) -> None:
    for body in (f"{before}<xml>{inside}</xml>", f"{before}<xml><a><![CDATA[{inside}]]></a><b>{inside}</b></xml>"):
        raw = body.encode()
        flat, nested = fields._flat(raw), fields._nested(raw)
        assert not flat or flat == nested, "what one of them takes is what the other would have read"
        assert (fields.clean(raw) or None) == nested


def test_the_pattern_reads_every_common_push_without_expat(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fields, "_nested", lambda _: pytest.fail("expat was asked"))
    flat = [xml for xml, _, _ in KINDS if not re.search(r"Info>|Popup|&", xml)]
    assert len(flat) == len(KINDS) - 6
    for xml in flat:
        found = read(f"<xml>{COMMON}{xml}</xml>".encode())
        in_lines = re.sub(r"</(\w+)><", r"</\1>\n  <", f"<xml>\n{COMMON}{xml}\n</xml>")  # as the platform writes it
        assert in_lines.count("\n") > 4
        assert msgspec.structs.replace(read(in_lines.encode()), raw=found.raw) == found


def test_rare_fields_are_read() -> None:
    scan = next(xml for xml, _, _ in KINDS if "scancode_waitmsg" in xml)
    found = read(f"<xml>{COMMON}{scan}</xml>".encode()).event
    assert isinstance(found, events.Notice)
    assert found.fields["scan_result"] == "r"


def test_peers_weixin_java_tools_66_two_events_of_one_second_are_two() -> None:
    keys = {
        read(
            f"<xml>{COMMON}<MsgType>event</MsgType><Event>{event}</Event><EventKey>{key}</EventKey></xml>".encode()
        ).key
        for event, key in (("CLICK", "A"), ("CLICK", "B"), ("LOCATION", ""), ("subscribe", ""))
    }
    assert len(keys) == 4


def test_results_of_two_sends_with_msgid_0_are_two() -> None:
    keys = {
        read(
            f"<xml>{COMMON}<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>{n}</MsgID>"
            f"<Status>{s}</Status></xml>".encode()
        ).key
        for n, s in ((0, "success"), (0, "failed:user block"), (1, "success"))
    }
    assert len(keys) == 3


LONG = "a_kind_that_the_platform_invents_next_year_and_that_is_long"


def test_w1_a_kind_of_any_length_fits_in_its_column_and_what_came_keeps_its_whole_name() -> None:
    width = getattr(tables.Inbox.__table__.c.kind.type, "length", 0)
    assert 0 < width < len(LONG)
    message = f"<MsgType>{LONG}</MsgType><MsgId>1</MsgId>"
    act = f"<MsgType>event</MsgType><Event>{LONG.upper()}</Event>"
    for inside, kind, name in (
        (message, LONG[:width], LONG),
        (f"{message}<!-- -->", LONG[:width], LONG),
        (act, f"event:{LONG}"[:width], LONG),
        (f"{act}<!-- -->", "event", "event"),
    ):
        found = read(f"<xml>{COMMON}{inside}</xml>".encode())
        assert found.kind == kind
        assert isinstance(found.event, events.Other | events.Notice)
        assert found.event.kind == name


@pytest.mark.parametrize(
    "inside", ["t<b>x</b>", "<b>x</b>t", "t<![CDATA[y]]>", "<![CDATA[y]]>t", "<b>x</b><![CDATA[y]]>"]
)
def test_w1_text_beside_a_child_or_a_quotation_is_not_clean(inside: str) -> None:
    event = "<MsgType>event</MsgType><Event>scancode_push</Event>"
    assert fields.clean(f"<xml>{event}<a> <b>x</b> </a></xml>".encode()) is not None
    assert fields.clean(f"<xml>{event}<a>{inside}</a></xml>".encode()) is None


def test_w1_a_key_of_any_length_fits_in_its_column_and_still_tells_two_events_apart() -> None:
    width = getattr(tables.Inbox.__table__.c.key.type, "length", 0)
    assert width == 256

    def key(name: str) -> str:
        pressed = f"<MsgType>event</MsgType><Event>CLICK</Event><EventKey>{name}</EventKey>"
        return read(f"<xml>{COMMON}{pressed}</xml>".encode()).key

    begin = len(key("")) - len("")
    whole = "k" * (width - begin)
    assert key(whole).endswith(whole)
    assert len(key(whole)) == width
    long = {key(f"{whole}{end}") for end in ("a", "b", "ab")}
    assert len(long) == 3
    assert {len(one) for one in long} == {width}
    assert {one[:20] for one in long} == {key("")[:20]}, "what rises with time stands first"
