"""Temporary files: uploaded by the account, or sent by a person; each dies after three days (wechat.md 6)."""

from aiohttp import web

from simulator.frame import Answer, Call, Refused, Row

MEGA = 1024 * 1024
KINDS = {
    "image": (10 * MEGA, (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")),
    "voice": (2 * MEGA, (b"ID3", b"\xff", b"#!AMR\n")),
    "video": (10 * MEGA, (b"ftyp",)),
    "thumb": (64 * 1024, (b"\xff\xd8\xff",)),
}
MIMES = {
    b"\x89PNG": ("image/png", "png"),
    b"GIF8": ("image/gif", "gif"),
    b"\xff\xd8": ("image/jpeg", "jpg"),
    b"#!AMR": ("audio/amr", "amr"),
    b"ID3": ("audio/mpeg", "mp3"),
    b"\xff": ("audio/mpeg", "mp3"),
}
LONGEST = 60


def mime(data: bytes) -> tuple[str, str]:
    """What a file is by its first bytes: its type and the ending of its name."""
    if data[4:8] == b"ftyp":
        return "video/mp4", "mp4"
    return next(
        (found for start, found in MIMES.items() if data.startswith(start)), ("application/octet-stream", "bin")
    )


def seconds(sound: bytes) -> int:
    """How long a phone says that a sound is: MP3 of 48 kbit/s, AMR of 12.2 kbit/s."""
    return max(1, round(len(sound) / (1_625 if sound.startswith(b"#!AMR") else 6_000)))


def size(data: bytes) -> str:
    """For people."""
    return f"{max(1, len(data) // 1024)} KB"


async def upload(call: Call) -> Answer:
    """A part `media` with a file name."""
    kind = call.query.get("type", "")
    if kind not in KINDS:
        raise Refused(40004)
    biggest, starts = KINDS[kind]
    form = await call.request.post()
    part = form.get("media")
    data = part.file.read() if isinstance(part, web.FileField) else b""
    if not data:
        raise Refused(41005)
    if len(data) > biggest:
        raise Refused(45001)
    if not data[4 if kind == "video" else 0 :].startswith(starts):
        raise Refused(40005)
    if kind == "voice" and seconds(data) > LONGEST:
        raise Refused(45007)
    call.what = f"{kind} · {size(data)}"
    name = "thumb_media_id" if kind == "thumb" else "media_id"
    return {"type": kind, name: call.world.keep_media(kind, data), "created_at": int(call.world.now())}


async def get(call: Call) -> Answer:
    """The bytes; of a video the address of the bytes."""
    media = call.query.get("media_id", "")
    until, kind, data = call.world.media.get(media, (0.0, "", b""))
    call.what = media
    if until <= call.world.now():
        raise Refused(40007)
    call.what, call.note["result"] = f"{kind} · {size(data)}", size(data)
    if kind == "video":
        return {"video_url": f"http://{call.request.host}/api/media/{media}"}
    found, ending = mime(data)
    headers = {"Content-Disposition": f'attachment; filename="{media}.{ending}"'}
    return web.Response(body=data, content_type=found, headers=headers)


ROWS = (
    Row("POST", "/cgi-bin/media/upload", "media/upload", upload, json=False),
    Row("GET", "/cgi-bin/media/get", "media/get", get),
)
