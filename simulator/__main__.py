"""`python -m simulator`: the stand-in platform. Loopback only.

The secrets of the account come by the environment, since a list of processes shows arguments to everybody (fault S5).
"""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Middleware

from simulator import guard
from simulator.api import Api
from simulator.codec import Keys
from simulator.groups import Groups
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.sms import SmsCompany
from simulator.telephone import Company
from simulator.telephone_gateway import Gateway, unless_called
from simulator.world import World


def arguments() -> argparse.Namespace:
    """What the account and the platform have agreed on."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stand-in for the WeChat platform, on loopback only.",
        epilog="Secrets by the environment: SIMULATOR_SECRET, SIMULATOR_TOKEN, SIMULATOR_AES_KEY; for a telephone "
        "company SIMULATOR_TELEPHONE_KEY and _SECRET, and _RECEIPTS where the address of its receipts is secret too; "
        "the same account sends SMS: SIMULATOR_SMS_RECEIPTS, and SIMULATOR_SMS_HOME, the address in its text.",
    )
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument(
        "--target", default="http://127.0.0.1:8080/wechat", help="the webhook; several, by commas, take turns"
    )
    parser.add_argument("--app-id", required=True)
    parser.add_argument("--mode", choices=("secure", "compatible", "plain"), default="secure")
    parser.add_argument("--scene", type=Path, required=True, help="people, menu and log-ins")
    parser.add_argument("--console", default="", help="address of the console, for the link")
    parser.add_argument("--journal", type=Path, help="append every push and call as JSON lines")
    parser.add_argument("--offset-file", type=Path, help="the clock offset that the service reads too")
    parser.add_argument(
        "--practice",
        action="store_true",
        help="beside a home that practises: phones alone, only for who has SIMULATOR_DOOR, and no longer than stdin",
    )
    parser.add_argument(
        "--telephone-receipts",
        default=os.environ.get("SIMULATOR_TELEPHONE_RECEIPTS", ""),
        help="where the telephone company tells what became of a call",
    )
    parser.add_argument(
        "--telephone-seconds", type=float, default=1.0, help="how long a second of the telephone company lasts"
    )
    parser.add_argument("--home", default="", help="how the account is called; else the scene says it")
    found = parser.parse_args()
    receipts = list(filter(None, (found.telephone_receipts, os.environ.get("SIMULATOR_SMS_RECEIPTS", ""))))
    if not all(guard.is_loopback(target) for target in [*found.target.split(","), *receipts]):
        parser.error("the simulator talks to loopback only")
    if not os.environ.get("SIMULATOR_SECRET") or not os.environ.get("SIMULATOR_TOKEN"):
        parser.error("set SIMULATOR_SECRET and SIMULATOR_TOKEN in the environment")
    if bool(os.environ.get("SIMULATOR_TELEPHONE_KEY")) != bool(os.environ.get("SIMULATOR_TELEPHONE_SECRET")):
        parser.error("set both of SIMULATOR_TELEPHONE_KEY and SIMULATOR_TELEPHONE_SECRET in the environment, or none")
    if found.practice and not os.environ.get("SIMULATOR_DOOR"):
        parser.error("set SIMULATOR_DOOR in the environment")
    return found


async def serve(options: argparse.Namespace) -> None:
    """Run until told to stop."""
    given = os.environ.get
    keys = Keys(
        options.app_id,
        given("SIMULATOR_SECRET", ""),
        given("SIMULATOR_TOKEN", ""),
        given("SIMULATOR_AES_KEY", ""),
        options.mode,
    )
    world = World(
        keys,
        options.scene,
        options.target,
        console=options.console,
        journal=options.journal,
        offset_file=options.offset_file,
        home=options.home,
    )
    telephone = given("SIMULATOR_TELEPHONE_KEY", "")
    doors: list[Middleware] = [guard.only_here]
    if options.practice:
        door = guard.behind(given("SIMULATOR_DOOR", ""))
        doors.append(unless_called(door) if telephone else door)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pusher = Pusher(world, http)
        app = web.Application(middlewares=doors, client_max_size=12 * 1024 * 1024)
        company = texts = groups = None
        if telephone:
            gateway = Gateway(world, telephone, given("SIMULATOR_TELEPHONE_SECRET", ""))
            receipts, seconds = options.telephone_receipts, options.telephone_seconds
            company = Company(world, http, gateway, receipts=receipts, seconds=seconds)
            company.routes(app.router)
            told_sms, home = given("SIMULATOR_SMS_RECEIPTS", ""), given("SIMULATOR_SMS_HOME", "")
            texts = SmsCompany(world, http, gateway, receipts=told_sms, base=home, seconds=seconds)
            texts.routes(app.router)
            groups = Groups(world, telephone, given("SIMULATOR_TELEPHONE_SECRET", ""))
            groups.routes(app.router)
        PhonePage(world, pusher, company, texts, groups, practice=options.practice).routes(app.router)
        Api(world).routes(app.router)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", options.port).start()
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        if options.practice:  # who started it has the other end: when that process dies, this one ends
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), told.set)
        await told.wait()
        await runner.cleanup()
        if company is not None:
            await company.close()
        if texts is not None:
            await texts.close()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
