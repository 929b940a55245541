"""`jiashu staff …`: what was written on the command line as a command of the house. No password is ever an argument."""

import argparse
import getpass
import secrets
import sys

import msgspec

from bot import beside, upgrade
from care.errors import Invalid
from care.states import Role
from services.setup.subject import NewCode
from services.staff import accounts
from settings import Settings
from storage import migrate


def run(settings: Settings, options: argparse.Namespace) -> int:
    """One of the acts, beside the running service or without it."""
    url = settings.database.url
    if options.command == "code":
        migrate.fit(url)
        sys.stdout.writelines(f"{line}\n" for line in beside.ask(settings, NewCode()))
        return 0

    if getattr(options, "settled", False) and options.new:
        raise Invalid(why="--new 的密码别人看得到，本人要自己换，不能和 --settled 一起用。")
    made = _password(options) if options.act in {"add", "password"} else ""
    if options.act == "add" and migrate.current(url) is None:
        upgrade.bring_up(url)
    migrate.fit(url)
    lines = beside.ask(settings, _form(options, made))
    out = sys.stdout if options.act == "list" else sys.stderr
    out.writelines(f"{line}\n" for line in lines)
    if getattr(options, "new", False):
        sys.stderr.write("密码只显示这一次，请当面交给本人：\n")
        sys.stdout.write(f"{made}\n")
    return 0


def _password(options: argparse.Namespace) -> str:
    if options.new:
        return secrets.token_urlsafe(9)
    return getpass.getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


def _form(options: argparse.Namespace, password: str) -> msgspec.Struct:
    match options.act:
        case "list":
            return accounts.ListStaff()
        case "add":
            return accounts.AddStaff(
                options.login, options.name, Role(options.role), password, options.floors, settled=options.settled
            )
        case "leave":
            return accounts.StaffLeaves(options.login)
        case "password":
            return accounts.NewPassword(options.login, password)
        case "role":
            return accounts.NewRole(options.login, Role(options.role))
        case "floors":
            return accounts.NewFloors(options.login, "" if options.floors == ["all"] else " ".join(options.floors))
        case "codes":
            return accounts.ResetCodes(options.login)
        case _:
            return accounts.EndSessions(options.login)
