"""What hangs at the notice board: menu, activities, free beds, prices."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def _table(name: str, *parts: sa.Column[object] | sa.Constraint) -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        name,
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        *parts,
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f(f"fk_{name}_home_id_home"), deferrable=True, initially="DEFERRED"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


def upgrade() -> None:
    """Empty: what a home has written into the blanks of the knowledge stays there and is said as before."""
    text = sa.String
    _table(
        "menu_meal",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("meal", text(12), nullable=False),
        sa.Column("diet", text(8), nullable=False, server_default=""),
        sa.Column("dishes", text(120), nullable=False),
        _unique("menu_meal", "home_id", "day", "meal", "diet"),
    )
    _table(
        "activity",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begins", text(5), nullable=False),
        sa.Column("ends", text(5), nullable=False, server_default=""),
        sa.Column("title", text(24), nullable=False),
        sa.Column("place", text(16), nullable=False, server_default=""),
        sa.Column("floors", text(64), nullable=False, server_default=""),
        sa.Column("cancelled_at", sa.BigInteger(), nullable=True),
        sa.Column("cancelled_why", text(40), nullable=False, server_default=""),
    )
    op.create_index("ix_activity_day", "activity", ["home_id", "day"])
    _table(
        "price",
        sa.Column("item", text(24), nullable=False),
        sa.Column("amount", text(24), nullable=False),
        sa.Column("unit", text(12), nullable=False),
        sa.Column("note", text(60), nullable=False, server_default=""),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        _unique("price", "home_id", "item", "valid_from"),
    )
    _table(
        "bed_check",
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        _unique("bed_check", "home_id"),
    )
    _table(
        "room_kind",
        sa.Column("building", text(16), nullable=False, server_default=""),
        sa.Column("room", text(16), nullable=False),
        sa.Column("kind", text(12), nullable=False),
        _unique("room_kind", "home_id", "building", "room"),
    )
    _table(
        "week_sheet",
        sa.Column("name", text(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("what", text(24), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", text(16), nullable=False),
        _unique("week_sheet", "home_id", "name"),
    )


def downgrade() -> None:
    """Back."""
    for name in ("week_sheet", "room_kind", "bed_check", "price", "activity", "menu_meal"):
        op.drop_table(name)
