"""The rota and the calendar of the home: posts, kinds of shift, what was decided, spans; days, years, hours."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=False, nullable=False)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, info={"target": target})


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
    return sa.CheckConstraint(" OR ".join(f"{column} = '{word}'" for word in words), name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    """Empty: a home without a rota is asked for one, nothing is invented."""
    text, big, whole = sa.String, sa.BigInteger, sa.Integer
    _table(
        "duty_post",
        _link("home_id", "home"),
        sa.Column("name", text(16), nullable=False),
        sa.Column("building", text(16), nullable=False, server_default=""),
        sa.Column("floors", text(64), nullable=False, server_default=""),
        sa.Column("min_people", whole(), nullable=False, server_default="1"),
        sa.Column("shifts", text(240), nullable=False, server_default=""),
        sa.Column("weekdays", text(7), nullable=False, server_default="1234567"),
        sa.Column("place", whole(), nullable=False, server_default="0"),
        sa.Column("gone_at", big(), nullable=True),
    )
    op.create_index("ix_duty_post_home_id", "duty_post", ["home_id"])
    _table(
        "duty_shift",
        _link("home_id", "home"),
        sa.Column("name", text(8), nullable=False),
        sa.Column("begins", text(5), nullable=False),
        sa.Column("ends", text(5), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("place", whole(), nullable=False, server_default="0"),
        sa.Column("gone_at", big(), nullable=True),
    )
    op.create_index("ix_duty_shift_home_id", "duty_shift", ["home_id"])
    _table(
        "rota_change",
        _link("home_id", "home"),
        _link("post_id", "duty_post"),
        _link("shift_id", "duty_shift"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", text(8), nullable=False),
        _link("out_id", "staff", nullable=True),
        _link("in_id", "staff", nullable=True),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("rules", text(24), nullable=False, server_default=""),
        sa.Column("by_id", big(), nullable=False),
        sa.Column("at", big(), nullable=False),
        sa.Column("accepted_at", big(), nullable=True),
        sa.Column("refused_at", big(), nullable=True),
        _checked("rota_change", "kind", "put", "replace", "remove", "swap", "ask"),
    )
    op.create_index("ix_rota_change_seat", "rota_change", ["home_id", "day", "post_id"])
    op.create_index("ix_rota_change_asked", "rota_change", ["in_id", "accepted_at"])
    _table(
        "duty_span",
        _link("home_id", "home"),
        _link("post_id", "duty_post"),
        _link("shift_id", "duty_shift"),
        sa.Column("day", sa.Date(), nullable=False),
        _link("staff_id", "staff", nullable=True),
        sa.Column("begins_at", big(), nullable=False),
        sa.Column("ends_at", big(), nullable=False),
        sa.Column("source", big(), nullable=True),
        sa.Column("missing", whole(), nullable=False, server_default="0"),
    )
    op.create_index("ix_duty_span_home", "duty_span", ["home_id", "ends_at"])
    op.create_index("ix_duty_span_post", "duty_span", ["post_id", "ends_at"])
    _table(
        "calendar_day",
        _link("home_id", "home"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", text(8), nullable=False),
        sa.Column("name", text(16), nullable=False, server_default=""),
        sa.Column("source", text(8), nullable=False),
        sa.Column("by_id", big(), nullable=False, server_default="0"),
        sa.Column("reason", text(80), nullable=False, server_default=""),
        sa.Column("at", big(), nullable=False),
        sa.UniqueConstraint("home_id", "day", name=op.f("uq_calendar_day_home_id_day")),
        _checked("calendar_day", "kind", "workday", "holiday", "makeup"),
        _checked("calendar_day", "source", "filled", "hand"),
    )
    _table(
        "calendar_year",
        _link("home_id", "home"),
        sa.Column("year", whole(), nullable=False),
        sa.Column("source", text(8), nullable=False),
        sa.Column("by_id", big(), nullable=False, server_default="0"),
        sa.Column("at", big(), nullable=False),
        sa.UniqueConstraint("home_id", "year", name=op.f("uq_calendar_year_home_id_year")),
        _checked("calendar_year", "source", "filled", "hand"),
    )
    _table(
        "service_hours",
        _link("home_id", "home"),
        sa.Column("name", text(16), nullable=False),
        sa.Column("hours", text(64), nullable=False),
        sa.Column("by_id", big(), nullable=False),
        sa.Column("at", big(), nullable=False),
        sa.UniqueConstraint("home_id", "name", name=op.f("uq_service_hours_home_id_name")),
    )


def downgrade() -> None:
    """Back."""
    for name in (
        "service_hours",
        "calendar_year",
        "calendar_day",
        "duty_span",
        "rota_change",
        "duty_shift",
        "duty_post",
    ):
        op.drop_table(name)
