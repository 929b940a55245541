"""Write `understanding/signs.toml`: simplified characters, each with its traditional forms, from the table of OpenCC
(Apache-2.0). It is no part of the product nor of its locks: give the path of its `TSCharacters.txt`.
"""

import sys
from pathlib import Path

FILE = Path(__file__).parent.parent / "understanding" / "signs.toml"
KEPT = frozenset("喺嘅咗佢唔冇瞓攰乜啲嘢哋嚟")
"""Characters of Cantonese: they have a meaning of their own."""


def main(table: Path) -> None:
    """One line for each simplified character that has another form."""
    forms: dict[str, str] = {}
    for line in table.read_text(encoding="utf-8").splitlines():
        sign, _, plain = line.partition("\t")
        first = plain.split(" ")[0]
        if sign != first and sign not in KEPT and _common(sign) and _common(first):
            forms[first] = forms.get(first, "") + sign
    lines = ["# Simplified characters and their traditional forms: written by scripts/signs.py from OpenCC.", ""]
    lines += [f'"{plain}" = "{"".join(sorted(signs))}"' for plain, signs in sorted(forms.items())]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _common(sign: str) -> bool:
    return len(sign) == 1 and "\u4e00" <= sign <= "\u9fff"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
