"""Announcements, and whom each of them reached (N4, N6). There are none before."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

WORDS = {
    "whom": ("family", "elder", "both"),
    "repeat": ("once", "weekly", "monthly"),
    "state": ("planned", "held", "leaving", "released", "cancelled"),
}


def upgrade() -> None:
    """Two tables."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "announcement",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("whom", sa.String(8), nullable=False),
        sa.Column("floor", sa.String(16), nullable=False, server_default=""),
        sa.Column("resident_id", sa.BigInteger(), nullable=True),
        sa.Column("repeat", sa.String(8), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        _key("announcement", "home"),
        _key("announcement", "resident"),
        *(
            sa.CheckConstraint(
                " OR ".join(f"{name} = '{word}'" for word in words), name=op.f(f"ck_announcement_{name}")
            )
            for name, words in WORDS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement")),
    )
    op.create_index("ix_announcement_due", "announcement", ["home_id", "state", "due_at"])
    op.create_index("ix_announcement_resident_id", "announcement", ["resident_id"])
    op.create_table(
        "announcement_reach",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("announcement_id", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("outbox_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.String(80), nullable=False, server_default=""),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(_key("announcement_reach", of) for of in ("announcement", "person", "outbox")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcement_reach")),
        sa.UniqueConstraint(
            "announcement_id", "round", "person_id", name=op.f("uq_announcement_reach_announcement_id_round_person_id")
        ),
    )
    for of in ("person", "outbox"):
        op.create_index(f"ix_announcement_reach_{of}_id", "announcement_reach", [f"{of}_id"])


def _key(table: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [f"{of}_id"],
        [f"{of}.id"],
        name=op.f(f"fk_{table}_{of}_id_{of}"),
        deferrable=True,
        initially="DEFERRED",
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("announcement_reach")
    op.drop_table("announcement")
