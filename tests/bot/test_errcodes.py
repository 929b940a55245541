"""What becomes of a message for each errcode of the platform (wechat.md 8), told by what people notice of it."""

from bot import errcodes
from services.ports import Fate

FATES: dict[Fate, set[int]] = {
    Fate.SENT: {0, 40241, 45065},
    Fate.RETRY: {-1, 43108, 43117, 45009, 45011, 45066, 48001, 48004, 48006, 50002}
    | {40001, 40014, 42001, 41001}
    | {40013, 40125, 40243, 41002, 41004}
    | {40164, 61004, 89501, 89503, 89506, 89507},
    Fate.PARKED: {40036, 40037, 43106, 43116, 47003, 45015, 45047},
    Fate.REVIEW: {40252},
    Fate.GIVEN_UP: {40003, 40031, 40007, 40132, 65401, 61452, 40200, 48008, 40249, 43019, 43101, 48002}
    | {40130, 45028}
    | {43004, 43005, 46004, 50005}
    | {45002, 45003, 45004, 45005, 45006}
    | {40008, 40033, 40035, 40038, 43002, 44002, 44004, 47001, 45001, 45007, 45008}
    | {45067, 45072, 45080, 45081, 45109},
}
THE_HOME_CAN_DO_NOTHING = {40241, 45065, 0, -1, 40001, 40014, 42001, 41001, 43108, 43117, 45011, 45066}
A_COLLEAGUE_SEES_TO_IT = {40007, 43004, 43005, 46004, 50005, 43019, 43101, 48002, 45015, 45047, 40130, 45028} | set(
    range(45002, 45007)
)
ALL_WAIT = (
    {40013, 40125, 40243, 41002, 41004, 40164, 61004, 89501, 89503, 89506, 89507}
    | {45009, 48001}
    | {48004, 48006, 50002}
)
"""What concerns the account: no other message would leave either."""


def having(flag: str) -> set[int]:
    """The codes whose outcome has a flag."""
    return {code for code, found in errcodes.TABLE.items() if getattr(found.outcome, flag)}


def test_each_errcode_of_the_platform_leads_where_the_paper_says() -> None:
    found: dict[Fate, set[int]] = {fate: set() for fate in FATES}
    for code, known in errcodes.TABLE.items():
        found[known.outcome.fate].add(code)
        assert errcodes.meaning(code) is known
        assert known.outcome.code == str(code)
    assert found == FATES


def test_an_engineer_is_alerted_where_nobody_in_the_home_can_mend_it_and_never_for_a_daily_thing() -> None:
    assert having("alert") == set(errcodes.TABLE) - THE_HOME_CAN_DO_NOTHING - A_COLLEAGUE_SEES_TO_IT
    assert errcodes.meaning(99999).outcome.alert
    assert not any(one.alert for one in (errcodes.NO_ANSWER, errcodes.TOO_FAST, errcodes.NOT_REACHED))


def test_what_concerns_the_account_holds_back_all_and_what_concerns_one_person_that_one_alone() -> None:
    assert having("account_waits") == ALL_WAIT
    assert errcodes.TOO_FAST.account_waits
    assert not errcodes.NOT_REACHED.account_waits
    assert having("unfollowed") == {43004, 43005, 46004, 50005}
    assert having("window_closed") == {45015}
    assert having("quota_used_up") == {45047}
    assert {code for code, found in errcodes.TABLE.items() if found.renew_token} == {40001, 40014, 42001, 41001}
    rests = {code: found.outcome.retry_after for code, found in errcodes.TABLE.items() if found.outcome.retry_after}
    assert rests == {43117: 600.0, 45009: 1800.0, 45011: 60.0, 45066: 60.0}
