"""What each errcode of the platform means for a send, in one table (wechat.md 8)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.ports import Fate, Outcome


@dataclass(frozen=True, slots=True)
class Meaning:
    """The outcome of a send, and whether the token must be renewed first."""

    outcome: Outcome
    renew_token: bool = False


def _all(codes: Iterable[int], meaning: Meaning) -> dict[int, Meaning]:
    return {code: replace(meaning, outcome=replace(meaning.outcome, code=str(code))) for code in codes}


_BUG = Meaning(Outcome(Fate.GIVEN_UP, "消息格式不对，没有发出，已通知工程师", alert=True))
_KEYS = Meaning(
    Outcome(Fate.RETRY, "微信不认我们的账号或密钥，请管理员检查 [wechat] 配置", account_waits=True, alert=True)
)
_ADDRESS = Meaning(
    Outcome(Fate.RETRY, "微信没有放行这台服务器的 IP，请管理员到公众平台加白名单", account_waits=True, alert=True)
)
_TEMPLATE = Meaning(Outcome(Fate.PARKED, "模板不可用，请管理员检查", alert=True))
_BANNED = Meaning(Outcome(Fate.RETRY, "公众号的发送能力被限制，请改用电话并联系管理员", account_waits=True, alert=True))

TABLE: Final[dict[int, Meaning]] = {
    **_all([0], Meaning(Outcome(Fate.SENT, ""))),
    **_all([-1], Meaning(Outcome(Fate.RETRY, "微信系统忙，正在重试"))),
    **_all([40001, 40014, 42001, 41001], Meaning(Outcome(Fate.RETRY, "微信令牌过期，已换新的重试"), renew_token=True)),
    **_all([40013, 40125, 40243, 41002, 41004], _KEYS),
    **_all([40164, 61004, 89501, 89503, 89506, 89507], _ADDRESS),
    **_all([40003, 40031], Meaning(Outcome(Fate.GIVEN_UP, "这个微信号不属于本公众号，请核对绑定", alert=True))),
    **_all([40007], Meaning(Outcome(Fate.GIVEN_UP, "文件在微信那边过期了，请重新发一次"))),
    **_all([40008, 40033, 40035, 40038, 43002, 44002, 44004, 47001, 45001, 45007, 45008], _BUG),
    **_all([40036, 40037, 43106, 43116, 47003], _TEMPLATE),
    **_all([40130], Meaning(Outcome(Fate.GIVEN_UP, "只有一位要群发，微信至少要两位，没有发"))),
    **_all([45028], Meaning(Outcome(Fate.GIVEN_UP, "这个月的群发次数用完了"))),
    **_all([40132, 65401, 61452, 40200, 48008], Meaning(Outcome(Fate.GIVEN_UP, "这种消息本公众号不能发", alert=True))),
    **_all([40252], Meaning(Outcome(Fate.REVIEW, "微信正在审核这条消息，过了会自动发；急事请打电话", alert=True))),
    **_all([40241, 45065], Meaning(Outcome(Fate.SENT, "微信说刚发过同样的，按已送达算"))),
    **_all([40249], Meaning(Outcome(Fate.GIVEN_UP, "微信认为内容不合适，没有发出；请改了再发", alert=True))),
    **_all(
        [43004, 43005, 46004, 50005], Meaning(Outcome(Fate.GIVEN_UP, "对方取消了关注，只能打电话", unfollowed=True))
    ),
    **_all([43019], Meaning(Outcome(Fate.GIVEN_UP, "对方在公众号的黑名单里，没有发出"))),
    **_all([43101], Meaning(Outcome(Fate.GIVEN_UP, "对方没有订阅这类通知"))),
    **_all([43108], Meaning(Outcome(Fate.RETRY, "同一个人同时在发，正在重试"))),
    **_all([43117], Meaning(Outcome(Fate.RETRY, "发得太密，过十分钟再发", retry_after=600.0))),
    **_all([45002, 45003, 45004, 45005, 45006], Meaning(Outcome(Fate.GIVEN_UP, "消息太长，请分成几条再发"))),
    **_all(
        [45009],
        Meaning(
            Outcome(
                Fate.RETRY, "今天的发送次数用完了，明天零点后再发", account_waits=True, retry_after=1800.0, alert=True
            )
        ),
    ),
    **_all([45011], Meaning(Outcome(Fate.RETRY, "这一分钟发得太多，稍后再发", retry_after=60.0))),
    **_all(
        [45015], Meaning(Outcome(Fate.PARKED, "超过 48 小时没来信，微信不让发；对方一来信就自动发", window_closed=True))
    ),
    **_all(
        [45047], Meaning(Outcome(Fate.PARKED, "这次来信后能发的条数用完了；对方一来信就自动发", quota_used_up=True))
    ),
    **_all([45066], Meaning(Outcome(Fate.RETRY, "太快了，一分钟后再发", retry_after=60.0))),
    **_all([45067, 45072, 45080, 45081, 45109], _BUG),
    **_all(
        [48001],
        Meaning(
            Outcome(Fate.RETRY, "公众号没有这项权限（认证可能过期），请联系管理员", account_waits=True, alert=True)
        ),
    ),
    **_all([48002], Meaning(Outcome(Fate.GIVEN_UP, "对方关掉了接收消息，只能打电话"))),
    **_all([48004, 48006, 50002], _BANNED),
}

NO_ANSWER: Final = Outcome(Fate.UNKNOWN, "微信没应答，不确定送到没有；没有重发，请看一下对方是否收到", code="no-answer")
TOO_FAST: Final = Outcome(Fate.RETRY, "发得太密，过一会儿按次序再发", code="rate", account_waits=True)
NO_ACCOUNT: Final = Outcome(
    Fate.RETRY, "还没有接公众号，接好以后会发", code="no-account", account_waits=True, retry_after=60.0
)
NOT_REACHED: Final = Outcome(Fate.RETRY, "连不上微信，正在重试", code="no-connection")


def meaning(code: int) -> Meaning:
    """What an errcode means; one that is not in the table is given up after being shown to the staff."""
    known = TABLE.get(code)
    return known or Meaning(
        Outcome(Fate.GIVEN_UP, f"微信返回了没见过的代码 {code}，没有发出", code=str(code), alert=True)
    )
