"""An empty workbook to fill in, with examples on a sheet of their own; and the rows of a run that are not right yet."""

from collections.abc import Iterable, Sequence
from typing import Final

from services.imports import values
from services.imports.exports import HEADS, written
from services.imports.fields import KINDS, Kind
from services.imports.heads import Plan
from services.imports.rows import Judged, Verdict

GUIDE: Final = "怎么填"
EXAMPLES: Final = (
    ("老人", "姓名", "王桂兰", "一行一位。第一封家书只要：姓名、房间、床位、状态、过敏。"),
    ("老人", "出生日期", "1941-06-30", "公历。1941.6.30、1941年6月30日、19410630 都认得；农历请换成公历。"),
    ("老人", "身份证号", "（18 位）", "先把这一列设成「文本」再填，不然 Excel 会弄丢后几位。可以空着。"),
    ("老人", "房间、床位", "306、1", "也可以写在一格里：306-1。"),
    ("老人", "护理等级", "半护理", "自理、半护理、全护理、特护；写二级、介助也认得。"),
    ("老人", "过敏", "青霉素", "没有就写「无」。空着记成「未问」，不是「没有」。"),
    ("家属", "老人姓名、房间", "王桂兰、306", "有同名的老人时，靠房间来分。"),
    ("家属", "关系", "女儿", "女儿、儿子、老伴、儿媳、女婿、孙子……"),
    ("家属", "主要联系人", "是", "一位老人一位。别的家属空着。"),
    ("同事", "岗位", "护理", "护理、护士、客服、主管、院长、管理员。"),
    ("同事", "登录名", "zhoumin", "小写字母和数字。空着就由系统起一个，首次密码登记后显示一次。"),
    ("同事", "负责楼层", "2 3", "管全院就空着。"),
    ("值班", "日期、姓名、班次", "2026-12-01、周敏、夜", "一行一班；也可以放「姓名 × 日期」的整张班表。"),
)


def template() -> bytes:
    """The workbook; its first sheet tells how."""
    sheets = {GUIDE: (("表", "列", "例子", "说明"), EXAMPLES)}
    return written(sheets | {KINDS[kind]: (HEADS[kind], ()) for kind in Kind})


def faults(plans: Sequence[Plan], rows: Sequence[Judged], mark: str) -> bytes:
    """The rows that are not right yet as they stood in their sheets, each with the reason."""
    sheets: dict[str, tuple[Sequence[str], Iterable[Sequence[str]]]] = {}
    for at, plan in enumerate(plans):
        mine = [one for one in rows if one.row.sheet == at and one.verdict is Verdict.LOOK]
        if mine:
            heads = (*(head or f"第 {n} 列" for n, head in enumerate(plan.heads, 1)), "表里第几行", "为什么")
            lines = [
                (
                    *(values.text(one.row.cells[n]) if n < len(one.row.cells) else "" for n in range(len(plan.heads))),
                    str(one.row.number),
                    "；".join(f"{fault.name}：{fault.why}" for fault in one.faults),
                )
                for one in mine
            ]
            sheets[plan.name[:28] or f"表 {at + 1}"] = (heads, lines)
    return written(sheets or {"没有": (("都对",), ())}, mark)
