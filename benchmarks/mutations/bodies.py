"""Bodies of every kind as the platform writes them, and what their envelopes carry."""

import re
from dataclasses import dataclass, field
from typing import Final

from conversations import events

SEED: Final = 20261122
AGAIN: Final = 5
"""Every so many-th body comes twice: by turns at the same time and after the answer."""
EVIL: Final = "EVIL"
"""Stands in every value that words try to make a field of."""
CRIES: Final = ("救命", "我摔倒了", "喘不上气", "胸口疼得厉害", "着火了", "我起不来了", "吐血了", "快来人")
CALM: Final = (
    "今天的家书收到了",
    "谢谢",
    "周末来看您",
    "早饭吃的粥",
    "孩子考上大学了",
    "ok 👌",
    "下午三点到",
    "天冷，加一床被子",
)
FILE: Final = "<MediaId><![CDATA[m8k]]></MediaId>"
BODIES: Final = {
    "text": ("Content", "<Content><![CDATA[{}]]></Content>"),
    "menu": ("Content", "<Content><![CDATA[{}]]></Content><bizmsgmenuid>101</bizmsgmenuid>"),
    "voice": (
        "Recognition",
        (
            f"{FILE}<Format><![CDATA[amr]]></Format><MediaId16K><![CDATA[m16k]]></MediaId16K><Recognition>"
            f"<![CDATA[{{}}]]>"
            f"</Recognition>"
        ),
    ),
    "image": ("", f"<PicUrl><![CDATA[http://p/1?a=1]]></PicUrl>{FILE}"),
    "video": ("", f"{FILE}<ThumbMediaId><![CDATA[t]]></ThumbMediaId>"),
    "shortvideo": ("", f"{FILE}<ThumbMediaId><![CDATA[t]]></ThumbMediaId>"),
    "location": (
        "Label",
        "<Location_X>23.134</Location_X><Location_Y>113.358</Location_Y><Scale>20</Scale><Label><![CDATA[{}]]></Label>",
    ),
    "link": (
        "Title",
        "<Title><![CDATA[{}]]></Title><Description><![CDATA[d]]></Description><Url><![CDATA[http://u]]></Url>",
    ),
    "file": ("", "<Title><![CDATA[a.pdf]]></Title><FileKey><![CDATA[k]]></FileKey>"),
    "memo": ("Content", "<Content><![CDATA[{}]]></Content>"),
    "subscribe": ("", "<EventKey><![CDATA[qrscene_bind_x9]]></EventKey><Ticket><![CDATA[T]]></Ticket>"),
    "unsubscribe": ("", "<EventKey><![CDATA[]]></EventKey>"),
    "SCAN": ("", "<EventKey><![CDATA[bind_x9]]></EventKey><Ticket><![CDATA[T]]></Ticket>"),
    "CLICK": ("", "<EventKey><![CDATA[CONTACT]]></EventKey>"),
    "VIEW": ("", "<EventKey><![CDATA[http://u/?a=1&b=2]]></EventKey><MenuId>1</MenuId>"),
    "LOCATION": ("", "<Latitude>30.25</Latitude><Longitude>120.16</Longitude><Precision>40</Precision>"),
    "scancode_waitmsg": (
        "ScanResult",
        (
            "<EventKey><![CDATA[6]]></EventKey><ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult>"
            "<![CDATA[{}]]></ScanResult></ScanCodeInfo>"
        ),
    ),
    "pic_weixin": (
        "",
        (
            "<EventKey><![CDATA[6]]></EventKey><SendPicsInfo><Count>2</Count><PicList><item><PicMd5Sum><![CDATA[a]]>"
            "</PicMd5Sum></item><item><PicMd5Sum><![CDATA[b]]></PicMd5Sum></item></PicList></SendPicsInfo>"
        ),
    ),
    "location_select": (
        "Label",
        (
            "<EventKey><![CDATA[6]]></EventKey><SendLocationInfo><Location_X><![CDATA[23]]></Location_X><Location_Y>"
            "<![CDATA[113]]></Location_Y><Scale><![CDATA[15]]></Scale><Label><![CDATA[{}]]></Label><Poiname>"
            "<![CDATA[]]>"
            "</Poiname></SendLocationInfo>"
        ),
    ),
    "TEMPLATESENDJOBFINISH": ("", "<MsgID>200163836</MsgID><Status><![CDATA[failed:user block]]></Status>"),
    "MASSSENDJOBFINISH": (
        "",
        (
            "<MsgID>1000001625</MsgID><Status><![CDATA[send "
            "success]]></Status><TotalCount>100</TotalCount><SentCount>75</SentCount>"
        ),
    ),
    "subscribe_msg_popup_event": (
        "",
        (
            "<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[t]]></TemplateId></List><List><TemplateId><![CDATA[u]]>"
            "</TemplateId></List></SubscribeMsgPopupEvent>"
        ),
    ),
    "user_authorization_revoke": ("", "<OpenID><![CDATA[o]]></OpenID><RevokeInfo><![CDATA[205]]></RevokeInfo>"),
    "never_seen_before": ("", "<EventKey><![CDATA[?]]></EventKey>"),
}
"""Of each kind: the field of the person's own words, and the fields that are this kind's own."""
MESSAGES: Final = ("text", "menu", "voice", "image", "video", "shortvideo", "location", "link", "file", "memo")
SPOKEN: Final = ("text", "menu", "voice")
OFTEN: Final = ("text", "text", "text", "text", "menu", "voice", "voice")
"""Kinds that come more often than the others, since people cry in them."""
ACTS: Final = {
    "subscribe": events.Followed,
    "unsubscribe": events.Unfollowed,
    "SCAN": events.Scanned,
    "CLICK": events.Click,
}


@dataclass(slots=True)
class Body:
    """One mutated body, and what its envelope carried before and after."""

    kind: str
    openid: str
    number: str
    created: int
    inner: bytes = b""
    cry: str = ""
    fields: set[str] = field(default_factory=set)
    """Names of the fields that stand in the envelope, whoever put them there."""
    words_only: bool = False
    """Whether the envelope is as the platform wrote it."""
    again: str = ""
    """How it comes a second time: 「with」 the first, 「after」 it, or not at all."""
    status: set[int] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)

    @property
    def whole(self) -> bool:
        """Whether every sign of the cry stands in the bytes, side by side once what XML forbids is dropped."""
        return (
            bool(self.cry)
            and self.kind in SPOKEN
            and self.cry in FORBIDDEN.sub("", self.inner.decode("utf-8", "replace"))
        )


FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffc\U00010000-\U0010ffff]")
