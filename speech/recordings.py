"""What elders hear: fixed sentences, spoken beforehand, found by their words (voice.md 4)."""

import hashlib
import tomllib
from pathlib import Path
from typing import Final

from care.errors import JiashuError

FOLDER: Final = Path(__file__).parent / "sounds"


class Damaged(JiashuError):
    """录音 {file} 和登记的不一样，请重新安装。"""


def load(folder: Path = FOLDER) -> dict[str, bytes]:
    """The sounds (MP3, 24 kHz, mono, a few seconds each) by their words.

    Raises Damaged for a file that is not the recorded one.
    """
    found: dict[str, bytes] = {}
    for entry in tomllib.loads((folder / "recordings.toml").read_text(encoding="utf-8"))["recording"]:
        sound = (folder / entry["file"]).read_bytes()
        if hashlib.sha256(sound).hexdigest() != entry["sha256"]:
            raise Damaged(file=entry["file"])
        found[entry["words"]] = sound
    return found
