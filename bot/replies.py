"""The passive reply: the answer that goes back in the HTTP response, in the platform's XML."""

from typing import Final

from care.words import legal

SUCCESS: Final = b"success"
"""Said only of what is committed and needs no words; never encrypted (wechat.md 1)."""


def clean(text: str) -> str:
    """Text that is legal inside a CDATA section: no control characters, no `]]>`."""
    return legal(text).replace("]]>", "]]]]><![CDATA[>")


def text_reply(*, to: str, sender: str, at: int, text: str) -> str:
    """A passive text reply: the same input always gives the same XML."""
    return (
        f"<xml><ToUserName><![CDATA[{clean(to)}]]></ToUserName><FromUserName><![CDATA[{clean(sender)}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{clean(text)}]]></Content>"
        f"</xml>"
    )
