"""Names that sound alike are known for it, also in old characters (F12)."""

from care import names


def test_n3_names_that_sound_alike_are_the_same_to_the_ear() -> None:
    assert names.sound("王桂兰") == names.sound("王桂蘭") == names.sound("汪贵岚") == "wang gui lan"
    assert names.sound("单 田芳") == "shan tian fang"
    assert names.sound("阿依·古丽") == "a yi gu li"
    assert names.sound("王𠮷") == "wang 𠮷", "an uncommon sign is only like itself"
    assert names.sound("李静") != names.sound("李进")
