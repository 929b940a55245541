"""每周家书 (U1, U2, U3), and who wants theirs on paper (N7). None was written before."""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

LETTER, READING = "weekly_letter", "weekly_reading"
STATES = ("ready", "held", "released", "withdrawn")
KINDS = ("week", "hospital")
REACTIONS = ("收到", "谢谢", "有疑问", "请来电")


def _in(name: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"{name} = '{one}'" for one in words)


def _link(table: str, column: str, whose: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{whose}.id"], name=op.f(f"fk_{table}_{column}_{whose}"), deferrable=True, initially="DEFERRED"
    )


def upgrade() -> None:
    """Two tables and a column."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        LETTER,
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("home_id", "resident_id")),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("facts", "sentence")),
        sa.Column("plan", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("held_why", sa.String(60), nullable=True),
        sa.Column("called", sa.LargeBinary(), nullable=True),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("written_by", "written_at")),
        sa.Column("released_at", sa.BigInteger(), nullable=True),
        sa.Column("corrected", sa.Boolean(), nullable=False),
        _link(LETTER, "home_id", "home"),
        _link(LETTER, "resident_id", "resident"),
        sa.CheckConstraint(_in("kind", KINDS), name=op.f(f"ck_{LETTER}_kind")),
        sa.CheckConstraint(_in("state", STATES), name=op.f(f"ck_{LETTER}_state")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LETTER}")),
        sa.UniqueConstraint("resident_id", "kind", "day", name=op.f(f"uq_{LETTER}_resident_id_kind_day")),
    )
    op.create_index(f"ix_{LETTER}_day", LETTER, ["day"])
    op.create_table(
        READING,
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("home_id", "weekly_id", "person_id")),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("reaction", sa.String(8), nullable=True),
        sa.Column("reacted_at", sa.BigInteger(), nullable=True),
        _link(READING, "home_id", "home"),
        _link(READING, "weekly_id", LETTER),
        _link(READING, "person_id", "person"),
        sa.CheckConstraint(_in("reaction", REACTIONS), name=op.f(f"ck_{READING}_reaction")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{READING}")),
        sa.UniqueConstraint("weekly_id", "person_id", name=op.f(f"uq_{READING}_weekly_id_person_id")),
    )
    op.create_index(f"ix_{READING}_person_id", READING, ["person_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    op.add_column("kinship", sa.Column("paper", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("kinship") as kinship:
        kinship.drop_column("paper")
    op.drop_table(READING)
    op.drop_table(LETTER)
