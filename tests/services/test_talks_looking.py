"""Who is sent to look (F27)."""

from care.accusations import Accusation, Colleague, Names
from services.house import House
from services.talks import looking
from settings import Home


def test_f27_who_goes_to_the_bed_is_of_that_floor() -> None:
    house = House(Home(name="青禾颐养院"))
    house.names = Names([Colleague(1, "唐雨", "nurse", frozenset("3")), Colleague(2, "周敏", "carer", frozenset("2"))])
    by_another = Accusation(staff=frozenset({9}))
    assert [looking.bedside(house, by_another, floor) for floor in ("2", "3", "")] == ["carer", "nurse", "nurse"]
    assert looking.bedside(house, Accusation(staff=frozenset({1})), "3") == "director", "nobody else is there"
