"""Bodies and headers that nobody can read: a sentence for who sent them, nothing in the log (S11, W4)."""

import asyncio
import io
import logging

import pytest

from tests.console.browsers import ROUTE, Desk

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body", "status", "says"),
    [
        (FORM, b"\xff\xfe", 400, "读不出来"),
        (f"{FORM}; charset=nonsense", b"login=chen", 400, "读不出来"),
        ("multipart/form-data", b"x", 400, "读不出来"),
        ("multipart/form-data; boundary=a", b"--a\r\n\r\nx", 400, "读不出来"),
        (FORM, b"login=" + b"9" * 1_100_000, 413, "分几次写"),
    ],
)
async def test_s11_a_body_that_nobody_can_read_is_a_sentence_and_no_fault_of_ours(
    at_desk: Desk, caplog: pytest.LogCaptureFixture, kind: str, body: bytes, status: int, says: str
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = await at_desk.client.post(
            "/console/login", data=io.BytesIO(body), headers=ROUTE | {"Content-Type": kind}
        )
        assert (answer.status, says in await answer.text()) == (status, True)
        for token in ({"X-CSRF": at_desk.csrf}, {}):
            asks = {"HX-Request": "true", "Content-Type": kind} | token
            answer = await at_desk.client.post("/console/me/pin", data=io.BytesIO(body), headers=asks)
            assert (answer.status, answer.headers["HX-Retarget"]) == (status, "#problem")
    assert caplog.records == []


@pytest.mark.parametrize("header", [b"Cookie: jiashu=\xff\xfe", b"Cookie: jiashu_station=\xff"])
async def test_s11_a_cookie_that_is_no_text_is_nobody(
    at_desk: Desk, caplog: pytest.LogCaptureFixture, header: bytes
) -> None:
    port = at_desk.client.port
    assert port
    with caplog.at_level(logging.ERROR):
        for path in (b"/console/today", b"/console/station", b"/console/login"):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n")
            line = await reader.readline()
            writer.close()
            assert line.split()[1] in {b"200", b"303"}, (path, line)
    assert caplog.records == []
