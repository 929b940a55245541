"""The wire: every official vector, both codecs side by side, the three modes, and what must be refused (wechat.md 1, 2,
3).
"""

import base64
import hashlib
import hmac
import json
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some
from wechatpy.crypto import WeChatCrypto

from bot import pushes, replies, wire
from conversations import events
from settings import Mode
from tests.bot.signed import K1, NOW, STAMP, codec, fields_of, inner, push

LONG = json.loads((Path(__file__).parent / "vectors.json").read_text())


# -- official vectors --------------------------------------------------------------------------------------------


def test_vector_a_encryption_of_the_official_java_sample() -> None:
    used = codec(token="pamtest", app_id="wxb11529c136998cb6")
    sealed = used.encrypt("我是中文abcd123".encode(), b"aaaabbbbccccdddd")
    assert sealed == "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert used.decrypt(sealed).decode() == "我是中文abcd123"


@pytest.mark.parametrize(
    ("token", "key", "app_id", "stamp", "nonce", "echo", "signature", "plain"),
    [
        (
            "QDG6eK",
            "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
            "wx5823bf96d3bd56c7",
            "1409659589",
            "263014780",
            "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
            "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
            "1616140317555161061",
        ),
        (
            "123456",
            "kWxPEV2UEDyxWpmPdKC3F4dgPDmOvfKX1HGnEUDS1aR",
            "wx49f0ab532d5d035a",
            "1411443780",
            "437374425",
            "4ByGGj+sVCYcvGeQYhaKIk1o0pQRNbRjxybjTGblXrBaXlTXeOo1+bXFXDQQb1o6co6Yh9Bv41n7hOchLF6p+Q==",
            "dd6b9c95b495b3f7e2901bfbc76c664930ffdb96",
            "5927782489442352469",
        ),
    ],
)
def test_vectors_b_and_g_four_field_signatures(
    token: str, key: str, app_id: str, stamp: str, nonce: str, echo: str, signature: str, plain: str
) -> None:
    used = codec(token=token, aes_key=key, app_id=app_id)
    assert used.sign(stamp, nonce, echo) == signature
    assert used.decrypt(echo).decode() == plain


@pytest.mark.parametrize(
    ("name", "stamp", "nonce", "signature", "message_id"),
    [
        ("C", "1409735669", "1320562132", "5d197aaffba7e9b25a30732f161a50dee96bd5fa", "6054768590064713728"),
        ("D", "1410349438", "298025754", "003fee52ecc56afb46c00b5c7721be87860ce785", "6057404712141979648"),
    ],
)
@pytest.mark.parametrize("mode", [Mode.SECURE, Mode.COMPATIBLE])
def test_vectors_c_and_d_pushes_of_the_official_samples(
    name: str, stamp: str, nonce: str, signature: str, message_id: str, mode: Mode
) -> None:
    query = {"timestamp": stamp, "nonce": nonce, "encrypt_type": "aes", "msg_signature": signature}
    encrypted = f"<Encrypt><![CDATA[{LONG[name]}]]></Encrypt>"
    body = f"<xml><ToUserName>gh_x</ToUserName><Content>forged</Content>{encrypted}</xml>".encode()
    opened = codec(mode).open(query, body, NOW)
    assert opened.event == events.Text("abcdteT")
    assert opened.key == f"m:{message_id}:{opened.openid}"
    with pytest.raises(wire.Refused):
        codec(mode, max_age_seconds=86_400).open(query, body, NOW)


def test_vector_e_the_current_example_of_the_docs_and_its_reply() -> None:
    used = codec(token="AAAAA", app_id="wx134c8103faa5a59e", aes_key="A" * 43)
    query = {
        "timestamp": "1715943329",
        "nonce": "1590219412",
        "encrypt_type": "aes",
        "msg_signature": "6c12a4205838198b8fa631b3220723bb07f1015c",
    }
    opened = used.open(query, f"<xml><Encrypt>{LONG['E']}</Encrypt></xml>".encode(), NOW)
    assert isinstance(opened.event, events.Notice)
    assert opened.event.kind == "debug_demo"
    assert len(opened.raw) == 292
    sealed = used.encrypt(b"<xml><demo_resp>[CDATA[good luck]]</demo_resp></xml>", b"999951349e8ee746")
    assert sealed == LONG["E_reply"]
    assert used.sign("1713424427", "415670741", sealed) == "03e0812039325c2712ef5f0f980fd14c70d6e307"


