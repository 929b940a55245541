"""告知: what families read before the first page is opened to them, and again when it says something else (F48, P4)."""

from typing import Final

VERSION: Final = "v1"
"""Which text this is. Another text is another version, and is shown to everybody anew."""
TEXT: Final = (
    ("谁在用", "{home}。电话 {phone}，有什么不明白的，打电话或到前台问。"),
    (
        "记下什么",
        "您的姓名、电话、和老人的关系；您发来的话、照片、语音；您看过哪封家书。老人的吃饭、睡觉、活动、身体和照片，由照护的同事记下。",
    ),
    ("用来做什么", "写家书、回您的话、办您的投诉、急事找到您。不卖，不给别人做广告，不用来给老人或家属排名。"),
    (
        "谁能看到",
        "只有照护这位老人的同事。身体的事，老人自己或监护人点了头才给您看；照片里有别人，别人也要同意。消息经过微信，微信按它自己的规定保存。",
    ),
    ("您可以", "随时看、改、要一份、删掉，或者不再用：发「人工」，或打 {phone}。不用微信，照样可以打电话、来院里。"),
    ("要紧的一句", "微信不是呼叫铃，这里不是随时有人看。急事请打 {phone}；有危险打 120。"),
)
"""What it is about, and the sentence: read aloud as it stands."""
LINE: Final = "我们只把您说的话用来照护老人、答复您"


def told(home: str, phone: str) -> list[tuple[str, str]]:
    """The text with the names of a home."""
    words = {"home": home, "phone": phone or "（请到前台）"}
    return [(about, sentence.format(**words)) for about, sentence in TEXT]
