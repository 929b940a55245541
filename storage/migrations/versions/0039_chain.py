"""Who hears an alarm, how far it has gone up the ladder, whom it rang, and what the auditor found (F1, F2, F43).

Nothing is invented: nobody has taken over yet, no number is proven, and alarms that ring go on from now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

STEPS = ("floor", "others", "lead", "director")
OUTCOMES = (
    "key_go",
    "key_cannot",
    "answered_no_key",
    "no_answer",
    "busy",
    "off",
    "refused",
    "throttled",
    "unknown",
    "stopped",
)


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=False, nullable=False)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, info={"target": target})


def _at(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


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
    """Five new tables, and the telephone of a post."""
    text, small = sa.String, sa.SmallInteger
    op.add_column("duty_post", sa.Column("phone", sa.LargeBinary(), nullable=True))
    _table(
        "takeover",
        _link("home_id", "home"),
        _link("staff_id", "staff"),
        _link("post_id", "duty_post", nullable=True),
        sa.Column("session_id", sa.BigInteger(), nullable=False),
        _at("begun_at", nullable=False),
        _at("heard_at"),
        _at("seen_at"),
        _at("phone_good_at"),
        _at("ended_at"),
        sa.Column("ended_how", text(8), nullable=True),
        _checked("takeover", "ended_how", "over", "taken", "left", "old"),
    )
    op.create_index("ix_takeover_open", "takeover", ["home_id", "ended_at"])
    op.create_index("ix_takeover_session", "takeover", ["session_id", "ended_at"])
    _table(
        "alarm_run",
        _link("home_id", "home"),
        _link("alarm_id", "alarm"),
        sa.Column("round", small(), nullable=False),
        sa.Column("step", small(), nullable=False),
        sa.Column("count", small(), nullable=False),
        _at("begun_at", nullable=False),
        _at("next_at"),
        _at("went_at"),
        _at("late_at"),
        _at("nobody_at"),
        _at("ended_at"),
        sa.CheckConstraint("(ended_at IS NULL) = (next_at IS NOT NULL)", name=op.f("ck_alarm_run_goes_on")),
        _unique("alarm_run", "alarm_id"),
    )
    op.create_index("ix_alarm_run_next", "alarm_run", ["home_id", "next_at"])
    _table(
        "alarm_call",
        _link("home_id", "home"),
        _link("alarm_id", "alarm", nullable=True),
        _link("takeover_id", "takeover", nullable=True),
        sa.Column("round", small(), nullable=False),
        sa.Column("step", small(), nullable=False),
        sa.Column("of_step", text(8), nullable=False),
        sa.Column("channel", text(8), nullable=False),
        _link("staff_id", "staff", nullable=True),
        _link("post_id", "duty_post", nullable=True),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("number", sa.LargeBinary(), nullable=True),
        _at("asked_at", nullable=False),
        _at("dialed_at"),
        _at("rang_at"),
        _at("ended_at"),
        sa.Column("outcome", text(16), nullable=True),
        sa.Column("ref", text(64), nullable=True),
        sa.Column("code", text(64), nullable=True),
        sa.CheckConstraint("(alarm_id IS NULL) <> (takeover_id IS NULL)", name=op.f("ck_alarm_call_for_one")),
        _checked("alarm_call", "of_step", *STEPS),
        _checked("alarm_call", "channel", "phone", "screen"),
        _checked("alarm_call", "outcome", *OUTCOMES),
        _unique("alarm_call", "alarm_id", "round", "step", "digest"),
    )
    op.create_index("ix_alarm_call_open", "alarm_call", ["ended_at", "home_id"])
    op.create_index("ix_alarm_call_number", "alarm_call", ["home_id", "digest", "asked_at"])
    op.create_index("ix_alarm_call_takeover_id", "alarm_call", ["takeover_id"])
    _table(
        "phone_check",
        _link("home_id", "home"),
        sa.Column("digest", text(64), nullable=False),
        _at("good_at"),
        _at("bad_at"),
        sa.Column("bad_how", text(16), nullable=True),
        _checked("phone_check", "bad_how", *OUTCOMES),
        _unique("phone_check", "home_id", "digest"),
    )
    _table(
        "chain_round",
        _link("home_id", "home"),
        _at("looked_at", nullable=False),
        _at("clean_at"),
        sa.Column("overdue", text(80), nullable=False, server_default=""),
        _unique("chain_round", "home_id"),
    )


def downgrade() -> None:
    """Without them."""
    for table in ("chain_round", "phone_check", "alarm_call", "alarm_run", "takeover"):
        op.drop_table(table)
    op.drop_column("duty_post", "phone")
