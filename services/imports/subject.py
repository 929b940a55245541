"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from services.imports import command, forgetting
from services.subject import Command, Job, Running, Subject


async def _forget(running: Running, now: datetime) -> None:
    await running.database.write(lambda db: forgetting.forget(db, running.home_id, now))
    command.let_go()


SUBJECT: Final = Subject(
    name="imports",
    jobs=(Job("imports", 600.0, _forget, "放上来的表一天后删掉"),),
    actions={
        "stage_import": "放上一张表",
        "plan_import": "改列怎么对",
        "fix_import": "改表里的行",
        "begin_import": "开始登记",
        "apply_import": "登记一批",
        "undo_import": "撤回一批",
        "ask_export": "申请导出",
        "release_export": "放行导出",
        "refuse_export": "没放行导出",
        "fetch_export": "取走导出的表",
        "show_passwords": "看首次密码",
    },
    things={"import": "放上来的表", "export": "导出"},
    topics=("imports",),
    commands=(Command(command.ImportPart, command.part), Command(command.ImportSheet, command.run)),
)
