"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from conversations.effects import AskToBind, TryCode
from services.families import binding, consents, contacts, photos, yearly
from services.subject import Job, Running, Subject
from storage import tables
from storage.tables.families_photos import PhotoConsent
from storage.unit import Unit


async def end_all(running: Running, now: datetime) -> None:
    """Each consent whose day is over, in a transaction of its own (F47)."""
    today = now.astimezone(running.house.home.zone).date()

    def over(db: Unit, table: type[tables.Consent] | type[PhotoConsent]) -> list[int]:
        found = select(table.id).where(table.withdrawn_at.is_(None), table.ends_on < today)
        return list(db.scalars(found.order_by(table.id)))

    numbers = await running.database.read(lambda db: over(db, tables.Consent))
    await running.each(numbers, lambda db, number: consents.ended(db, running.house, number, now))
    numbers = await running.database.read(lambda db: over(db, PhotoConsent))
    await running.each(numbers, lambda db, number: photos.ended(db, running.house, number, now))


SUBJECT: Final = Subject(
    name="families",
    executors={TryCode: binding.try_code, AskToBind: binding.ask},
    actions={
        "invite": "打绑定单",
        "ask_to_bind": "申请绑定",
        "bind": "确认绑定",
        "join": "两位对成一位",
        "merge_relatives": "两位家属对成一位",
        "undo_join": "分回两位",
        "undo_bind": "撤回绑定",
        "refuse_binding": "没核实",
        "change_phone": "改是谁的手机",
        "add_relative": "登记家属",
        "edit_relative": "改家属",
        "place_relative": "改打电话的先后",
        "make_primary": "改主要联系人",
        "prefer": "记下想怎样收到",
        "prove_relative": "证实亲属关系",
        "consent": "记一次同意",
        "attach_proof": "补同意的凭据",
        "consent_ended": "同意到期",
        "allow_pictures": "同意出现在别人家的照片里",
        "forbid_pictures": "不再出现在别人家的照片里",
        "see_notice": "看过告知",
        "look_consent": "过目同意，仍然有效",
        "name_contact": "换家属的联系人",
        "change_openids": "换了公众号，家属的微信编号跟着换",
        "narrow": "收窄范围",
        "withdraw_consent": "撤回同意",
        "remove_relative": "移除家属",
        "revoke_sheet": "作废绑定单",
        "add_wish": "记下心愿",
        "end_wish": "心愿不再有效",
        "start_dispute": "记下争议",
        "end_dispute": "结束争议",
    },
    things={"application": "绑定申请", "proof": "同意的凭据"},
    jobs=(Job("consents", 600, end_all, "收回到期的同意"),),
    promises={"binding": "绑定核实"},
    topics=("families",),
    today=lambda db, viewer, now: [*yearly.lines(db, viewer, now), *contacts.lines(db, viewer)],
)
