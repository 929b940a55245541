"""Messages that are asked back or shown to a colleague; 没事了 on an alarm, and how often the same was said again."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0034"
branch_labels = None
depends_on = None

COURSES = ("asked", "shown", "looked")
ENDS = ("yes", "no", "rang", "silence", "other", "shown")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"{column} = '{word}'" for word in words)


def _link(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _key(column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_doubt_{column}_{target}"),
        deferrable=True,
        initially="DEFERRED",
    )


def upgrade() -> None:
    """One table and two columns more; nothing was asked before."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "doubt",
        sa.Column("id", number, autoincrement=False, nullable=False),
        _link("home_id"),
        _link("person_id"),
        _link("inbox_id"),
        sa.Column("course", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_how", sa.String(8), nullable=True),
        _link("task_id", nullable=True),
        _key("home_id", "home"),
        _key("person_id", "person"),
        _key("inbox_id", "inbox"),
        _key("task_id", "task"),
        sa.CheckConstraint(_one_of("course", COURSES), name=op.f("ck_doubt_course")),
        sa.CheckConstraint(_one_of("ended_how", ENDS), name=op.f("ck_doubt_ended_how")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doubt")),
    )
    op.create_index("ix_doubt_person", "doubt", ["person_id", "ended_at"])
    op.create_index("ix_doubt_due", "doubt", ["ended_at", "due_at"])
    op.create_index("ix_doubt_inbox_id", "doubt", ["inbox_id"])
    op.create_index("ix_doubt_task_id", "doubt", ["task_id"])
    op.add_column("alarm", sa.Column("again", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("alarm", sa.Column("calmed_id", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Without them."""
    op.drop_column("alarm", "calmed_id")
    op.drop_column("alarm", "again")
    op.drop_table("doubt")
