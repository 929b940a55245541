"""What is gone through when somebody moves in (A12), with the safety talk for elder and family (E6)."""

from typing import Final

CHECKLIST: Final = {
    "room": "房间、床位看过，床头铃会按",
    "bell": "讲清楚：微信不是呼叫铃，急事按铃",
    "things": "带来的东西点过：衣物、假牙、眼镜、助听器、拐杖",
    "medicine": "自带的药交给护士站，名字和用法对过",
    "papers": "身份证、医保卡看过",
    "report": "入院体检或病历收了",
    "contract": "服务协议逐条讲过，签好",
    "contacts": "家属登记好，打电话的先后说定",
    "safety": "安全讲给老人和家属：噎食、用火、防滑、防诈骗",
}
"""In the order in which a house does them."""
HANDOVER: Final = "handover"
"""The signature at the end."""
