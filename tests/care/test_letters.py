"""What a letter may say (U1, U2, F20, F21)."""

import pytest

from care import letters


def looked(facts: dict[str, tuple[str, ...]] | None = None, sentence: str = "", **more: object) -> letters.Looked:
    rest = {"temperature": None, "photos": 0, "yesterday": "", "others": []} | more
    return letters.look(facts or {}, sentence, **rest)  # type: ignore[arg-type]


def test_u1_nothing_recorded_is_never_a_letter_and_never_all_is_well() -> None:
    assert "什么都没记" in looked().wrong[0]
    assert "不能写「平安」" in looked(sentence="今日平安").wrong[0]
    assert looked({"mood": ("开心",)}, "平安喜乐的一天").wrong == ()
    assert looked(photos=1).wrong == ()


@pytest.mark.parametrize(
    ("facts", "sentence", "temperature", "why"),
    [
        ({"meals": ("两顿没吃",)}, "", None, "两顿没吃"),
        ({"body": ("有变化",)}, "", None, "身体有变化"),
        ({"sleep": ("好",)}, "", 38.0, "发热"),
        ({"sleep": ("好",)}, "下午在走廊摔了一下，没事", None, "句子里有坏消息"),
        ({"sleep": ("好",)}, "夜里叫了 120", None, "句子里有坏消息"),
        ({"sleep": ("好",)}, "去 1201 室串门", None, ""),
        ({"meals": ("一顿没吃",)}, "", 37.9, ""),
        ({"body": ("平稳",)}, "唱了歌", 36.5, ""),
    ],
)
def test_u4_bad_news_waits_for_a_call(
    facts: dict[str, tuple[str, ...]], sentence: str, temperature: float | None, why: str
) -> None:
    found = looked(facts, sentence, temperature=temperature)
    assert (found.hold, found.wrong) == (why, ())


def test_u2_a_low_mood_says_what_was_done_and_a_sentence_is_nobody_elses() -> None:
    assert "我们做了什么" in looked({"mood": ("低落",)}).wrong[0]
    assert looked({"mood": ("低落",)}, "想女儿了，我们陪她看了照片").wrong == ()
    assert "和昨天的一样" in looked(sentence="在院子里散步", yesterday="在院子里散步").wrong[0]
    assert "同一句话" in looked(sentence="一切都好", others=["一切都好"] * 3).wrong[0]
    assert looked(sentence="一切都好", others=["一切都好"] * 2).wrong == ()
    assert "体温像是写错了" in looked({"sleep": ("好",)}, temperature=365.0).wrong[0]


def test_f14_a_reader_sees_what_was_ticked_and_what_was_agreed() -> None:
    facts = letters.known(
        {"meals": ["大半", "少量"], "doing": ["唱歌", "散步"], "body": ["平稳"], "shoe": ["x"], "sleep": ["很好"]}
    )
    assert facts == {"meals": ("大半",), "doing": ("唱歌", "散步"), "body": ("平稳",)}
    assert letters.readable(facts, {"daily"}) == [("吃饭", "大半"), ("活动", "唱歌、散步")]
    assert letters.readable(facts, {"daily", "health"})[-1] == ("身体", "平稳")


@pytest.mark.parametrize(
    ("relation", "sex", "expected"),
    [
        ("女儿", "女", "妈妈的一天"),
        ("大儿子", "男", "爸爸的一天"),
        ("外孙女", "女", "王桂兰的一天"),
        ("儿媳", "女", "王桂兰的一天"),
        ("女儿", None, "王桂兰的一天"),
        ("老伴", "女", "王桂兰的一天"),
        ("", "男", "王桂兰的一天"),
        ("干女儿", "女", "王桂兰的一天"),
        ("侄儿子", "男", "王桂兰的一天"),
    ],
)
def test_u1_a_letter_is_called_as_the_family_says(relation: str, sex: str | None, expected: str) -> None:
    assert letters.title(relation, sex, "王桂兰") == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "今天有点发热，医生看过",
        "下午量了 37.8 度，精神还好",
        "上午摔了一下，没大碍",
        "换了降压药，中午睡得沉",
        "有点咳，多喝了水",
        "去医院复查，都好",
        "夜里起来两次，认不出孙女",
        "中午没胃口，喂食慢",
        "膝盖疼，少走了几步",
        "有点ＣＴ结果要等",
    ],
)
def test_fault_c2_what_names_body_illness_or_medicine_is_for_who_may_know_of_health(sentence: str) -> None:
    assert letters.of_body(sentence)
    assert letters.sentence_for({}, sentence, ("daily",)) == ""
    assert letters.sentence_for({}, sentence, ("daily", "health")) == sentence


@pytest.mark.parametrize(
    "sentence",
    [
        "上午折了六朵纸花。",
        "中午红烧肉全吃了，还添了半碗饭",
        "和隔壁张奶奶下棋，赢了两盘",
        "太阳好，在院子里坐了一个小时，说方便的话周末视频",
        "唱了两首越剧，大家鼓掌",
    ],
)
def test_fault_c2_a_day_is_read_by_everybody_unless_its_writer_says_otherwise(sentence: str) -> None:
    assert letters.of_body(sentence) == ""
    assert letters.sentence_for({}, sentence, ("daily",)) == sentence
    assert letters.sentence_for({letters.SENTENCE: ("health",)}, sentence, ("daily",)) == ""


@pytest.mark.parametrize(
    ("sentence", "word"),
    [("上午量了血压，都好", "血压"), ("伤口换了药", "伤口"), ("昏睡了一下午", "昏睡"), ("在院子里晒太阳", "")],
)
def test_fault_c2_the_writer_reads_the_whole_word_that_tells_of_the_body(sentence: str, word: str) -> None:
    letters._ears.cache_clear()
    assert letters.of_body(sentence) == word


def test_u1_anything_that_was_recorded_makes_a_letter_by_itself() -> None:
    for given in (
        looked({"meals": ("全部",)}),
        looked(sentence="在院子里散步"),
        looked(temperature=36.5),
        looked(photos=1),
    ):
        assert given.wrong == ()
    assert looked({"mood": ("平静",)}, yesterday="").wrong == (), "no sentence is not the sentence of yesterday"


@pytest.mark.parametrize(
    ("temperature", "wrong"), [(33.9, True), (34.0, False), (43.0, False), (43.1, True), (None, False)]
)
def test_u2_a_temperature_that_no_body_has_is_asked_about(temperature: float | None, wrong: bool) -> None:
    assert bool(looked({"sleep": ("好",)}, temperature=temperature).wrong) is wrong


def test_u2_both_low_moods_ask_what_was_done() -> None:
    assert [bool(looked({"mood": (mood,)}).wrong) for mood in letters.BY_ID["mood"].options] == [
        False,
        False,
        True,
        True,
    ]


def test_f14_what_there_was_for_everybody_is_read_by_who_reads_of_the_days() -> None:
    facts = {letters.HOUSE: ("包饺子", "听戏"), "sleep": ("好",)}
    assert letters.readable(facts, {"daily"}) == [("睡眠", "好"), ("今天院里", "包饺子；听戏")]
    assert letters.readable(facts, {"health"}) == []