def test_vectors_f_and_h_three_field_signatures() -> None:
    used = codec(token="AAAAA")
    assert used.sign("1714036504", "1514711492") == "f464b24fc39322e44b38aa78f5edd27bd1441696"
    assert used.sign("1714037059", "486452656") == "899cf89e464efb63f54ddac96b0a0a235f53aa78"
    query = {
        "signature": used.sign("1714036504", "1514711492"),
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "4375120948345356249",
    }
    assert used.greet(query, NOW) == "4375120948345356249"
    assert (
        codec(token="RMNlACHlV5ThzfRlVS4D4").sign("timestamp", "nonce", "encrypt")
        == "8edac0945683c119ee71c9f6256d76c48aa08a96"
    )
    assert hashlib.sha1(b"abc").hexdigest() == codec(token="c").sign("b", "a")  # noqa: S324


# -- side by side with wechatpy ------------------------------------------------------------------------------------


@given(some.text(min_size=0, max_size=200).filter(lambda text: "\x00" not in text))
def test_what_one_codec_locks_the_other_opens(text: str) -> None:
    ours, theirs = codec(), WeChatCrypto("spamtest", K1, "wx2c2769f8efd9abc2")
    clean = replies.text_reply(to="o", sender="g", at=1, text=text)
    closed = ours.close(clean, NOW).decode()
    fields = fields_of(closed.encode())
    opened = theirs.decrypt_message(closed, str(fields["MsgSignature"]), str(fields["TimeStamp"]), str(fields["Nonce"]))
    assert (opened if isinstance(opened, bytes) else opened.encode()) == clean.encode()
    back = theirs.encrypt_message(clean, "42", STAMP)
    sealed = str(fields_of(back.encode())["Encrypt"])
    assert ours.decrypt(sealed) == clean.encode()


# -- what must be refused ------------------------------------------------------------------------------------------


def test_secure_and_compatible_mode_never_fall_back_to_plain() -> None:
    for mode in (Mode.SECURE, Mode.COMPATIBLE):
        used = codec(mode)
        query = {"timestamp": STAMP, "nonce": "42", "signature": used.sign(STAMP, "42")}
        for encrypt_type in ("", "raw", "aes"):
            with pytest.raises(wire.Refused):
                used.open(query | ({"encrypt_type": encrypt_type} if encrypt_type else {}), inner(), NOW)


def test_compatible_mode_reads_only_what_was_encrypted() -> None:
    used = codec(Mode.COMPATIBLE)
    query, body = push(used, inner())
    forged = body.replace(b"<Encrypt>", b"<Content>forged</Content><Encrypt>", 1)
    assert used.open(query, forged, NOW).event == events.Text("你好")


def test_plain_mode_takes_plain_pushes_only() -> None:
    used = codec(Mode.PLAIN)
    query = {"timestamp": STAMP, "nonce": "42", "signature": used.sign(STAMP, "42")}
    assert used.open(query, inner(), NOW).event == events.Text("你好")
    assert used.close("<xml/>", NOW) == b"<xml/>"
    with pytest.raises(wire.Refused):
        used.open(query | {"encrypt_type": "aes"}, inner(), NOW)


@pytest.mark.parametrize(
    "changes",
    [{"msg_signature": "0" * 40}, {"msg_signature": ""}, {"msg_signature": "中"}, {"nonce": "43"}, {"timestamp": "1"}],
)
def test_a_wrong_signature_is_refused(changes: dict[str, str]) -> None:
    query, body = push(codec(), inner(), **changes)
    with pytest.raises(wire.Refused):
        codec().open(query, body, NOW)


