"""The reference that ratios are divided by: aiohttp + wechatpy, encrypted in and out, no state at all; `--floor`
answers without reading.
"""

import argparse
import os

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply


def build(*, floor: bool) -> web.Application:
    """The application."""
    crypto = WeChatCrypto(os.environ["WX_TOKEN"], os.environ["WX_AES"], os.environ["WX_APPID"])

    async def reply(request: web.Request) -> web.Response:
        body, query = await request.text(), request.query
        if floor:
            return web.Response(text="success")
        plain = crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(plain)
        answer = create_reply(f"收到 {message.id}", message).render()
        return web.Response(
            text=crypto.encrypt_message(answer, query["nonce"], query["timestamp"]), content_type="application/xml"
        )

    app = web.Application()
    app.router.add_post("/wechat", reply)
    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--floor", action="store_true")
    options = parser.parse_args()
    web.run_app(build(floor=options.floor), host="127.0.0.1", port=options.port, print=None, access_log=None)
