"""What was uploaded, row by row, what became of each, how columns were read before; and exports that wait for a second
person (N3, P3).
"""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped

from care.imports import ImportedRow, ImportState
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed, searchable


class ImportRun(Base):
    """One file that was uploaded. Its rows go a day later; what was written by it stays."""

    __tablename__ = "import_run"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_import_run_home", "home_id", "made_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    made_by: Mapped[int] = column(BigInteger, "the colleague who uploaded it")
    made_at: Mapped[datetime] = column(Moment, "when")
    sha: Mapped[str] = searchable(64, "which file it is")
    name: Mapped[bytes] = sealed("the name of the file, which often names people")
    plans: Mapped[bytes | None] = sealed("how each sheet is read, as JSON; heads may be anything", nullable=True)
    state: Mapped[str] = closed(ImportState, String(10), "how far it has come")
    done_rows: Mapped[int] = column(Integer, "how far the writing has come", default=0, server_default="0")
    all_rows: Mapped[int] = column(Integer, "of how many", default=0, server_default="0")
    began_at: Mapped[datetime | None] = column(Moment, "when the writing began", nullable=True)
    beat_at: Mapped[datetime | None] = column(Moment, "the last sign of life of the writing", nullable=True)
    applied_at: Mapped[datetime | None] = column(Moment, "when it was written", nullable=True)
    applied_by: Mapped[int | None] = column(BigInteger, "by whom", nullable=True)
    undone_at: Mapped[datetime | None] = column(Moment, "when it was taken back", nullable=True)
    counts: Mapped[str | None] = column(
        String(200), "how many residents, relatives, colleagues, shifts were written, as JSON", nullable=True
    )
    told: Mapped[bytes | None] = sealed(
        "first passwords of new colleagues until they were shown, as JSON", nullable=True
    )
    failed: Mapped[bytes | None] = sealed("why the last try wrote nothing", nullable=True)


class ImportRow(Base):
    """One line of a sheet: what stood there, what was filled in by hand, what was written because of it."""

    __tablename__ = "import_row"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_import_row_run", "run_id", "sheet", "number"),)

    home_id: Mapped[int] = link("home.id", "which home")
    run_id: Mapped[int] = link("import_run.id", "of which file")
    sheet: Mapped[int] = column(SmallInteger, "which of its sheets, from 0")
    number: Mapped[int] = column(Integer, "the number that Excel shows")
    hidden: Mapped[bool] = column(Boolean, "whether it was hidden in the sheet")
    raw: Mapped[bytes | None] = sealed("its cells, as JSON", nullable=True)
    fixed: Mapped[bytes | None] = sealed("what a colleague filled in or decided, as JSON", nullable=True)
    verdict: Mapped[str] = closed(ImportedRow, String(10), "what became of it")
    why: Mapped[bytes | None] = sealed("why it was left or kept", nullable=True)
    made: Mapped[bytes | None] = sealed("the rows that were written, with their values, as msgpack", nullable=True)


class ImportMap(Base):
    """How the columns of a set of heads were read the last time."""

    __tablename__ = "import_map"
    after_practice = After.KEPT
    __table_args__ = (Index("uq_import_map_heads", "home_id", "heads", unique=True),)

    home_id: Mapped[int] = link("home.id", "which home")
    heads: Mapped[str] = searchable(64, "a hash over the heads and of whom they tell")
    fields: Mapped[str] = column(String(4000), "the field of each column, by commas; empty = left out")
    used_at: Mapped[datetime] = column(Moment, "when it was confirmed last")


class ExportAsk(Base):
    """An export that somebody asked for, with the reason, and who else released it (P3)."""

    __tablename__ = "export_ask"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_export_ask_home", "home_id", "asked_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    kind: Mapped[str] = column(Word(12), "residents, relatives, staff or rota")
    reason: Mapped[bytes] = sealed("what it is for; may name people")
    asked_by: Mapped[int] = column(BigInteger, "the colleague who asks")
    asked_at: Mapped[datetime] = column(Moment, "when")
    decided_by: Mapped[int | None] = column(BigInteger, "who else released or refused it", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    released: Mapped[bool | None] = column(Boolean, "null while nobody has decided", nullable=True)
    until_at: Mapped[datetime | None] = column(Moment, "until when the file may be fetched", nullable=True)
    fetched: Mapped[int] = column(SmallInteger, "how often it was", default=0, server_default="0")
