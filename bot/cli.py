"""The command `jiashu`. Exit 0 = done, 2 = wrong use, 1 = failed; messages go to stderr."""

import argparse
import gc
import logging
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final

from care.errors import FileTrouble, JiashuError, reason
from settings import Settings

log = logging.getLogger("jiashu.cli")
ROLES: Final = ("carer", "nurse", "desk", "supervisor", "director", "admin", "auditor")


class _Version(argparse.Action):
    """Looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from bot import version

        sys.stdout.write(f"{version.words()}\n")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All commands with their options."""
    top = argparse.ArgumentParser(prog="jiashu", description="家书：养老机构的微信服务号。")
    top.add_argument("--version", action=_Version, nargs=0, help="版本，和它要的数据库结构")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--config", type=Path, default=None, metavar="F", help="TOML 配置文件；不写时只看环境变量 JIASHU_<段>__<键>"
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    serve = commands.add_parser("serve", parents=[shared], help="运行服务")
    serve.add_argument(
        "--role",
        choices=("all", "web", "worker"),
        default="all",
        help="web 收消息和控制台，worker 发送和定时，all 都做；SQLite 只有 all",
    )
    serve.add_argument("--migrate", action="store_true", help="启动前先更新数据库结构")
    migrating = commands.add_parser("migrate", parents=[shared], help="建数据库，或更新它的结构；升级请用 upgrade")
    migrating.add_argument(
        "--adopt", action="store_true", help="机构改了名、换了公众号：让数据库从此跟着现在的配置；要先停服务"
    )
    commands.add_parser(
        "upgrade", parents=[shared], help="升级：先备份，再更新数据库结构，再核对，并说怎么退回；要先停服务"
    )
    change = commands.add_parser(
        "changeopenid", parents=[shared], help="换了公众号以后：向微信问每位家属在新号里的编号；要先停服务"
    )
    change.add_argument("old_app_id", help="原来公众号的 AppID")
    commands.add_parser("code", parents=[shared], help="还没有院长时，再要一个启动码；服务在运行也可以用")
    _staff(commands.add_parser("staff", help="工作人员；服务在运行也可以用"), shared)
    sheet = commands.add_parser(
        "import",
        parents=[shared],
        help="把院里自己的表（.xlsx、.csv）登记进来：老人、家属、同事、值班；服务在运行也可以用",
    )
    sheet.add_argument("file", type=Path, help="表")
    sheet.add_argument("--dry-run", action="store_true", help="只说会怎样，什么都不改")
    sheet.add_argument("--as", dest="login", default="", metavar="登录名", help="以谁的名义；不写就是院长")
    audit = commands.add_parser("audit", help="审计").add_subparsers(dest="act", required=True, metavar="动作")
    audit.add_parser(
        "verify", parents=[shared], help="核对审计链：有没有改过、删过、插过、换过顺序、截掉尾巴；SQLite 要先停服务"
    )
    keep = commands.add_parser("backup", parents=[shared], help="备份数据库和媒体文件，封存成一个文件；服务不用停")
    keep.add_argument(
        "--to", type=Path, default=None, metavar="F", help="写到哪个文件；不写就放进 security.backups，留 14 天"
    )
    bring = commands.add_parser(
        "restore", parents=[shared], help="把备份恢复到空的数据库；院长确认之前什么都不会发出去"
    )
    bring.add_argument("file", type=Path, help="备份文件")
    carry = commands.add_parser(
        "move", parents=[shared], help="把 SQLite 的数据搬到另一个数据库，数一遍、逐行核对；要先停服务"
    )
    carry.add_argument(
        "--to",
        default=None,
        metavar="URL",
        help="例如 postgresql://用户@主机/库名；密码不写在命令里（谁都能在进程列表里看到）："
        "整个地址放进环境变量 JIASHU_MOVE_TO，或写 --to - 从标准输入读一行",
    )
    commands.add_parser(
        "doctor", parents=[shared], help="逐项看数据库、钥匙、目录、备份、微信账号、外网地址，说怎么办；什么都不改"
    )
    commands.add_parser(
        "answer", parents=[shared], help="标准输入里每行一个问题，每行答一个 JSON；不写配置时只用自带的四十条"
    )
    commands.add_parser(
        "understand",
        parents=[shared],
        help="标准输入里每行一句话（或 JSON：text、who、open），每行答一个 JSON：想要什么、有多急、答案是哪一条",
    )
    commands.add_parser("triage", help="标准输入里每行一句话，每行答一个 JSON：有多急、为什么、谁该看到")
    days = commands.add_parser("calendar", help="一段时间里的节日，每行一个 JSON；可以加一个生日")
    days.add_argument("--from", dest="first", required=True, metavar="D", help="从哪天，如 2027-01-01")
    days.add_argument("--to", dest="last", required=True, metavar="D", help="到哪天，含当天")
    days.add_argument(
        "--birthday", default=None, metavar="B", help="1941-06-30，农历 1941-06-30-lunar，闰月 1941-06-30-lunar-leap"
    )
    simulate = commands.add_parser("simulate", parents=[shared], help="启动微信模拟器，连到正在运行的服务")
    simulate.add_argument("--port", type=int, default=8090, help="模拟器的端口")
    simulate.add_argument("--scene", type=Path, default=None, help="人物和菜单")
    demo = commands.add_parser("demo", help="样板机构：服务和模拟器一起启动，数据是虚构的")
    demo.add_argument("--port", type=int, default=8080, help="控制台的端口")
    demo.add_argument("--phone-port", type=int, default=8090, help="手机的端口")
    demo.add_argument("--data", type=Path, default=Path("var/demo"), help="数据目录，每次启动清空，除非写了 --keep")
    demo.add_argument(
        "--fortnight",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="在后台补上前两周的事：家书、投诉、紧急、问卷……",
    )
    demo.add_argument("--keep", action="store_true", help="接着上次的数据，不清空，也不再补")
    return top


