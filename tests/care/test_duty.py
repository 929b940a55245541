"""The rota as arithmetic: over midnight, across a change of clocks, filled by time and not by name (L6)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from care import duty
from care.duty import Change, Kind, Post, Work

ZONE = ZoneInfo("Asia/Shanghai")
DAY, NIGHT, WHOLE, OFF = (
    Kind(1, "白", time(8), time(20)),
    Kind(2, "夜", time(20), time(8)),
    Kind(3, "24小时", time(8), time(8)),
    Kind(4, "休", time(0), time(0), works=False),
)
KINDS = {kind.id: kind for kind in (DAY, NIGHT, WHOLE, OFF)}
SATURDAY = date(2026, 11, 28)


def at(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=ZONE).astimezone(UTC)


def gaps(post: Post, *changes: Change, days: int = 1) -> list[tuple[datetime, datetime, int]]:
    seats = duty.seated(changes)
    wanted = [SATURDAY + timedelta(days=n) for n in range(days)]
    found = duty.spans(post, seats, KINDS, wanted, ZONE, {})
    return [(span.begins, span.ends, span.missing) for span in found if span.staff is None]


def sits(number: int, staff: int, kind: Kind, day: date = SATURDAY) -> Change:
    return Change(number, (7, day, kind.id), None, staff)


def test_l6_a_night_goes_over_midnight_and_a_gap_is_exactly_what_nobody_fills() -> None:
    both = Post(7, shifts=(DAY.id, NIGHT.id))
    assert gaps(both) == [(at(28, 8), at(28, 20), 1), (at(28, 20), at(29, 8), 1)]
    assert gaps(both, sits(1, 11, DAY)) == [(at(28, 20), at(29, 8), 1)]
    assert gaps(both, sits(1, 11, WHOLE)) == []
    assert gaps(both, sits(1, 11, OFF)) == gaps(both)
    two = Post(7, least=2, shifts=(NIGHT.id,))
    half = Kind(5, "前半夜", time(20), time(2))
    KINDS[half.id] = half
    try:
        assert gaps(two, sits(1, 11, NIGHT), sits(2, 12, half)) == [(at(29, 2), at(29, 8), 1)]
    finally:
        del KINDS[half.id]


def test_l6_a_post_that_is_filled_on_weekdays_has_no_gap_on_a_saturday() -> None:
    assert gaps(Post(7, shifts=(DAY.id,), weekdays=frozenset(range(5))), days=3) == [(at(30, 8), at(30, 20), 1)]


def test_l6_the_newest_word_counts_and_a_replacement_is_one_act() -> None:
    seat = (7, SATURDAY, NIGHT.id)
    words = [sits(1, 11, NIGHT), Change(2, seat, 11, 12), Change(3, seat, 12, 13)]
    assert duty.seated(words) == {seat: {13: 3}}
    assert duty.seated([*words, Change(4, seat, 13, None)]) == {}


def test_l6_who_leaves_in_the_middle_of_a_night_leaves_a_gap_and_no_ghost() -> None:
    found = duty.spans(
        Post(7, shifts=(NIGHT.id,)), duty.seated([sits(1, 11, NIGHT)]), KINDS, [SATURDAY], ZONE, {11: at(28, 23)}
    )
    assert [(span.staff, span.begins, span.ends) for span in found] == [
        (11, at(28, 20), at(28, 23)),
        (None, at(28, 23), at(29, 8)),
    ]


def test_l6_a_night_of_the_change_of_clocks_is_as_long_as_it_is() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    begins, ends = NIGHT.hours(date(2026, 10, 24), berlin)
    assert ends - begins == timedelta(hours=13)
    assert (begins.astimezone(berlin).hour, ends.astimezone(berlin).hour) == (20, 8)


def test_l6_rules_are_seen_two_posts_more_than_a_day_on_end_and_too_little_rest() -> None:
    def work(begin: datetime, hours: int, post: int = 7) -> Work:
        return Work(post, begin, begin + timedelta(hours=hours))

    saturday = work(at(28, 8), 12)
    assert duty.against(saturday, []) == []
    assert duty.against(saturday, [work(at(28, 10), 12, post=8)]) == ["two"]
    assert duty.against(saturday, [work(at(28, 20), 12)]) == []
    assert duty.against(saturday, [work(at(28, 20), 12), work(at(29, 8), 12)]) == ["long"]
    assert duty.against(saturday, [work(at(28, 22), 8)]) == ["rest"]
    assert duty.against(saturday, [work(at(29, 4), 8)]) == []


def test_l6_turns_that_touch_are_no_two_posts_and_a_day_on_end_and_eight_hours_are_allowed() -> None:
    def work(begin: datetime, hours: float, post: int = 7) -> Work:
        return Work(post, begin, begin + timedelta(hours=hours))

    saturday = work(at(28, 8), 12)
    assert duty.against(saturday, [work(at(28, 20), 4, post=8), work(at(28, 4), 4, post=8)]) == []
    assert duty.against(saturday, [work(at(28, 19), 4, post=8)]) == ["two"]
    assert duty.against(saturday, [work(at(28, 5), 4, post=8)]) == ["two"]
    assert duty.against(saturday, [work(at(28, 10), 2)]) == [], "the same post is one turn"
    assert duty.against(saturday, [work(at(28, 20), 12.25)]) == ["long"]
    assert duty.against(saturday, [work(at(27, 20), 12.25), work(at(28, 20), 1)]) == ["long"]
    assert duty.against(saturday, [work(at(27, 19), 5)]) == [], "eight hours lie between"
    assert duty.against(saturday, [work(at(27, 20), 5)]) == ["rest"]
    assert duty.against(saturday, [work(at(29, 3), 8)]) == ["rest"]


def test_l6_who_left_before_a_shift_began_is_not_there_and_other_posts_are_not_looked_at() -> None:
    post = Post(7, shifts=(DAY.id,))
    for left, people in ((at(28, 8), 0), (at(28, 9), 1)):
        found = duty.spans(post, duty.seated([sits(1, 11, DAY)]), KINDS, [SATURDAY], ZONE, {11: left})
        assert len([span for span in found if span.staff]) == people
    elsewhere = Change(1, (8, SATURDAY, DAY.id), None, 11)
    gone = Change(2, (7, SATURDAY, 99), None, 12)
    assert gaps(post, elsewhere, gone) == gaps(post)
    assert gaps(Post(7, shifts=(OFF.id, 99))) == [], "nobody has to be there for a day off, or a shift that is gone"
    one = duty.spans(post, duty.seated([sits(5, 11, DAY)]), KINDS, [SATURDAY], ZONE, {})[0]
    assert (one.source, one.missing) == (5, 0)
    assert Kind(9, "整天", time(8), time(8)).hours(SATURDAY, ZONE) == (at(28, 8), at(29, 8))
    assert Post(1).least == 1
    assert Post(1).weekdays == set(range(7))
