"""回院交接: what a nurse goes through when somebody comes back from hospital, and signs. Until then no machine greets or
reminds them, and the emergency card says that it is not up to date (F7, R1).
"""

from typing import Final

BACK: Final = {
    "back_note": "出院小结拿到了，诊断、手术、下次复查看过",
    "back_orders": "新医嘱和旧药对过：停的停了，改的改了，旧药收走",
    "back_allergy": "过敏和用药反应问过",
    "back_skin": "皮肤看过：压红、伤口、管路、敷料",
    "back_diet": "吃什么、怎么吃问过（忌口、呛咳、鼻饲），告诉厨房",
    "back_falls": "跌倒、坠床、走失重新评估，床档、拐杖、陪护安排好",
    "back_told": "楼层、家属、康复都告诉了，急救卡改好",
}
SIGNED: Final = "back_signed"
"""The nurse's signature at the end."""
