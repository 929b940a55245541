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
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.world import World


def arguments() -> argparse.Namespace:
    """What the account and the platform have agreed on."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A stand-in for the WeChat platform, on loopback only.",
        epilog="Secrets by the environment: SIMULATOR_SECRET, SIMULATOR_TOKEN, SIMULATOR_AES_KEY.",
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
    parser.add_argument("--home", default="", help="how the account is called; else the scene says it")
    found = parser.parse_args()
    if not all(guard.is_loopback(target) for target in found.target.split(",")):
        parser.error("the simulator talks to loopback only")
    if not os.environ.get("SIMULATOR_SECRET") or not os.environ.get("SIMULATOR_TOKEN"):
        parser.error("set SIMULATOR_SECRET and SIMULATOR_TOKEN in the environment")
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
    doors: list[Middleware] = [guard.only_here]
    if options.practice:
        doors.append(guard.behind(given("SIMULATOR_DOOR", "")))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pusher = Pusher(world, http)
        app = web.Application(middlewares=doors, client_max_size=12 * 1024 * 1024)
        PhonePage(world, pusher, practice=options.practice).routes(app.router)
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


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments()))