def _staff(parser: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", required=True, metavar="动作")
    roles: dict[str, Any] = {"choices": ROLES, "help": "护理、护士、客服、主管、院长、管理员、审计"}
    new: dict[str, Any] = {"action": "store_true", "help": "由系统起一个密码，只显示这一次；不写就从标准输入读"}
    acts.add_parser("list", parents=[shared], help="列出所有人：登录名、姓名、岗位、楼层")
    add = acts.add_parser("add", parents=[shared], help="添加一位工作人员，密码从标准输入读")
    add.add_argument("login", help="登录名")
    add.add_argument("name", help="姓名，家属会看到")
    add.add_argument("role", **roles)
    add.add_argument("--floors", default="", help='负责的楼层，用空格隔开，如 "2 3"；不写就是全院')
    add.add_argument("--new", **new)
    add.add_argument(
        "--settled",
        action="store_true",
        help="密码是本人自己输的，保密承诺已在纸上签过：第一次登录不再请她换密码、看承诺",
    )
    for act, words in {
        "leave": "离开：不能再登录，写过的都还在",
        "password": "换密码，已登录的都退出",
        "role": "改岗位",
        "floors": "改负责的楼层",
        "logout": "退出所有登录，例如手机丢了",
        "codes": "重置登录验证码：手机和恢复码都丢了，又没有别的院长",
    }.items():
        one = acts.add_parser(act, parents=[shared], help=words)
        one.add_argument("login", help="登录名")
        if act == "role":
            one.add_argument("role", **roles)
        elif act == "floors":
            one.add_argument("floors", nargs="+", metavar="层", help="楼层，如 2 3；全院写 all")
        elif act == "password":
            one.add_argument("--new", **new)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command."""
    gc.set_threshold(500_000, 10, 10)  # what is imported is no garbage: a fifth of the CPU of a start went into looking
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except JiashuError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:  # whatever a disk or a net refuses a command is a sentence, never a traceback (I10)
        sys.stderr.write(f"{FileTrouble(path=error.filename or '', why=reason(error))}\n".removeprefix("："))
        return 1
    except KeyboardInterrupt:
        return 0


def entry() -> None:
    """The console script."""
    sys.exit(main())


def _run(options: argparse.Namespace) -> int:
    from bot import config, logs

    logs.start()
    if options.command == "demo":
        from bot import demo

        return _loop(
            demo.run(options.port, options.phone_port, options.data, fortnight=options.fortnight, keep=options.keep)
        )
    if options.command == "calendar":
        from bot import days

        return days.run(options.first, options.last, options.birthday, sys.stdout)
    if options.command in {"answer", "triage", "understand"}:
        from bot import questions

        return questions.run(options.command, getattr(options, "config", None), sys.stdin, sys.stdout)
    settings = config.load(options.config)
    if options.command == "serve":
        return _serve(settings, options)
    return _of_house(settings, options)


def _of_house(settings: Settings, options: argparse.Namespace) -> int:
    """What works on the database of a home."""
    from bot import upgrade

    if options.command in {"migrate", "upgrade"}:
        return upgrade.run(settings, options)
    if options.command == "changeopenid":
        from bot import openids

        return _loop(openids.change(settings, options.old_app_id))
    if options.command == "simulate":
        from bot import demo

        return _loop(demo.simulate(settings, options.port, options.scene))
    if options.command in {"audit", "backup", "doctor", "restore", "move"}:
        from bot import upkeep

        return upkeep.run(settings, options)
    if options.command == "import":
        from bot import importing

        return importing.run(settings, options)
    from bot import accounts

    return accounts.run(settings, options)


def _loop(work: Coroutine[Any, Any, int | None]) -> int:
    import uvloop

    return uvloop.run(work) or 0


def _serve(settings: Settings, options: argparse.Namespace) -> int:
    from bot import upgrade, version
    from storage import migrate

    log.info(version.words(), extra={"action": "start", "role": options.role})
    if options.role != "all" and settings.database.is_file:
        sys.stderr.write("SQLite 只能由一个进程使用，请去掉 --role，或写 --role all。\n")
        return 2
    if options.migrate or migrate.current(settings.database.url) is None:
        upgrade.bring_up(settings.database.url)
    return _loop(_until_told(settings, options.role))


async def _until_told(settings: Settings, role: str) -> None:
    from bot.serving import running, until_told

    async with running(settings, role=role):
        await until_told()


if __name__ == "__main__":
    entry()
