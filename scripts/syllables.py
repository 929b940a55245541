"""Write `care/syllables.toml`: how common characters sound, without their tone, from pypinyin (MIT). It is no part of
the product nor of its locks: unpack its wheel, put it on PYTHONPATH, run `python -m scripts.syllables`.
"""

from pathlib import Path

FILE = Path(__file__).parent.parent / "care" / "syllables.toml"
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "仇": "qiu",
    "解": "xie",
    "任": "ren",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "朴": "piao",
}
"""Characters that sound otherwise as the name of a family."""


def main() -> None:
    """All characters of GB 2312 and the frequent ones of Big5, by their syllable."""
    from pypinyin import Style, pinyin  # type: ignore[import-not-found]

    known: dict[str, str] = {}
    for code in range(0x4E00, 0x9FFF):
        sign = chr(code)
        if _common(sign):
            sound = SURNAMES.get(sign) or pinyin(sign, style=Style.NORMAL)[0][0].replace("ü", "v")
            known |= {sign: sound} if sound.isascii() else {}
    lines = ["# How characters sound, without their tone: written by scripts/syllables.py.", ""]
    lines += [
        f'{syllable} = "{"".join(sign for sign, sound in known.items() if sound == syllable)}"'
        for syllable in sorted(set(known.values()))
    ]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _common(sign: str) -> bool:
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        try:
            return sign.encode("big5") < b"\xc9"
        except UnicodeEncodeError:
            return False
    return True


if __name__ == "__main__":
    main()
