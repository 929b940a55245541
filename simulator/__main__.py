"""`python -m simulator`: the stand-in platform. Loopback only."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

import aiohttp
from aiohttp import web

from simulator.api import Api
from simulator.codec import Keys
from simulator.phone import PhonePage
from simulator.pushes import Pusher
from simulator.world import World


def arguments() -> argparse.Namespace:
    """What the account and the platform have agreed on."""
    parser = argparse.ArgumentParser(
        prog="python -m simulator", description="A stand-in for the WeChat platform, on loopback only."
    )
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument(
        "--target", default="http://127.0.0.1:8080/wechat", help="the webhook; several, by commas, take turns"
    )
    parser.add_argument("--app-id", required=True)
    parser.add_argument("--secret", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--aes-key", default="")
    parser.add_argument("--mode", choices=("secure", "compatible", "plain"), default="secure")
    parser.add_argument("--scene", type=Path, required=True, help="people, menu and log-ins")
    parser.add_argument("--console", default="", help="address of the console, for the link")
    parser.add_argument("--journal", type=Path, help="append every push and call as JSON lines")
    parser.add_argument("--offset-file", type=Path, help="the clock offset that the service reads too")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Run until told to stop."""
    keys = Keys(options.app_id, options.secret, options.token, options.aes_key, options.mode)
    world = World(
        keys,
        options.scene,
        options.target,
        console=options.console,
        journal=options.journal,
        offset_file=options.offset_file,
    )
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        pusher = Pusher(world, http)
        app = web.Application(client_max_size=12 * 1024 * 1024)
        Api(world).routes(app.router)
        PhonePage(world, pusher).routes(app.router)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", options.port).start()
        told = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, told.set)
        await told.wait()
        await runner.cleanup()


if __name__ == "__main__":
    chosen = arguments()
    if not all("127.0.0.1" in one or "localhost" in one for one in chosen.target.split(",")):
        sys.exit("the simulator talks to loopback only")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(chosen))
