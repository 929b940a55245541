"""`jiashu import FILE`: the file goes in pieces to the running service, or is read here when none runs; the last line
on stdout is one JSON object.
"""

import argparse
import secrets
import sys
from pathlib import Path
from typing import Final

from bot import beside
from care.errors import Invalid
from services.imports.book import BYTES
from services.imports.command import ImportPart, ImportSheet
from settings import Settings
from storage import migrate

PIECE: Final = 512 * 1024


def run(settings: Settings, options: argparse.Namespace) -> int:
    """Sentences go to stderr, the JSON to stdout. Raises JiashuError."""
    file: Path = options.file
    if file.stat().st_size > BYTES:
        raise Invalid(why="文件超过 20 MB 了，请删掉图片和不要的表再来。")
    migrate.fit(settings.database.url)
    token = secrets.token_hex(8)
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            beside.ask(settings, ImportPart(token, piece))
    *said, told = beside.ask(settings, ImportSheet(token, file.name, options.dry_run, options.login))
    sys.stderr.writelines(f"{line}\n" for line in said)
    sys.stdout.write(f"{told}\n")
    return 0
