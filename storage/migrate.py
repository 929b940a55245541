"""Bring a database to today's schema, and tell whether it is there."""

import sqlite3
from pathlib import Path

HERE = Path(__file__).parent


def head() -> str:
    """The newest revision of this release."""
    from alembic.script import ScriptDirectory

    newest = ScriptDirectory(str(HERE / "migrations")).get_current_head()
    if newest is None:
        message = "no migrations are installed"
        raise RuntimeError(message)
    return newest


def current(path: Path) -> str | None:
    """The revision of a database file; None when it has no schema."""
    if not path.exists():
        return None
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError:
            return None
    return str(row[0]) if row else None


def has_rows(path: Path) -> bool:
    """Whether anything was ever stored; decides whether a new key file may be made."""
    if current(path) is None:
        return False
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return connection.execute("SELECT 1 FROM home LIMIT 1").fetchone() is not None


def upgrade(path: Path, to: str = "head") -> None:
    """Run the migrations that the file lacks, up to a revision; it is made when it does not exist."""
    from alembic import command
    from alembic.config import Config

    path.parent.mkdir(parents=True, exist_ok=True)
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["path"] = path
    command.upgrade(config, to)