def test_an_old_push_is_refused_and_a_small_drift_is_not() -> None:
    query, body = push(codec(), inner())
    assert codec(max_age_seconds=86_400).open(query, body, NOW.replace(hour=20)).event == events.Text("你好")
    with pytest.raises(wire.Refused):
        codec(max_age_seconds=60).open(query, body, NOW.replace(hour=20))


def test_the_previous_key_is_read_while_the_platform_still_uses_it() -> None:
    old = codec(aes_key="B" * 43)
    query, body = push(old, inner())
    assert codec(previous_aes_key="B" * 43).open(query, body, NOW).event == events.Text("你好")
    with pytest.raises(pushes.NoSender):
        codec().open(query, body, NOW)


def test_another_app_id_is_refused_after_decryption() -> None:
    query, body = push(codec(app_id="wxffffffffffffffff"), inner())
    with pytest.raises(wire.Refused):
        codec().open(query, body, NOW)


NOBODYS = {
    "a DOCTYPE": b'<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
    "too deep": b"<xml>" + b"<a>" * 40 + b"</a>" * 40 + b"</xml>",
    "no xml": b"hello",
    "another root": b"<html></html>",
    "empty": b"<xml></xml>",
    "nothing": b"",
    "no sender": b"<xml><MsgType>text</MsgType><CreateTime>1</CreateTime><MsgId>1</MsgId></xml>",
    "a sender that is cut": inner().replace(b"oABC", b"oA\xe5BC"),
    "a sender with a forbidden sign": inner().replace(b"oABC", b"oA\x08C"),
    "a sender with a tag inside": inner().replace(b"oABC", b"oA<C"),
    "a sender of 65 signs": inner().replace(b"oABC", b"o" * 65),
}


@pytest.mark.parametrize("body", NOBODYS.values(), ids=NOBODYS)
def test_fault_w1_what_names_nobody_is_kept_under_its_bytes_and_given_to_no_invented_person(body: bytes) -> None:
    query, sealed = push(codec(), body)
    with pytest.raises(pushes.NoSender) as found:
        codec().open(query, sealed, NOW)
    assert found.value.raw == body
    assert found.value.key == f"u:{hashlib.sha256(body).hexdigest()}"


@given(some.binary(max_size=300))
def test_fault_w1_no_signed_bytes_are_refused_and_no_unsigned_ones_read(body: bytes) -> None:
    used = codec()
    query, sealed = push(used, body)
    with pytest.raises(pushes.NoSender):
        used.open(query, sealed, NOW)
    with pytest.raises(wire.Refused):
        used.open({"encrypt_type": "aes"}, body, NOW)


def test_fault_w1_a_broken_block_or_padding_names_nobody() -> None:
    for sealed in ("!!!", "AAAA", codec().encrypt(b"x")[:-24]):
        with pytest.raises(pushes.NoSender) as found:
            codec().decrypt(sealed)
        assert found.value.raw == sealed.encode()


def sealed_block(used: wire.Codec, head: int, text: bytes, app_id: bytes, pad: bytes) -> str:
    """A block as somebody with the key could seal it: `head` is the length that it claims."""
    data = b"r" * 16 + struct.pack(">I", head) + text + app_id + pad
    return base64.b64encode(used._encryptors[0].update(data)).decode()


def test_fault_w1_a_block_that_claims_more_than_it_holds_names_nobody_and_a_whole_one_of_another_is_refused() -> None:
    used, ours = codec(), b"wx2c2769f8efd9abc2"
    text = b"t" * 26
    assert used.decrypt(sealed_block(used, 26, text, ours, bytes([16]) * 16)) == text
    assert used.decrypt(sealed_block(used, 26, text, ours, bytes([32]) * 32)) == text
    for head, pad in (
        (26 + len(ours) + 1, bytes([16]) * 16),
        (26 + len(ours) + 16, bytes([16]) * 16),
        (26, bytes([0]) * 16),
        (26, bytes([48]) * 48),
        (26, bytes([16]) * 15 + bytes([15])),
        (26, bytes([15]) + bytes([16]) * 15),
    ):
        with pytest.raises(pushes.NoSender):
            used.decrypt(sealed_block(used, head, text, ours, pad))
    with pytest.raises(wire.Refused):
        used.decrypt(sealed_block(used, 26 + len(ours), text, ours, bytes([16]) * 16))
    with pytest.raises(wire.Refused):
        used.decrypt(sealed_block(used, 0, b"", b"", bytes([12]) * 12))
    with pytest.raises(pushes.NoSender):
        used.decrypt(base64.b64encode(used._encryptors[0].update(b"r" * 19 + bytes([13]) * 13)).decode())


