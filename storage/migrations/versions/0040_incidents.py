"""Incidents with their steps and calls, the home's own plans, and whom to call outside (E1–E5, L8).

Nothing is invented: the house begins with the starter plans of the code and without incidents.
"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

DOERS = ("anyone", "carer", "nurse", "desk", "supervisor", "director")
CALLS = ("", "ambulance", "fire", "police", "family", "authority")
ENDS = ("reached", "no_answer", "busy", "wrong")


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=False, nullable=False)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, info={"target": target})


def _at(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _sealed(name: str, *, nullable: bool = True) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=nullable)


def _text(name: str, size: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(size), nullable=False, server_default="")


def _table(name: str, *parts: sa.Column[object] | sa.Constraint) -> None:
    columns = [part for part in parts if isinstance(part, sa.Column)]
    keys = [
        sa.ForeignKeyConstraint(
            [column.name],
            [f"{column.info['target']}.id"],
            name=op.f(f"fk_{name}_{column.name}_{column.info['target']}"),
            deferrable=True,
            initially="DEFERRED",
        )
        for column in columns
        if "target" in column.info
    ]
    others = [part for part in parts if isinstance(part, sa.Constraint)]
    op.create_table(name, _id(), *columns, *keys, *others, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _checked(table: str, column: str, *words: str) -> sa.CheckConstraint:
    one_of = " OR ".join(f"{column} = '{word}'" for word in words)
    return sa.CheckConstraint(one_of, name=op.f(f"ck_{table}_{column}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    """Five new tables."""
    text, whole, big = sa.String, sa.Integer, sa.BigInteger
    _table(
        "incident",
        _link("home_id", "home"),
        _link("alarm_id", "alarm", nullable=True),
        _link("resident_id", "resident", nullable=True),
        sa.Column("plan", text(16), nullable=False),
        sa.Column("drill", sa.Boolean(), nullable=False, server_default="0"),
        _text("place", 48),
        _at("opened_at", nullable=False),
        sa.Column("opened_by", big(), nullable=False),
        _link("lead_id", "staff", nullable=True),
        _sealed("note"),
        sa.Column("written_by", big(), nullable=True),
        _sealed("revision"),
        _sealed("no_family"),
        sa.Column("reported", sa.Boolean(), nullable=True),
        _sealed("reported_why"),
        _at("reported_at"),
        sa.Column("reported_by", big(), nullable=True),
        _at("closed_at"),
        sa.Column("closed_by", big(), nullable=True),
        _unique("incident", "alarm_id"),
    )
    op.create_index("ix_incident_open", "incident", ["home_id", "closed_at"])
    op.create_index("ix_incident_resident_id", "incident", ["resident_id"])
    _table(
        "incident_step",
        _link("incident_id", "incident"),
        sa.Column("position", whole(), nullable=False),
        sa.Column("text", text(80), nullable=False),
        _text("more", 120),
        sa.Column("doer", text(12), nullable=False),
        sa.Column("calls", text(12), nullable=False),
        sa.Column("within", whole(), nullable=False),
        _at("done_at"),
        sa.Column("done_by", big(), nullable=True),
        _sealed("passed_why"),
        _checked("incident_step", "doer", *DOERS),
        _checked("incident_step", "calls", *CALLS),
        _unique("incident_step", "incident_id", "position"),
    )
    _table(
        "incident_call",
        _link("incident_id", "incident"),
        sa.Column("kinship_id", big(), nullable=True),
        _sealed("who", nullable=False),
        sa.Column("outcome", text(12), nullable=False),
        _sealed("told"),
        _at("at", nullable=False),
        sa.Column("by_id", big(), nullable=False),
        _checked("incident_call", "outcome", *ENDS),
    )
    op.create_index("ix_incident_call_incident_id", "incident_call", ["incident_id"])
    _table(
        "incident_plan",
        _link("home_id", "home"),
        sa.Column("plan", text(16), nullable=False),
        sa.Column("version", whole(), nullable=False),
        sa.Column("lines", text(4000), nullable=False),
        _text("why", 200),
        _at("set_at", nullable=False),
        sa.Column("set_by", big(), nullable=False),
        _unique("incident_plan", "home_id", "plan", "version"),
    )
    _table(
        "outside_contact",
        _link("home_id", "home"),
        sa.Column("position", whole(), nullable=False),
        sa.Column("name", text(40), nullable=False),
        sa.Column("number", text(24), nullable=False),
        _text("what_for", 40),
        _at("gone_at"),
    )
    op.create_index("ix_outside_contact_home", "outside_contact", ["home_id", "position"])


def downgrade() -> None:
    """Without them."""
    for table in ("outside_contact", "incident_plan", "incident_call", "incident_step", "incident"):
        op.drop_table(table)
