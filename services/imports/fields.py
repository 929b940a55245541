"""What a home's own sheet may carry, and by which heads it is known: 姓名, 长者, 老人姓名 are one thing."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """Of whom a sheet tells."""

    RESIDENTS = "residents"
    RELATIVES = "relatives"
    STAFF = "staff"
    ROTA = "rota"


KINDS: Final[Mapping[Kind, str]] = {
    Kind.RESIDENTS: "老人",
    Kind.RELATIVES: "家属",
    Kind.STAFF: "同事",
    Kind.ROTA: "值班",
}
NAMED: Final[Mapping[Kind, str]] = {
    Kind.RESIDENTS: "老人|花名册|长者|入住|住户|在住",
    Kind.RELATIVES: "家属|联系人|亲属|子女|监护",
    Kind.STAFF: "同事|员工|职工|工作人员|人员表|护理员",
    Kind.ROTA: "值班|排班|班表|班次",
}
"""What a sheet of the kind is often called."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing of a row: its word, how it is shown, by which heads it is known."""

    word: str
    name: str
    heads: tuple[str, ...]


def _field(word: str, name: str, heads: str) -> Field:
    return Field(word, name, (name, *heads.split()))


_BED: Final = (
    _field("place", "房间和床位", "房床 房间床位 房号床号 床位号 房间号床号 住处 房间床号 房-床"),
    _field("room", "房间", "房号 房间号 房 居室 房间号码 室号"),
    _field("bed", "床位", "床 床号"),
    _field("building", "楼栋", "楼 楼号 栋 栋号 楼宇 区域 院区"),
)
FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    Kind.RESIDENTS: (
        _field("name", "姓名", "老人姓名 长者姓名 名字 老人 长者 住户姓名 入住人 客户姓名"),
        _field("sex", "性别", "男女"),
        _field("born", "出生日期", "出生 生日 出生年月 出生年月日 生年月日 出生时间"),
        _field("identity", "身份证号", "身份证 身份证号码 证件号 证件号码 公民身份号码"),
        *_BED,
        _field("status", "状态", "在住状态 入住状态 现状 是否在住 在院状态"),
        _field("admitted_on", "入住日期", "入住时间 入院日期 入院时间 入住 入住日 进院日期"),
        _field("care_level", "护理等级", "护理 护理级别 等级 照护等级 护理类型 照护级别"),
        _field("allergies", "过敏", "过敏史 禁忌 药物过敏 过敏药物 过敏原 忌"),
        _field("history", "病史", "病 疾病 既往史 既往病史 基础病 疾病史 诊断"),
        _field("medicines", "用药", "用药情况 药 服药 服药情况 长期用药"),
        _field("diet", "饮食", "吃饭 饮食要求 膳食 餐食 忌口 饮食习惯"),
        _field("habits", "习惯", "生活习惯 爱好 兴趣 喜好 兴趣爱好 特点"),
        _field("called", "称呼", "怎么称呼 尊称"),
        _field("blood", "血型", "ABO血型"),
        _field("hospital", "就诊医院", "医院 定点医院 医保医院 常去医院"),
        _field("speech", "沟通", "听力 语言 方言 沟通方式"),
        _field("routine", "作息", "作息时间 作息习惯"),
        _field("needs", "特殊需求", "需求 照护需求 注意事项 特别注意"),
        _field("phone", "老人电话", "本人电话 老人手机 本人手机 长者电话"),
        _field("address", "住址", "家庭住址 地址 户籍地址 原住址 户籍"),
        _field("occupation", "职业", "原职业 退休前职业 原单位 工作单位"),
        _field("kin", "家属姓名和关系", "联系人 家属 紧急联系人 监护人 联系人1 家属1 第一联系人 主要联系人"),
        _field("kin_relation", "家属关系", "与老人关系 联系人关系 关系 与长者关系 家属关系1 关系1"),
        _field(
            "kin_phone",
            "家属电话",
            "电话 联系电话 手机 手机号 家属手机 联系人电话 联系方式 电话1 家属电话1",
        ),
        _field("kin2", "第二位家属", "联系人2 家属2 第二联系人 备用联系人 次要联系人"),
        _field("kin2_relation", "第二位的关系", "关系2 家属关系2"),
        _field("kin2_phone", "第二位的电话", "电话2 家属电话2 备用电话 联系人2电话 手机2"),
    ),
    Kind.RELATIVES: (
        _field("elder", "老人姓名", "老人 长者姓名 长者 入住人 住户 父母姓名 客户姓名 老人名字"),
        *_BED,
        _field("name", "家属姓名", "姓名 家属 联系人 联系人姓名 亲属 亲属姓名 子女姓名 监护人"),
        _field("relation", "关系", "与老人关系 和老人关系 与长者关系 亲属关系 称谓 是老人的"),
        _field("phone", "电话", "手机 手机号 联系电话 家属电话 手机号码 电话号码 联系方式"),
        _field("primary", "主要联系人", "第一联系人 是否主要 紧急联系人 主要 首要联系人"),
        _field("order", "顺序", "序位 联系顺序 第几联系人 联系次序"),
    ),
    Kind.STAFF: (
        _field("name", "姓名", "员工姓名 同事 名字 职工姓名 员工"),
        _field("login", "登录名", "账号 用户名 登录账号 工号"),
        _field("role", "岗位", "职务 职位 角色 工种 岗位名称"),
        _field("floors", "负责楼层", "楼层 负责区域 所在楼层 区域"),
        _field("phone", "电话", "手机 手机号 联系电话 手机号码"),
    ),
    Kind.ROTA: (
        _field("name", "姓名", "值班人 员工姓名 同事 值班人员 名字"),
        _field("day", "日期", "值班日期 日子 哪天 时间"),
        _field("shift", "班次", "班 班别 什么班"),
        _field("post", "值班点", "岗位 楼层 区域 地点 值班地点 值班位置"),
    ),
}
BY_WORD: Final = {kind: {field.word: field for field in fields} for kind, fields in FIELDS.items()}
_AROUND: Final = re.compile(r"[\s*＊:：、,，.。/\\_|()（）\[\]【】“”\"'#]|必填|选填")


def plain(head: object) -> str:
    """A head without what people decorate it with."""
    words = unicodedata.normalize("NFKC", "" if head is None else str(head)).lower()
    return _AROUND.sub("", re.sub(r"[(（].*?[)）]", "", words)) or _AROUND.sub("", words)


def _known() -> dict[Kind, dict[str, str]]:
    found: dict[Kind, dict[str, str]] = {}
    for kind, fields in FIELDS.items():
        heads = found[kind] = {}
        for field in fields:
            for head in field.heads:
                heads.setdefault(plain(head), field.word)
    return found


SYNONYMS: Final = _known()
"""The word of a head, by kind."""