def test_p2_a_push_is_taken_to_the_last_second_of_its_age_and_no_longer_whichever_clock_is_wrong() -> None:
    used = codec(max_age_seconds=60)
    query, body = push(used, inner())
    for seconds, taken in ((60, True), (-60, True), (61, False), (-61, False)):
        if taken:
            assert used.open(query, body, NOW + timedelta(seconds=seconds)).event == events.Text("你好")
        else:
            with pytest.raises(wire.Refused):
                used.open(query, body, NOW + timedelta(seconds=seconds))


def test_p2_an_answer_is_never_the_same_twice_and_carries_its_time() -> None:
    used = codec()
    closed = [fields_of(used.close("<xml/>", NOW)) for _ in range(200)]
    assert {one["TimeStamp"] for one in closed} == {STAMP}
    for name in ("Encrypt", "Nonce", "MsgSignature"):
        assert len({one[name] for one in closed}) == len(closed)
    assert {used.decrypt(one["Encrypt"]) for one in closed} == {b"<xml/>"}


def test_w1_a_sender_as_long_as_the_column_is_heard() -> None:
    query, body = push(codec(), inner().replace(b"oABC", b"o" * 64))
    assert codec().open(query, body, NOW).openid == "o" * 64


def test_p2_the_handshake_gives_back_what_the_platform_sent_and_nothing_longer() -> None:
    used = codec()
    signed = {"timestamp": STAMP, "nonce": "42", "signature": used.sign(STAMP, "42")}
    assert used.greet(signed | {"echostr": "1" * 128}, NOW) == "1" * 128
    for echo in ("1" * 129, "", "1 2"):
        with pytest.raises(wire.Refused):
            used.greet(signed | {"echostr": echo}, NOW)


@pytest.mark.parametrize("key", ["", "short", "a" * 42, "!" * 43])
def test_keys_that_cannot_be_right_are_told_at_the_start(key: str) -> None:
    with pytest.raises(ValueError, match="encoding_aes_key"):
        codec(aes_key=key)


@pytest.mark.parametrize("query", [{}, {"echostr": "1"}, {"echostr": "<script>", "timestamp": STAMP, "nonce": "42"}])
def test_a_false_handshake_is_refused(query: dict[str, str]) -> None:
    signed = query | ({"signature": codec().sign(STAMP, "42")} if "nonce" in query else {})
    with pytest.raises(wire.Refused):
        codec().greet(signed, NOW)


def test_peers_co_wechat_a_reply_with_cdata_inside_stays_xml() -> None:
    xml = replies.text_reply(to="o", sender="g", at=1, text="a]]>b\x00\x08c😀")
    assert fields_of(xml.encode())["Content"] == "a]]>bc😀"


def test_p2_the_signature_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    real = hmac.compare_digest

    def noted(one: Any, other: Any) -> bool:
        compared.append((one, other))
        return bool(real(one, other))

    monkeypatch.setattr(hmac, "compare_digest", noted)
    codec = wire.Codec(token="tok", app_id="wx0123456789abcdef", mode=Mode.PLAIN, max_age_seconds=0)
    with pytest.raises(wire.Refused):
        codec.greet({"signature": "f" * 40, "timestamp": "1", "nonce": "2", "echostr": "x"}, datetime.now(UTC))
    assert (codec.sign("1", "2").encode(), b"f" * 40) in compared
