"""回访: talks of colleagues with residents and relatives (V1, V2). There are none before."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

WORDS = {
    "manner": ("face", "phone", "wechat"),
    "outcome": ("talked", "no_answer", "declined"),
    "content": ("good", "fair", "bad"),
}


def upgrade() -> None:
    """One table."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "follow_up_talk",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("manner", sa.String(8), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("content", sa.String(8), nullable=True),
        *(sa.Column(name, sa.LargeBinary(), nullable=True) for name in ("life", "body", "wish")),
        *(
            sa.ForeignKeyConstraint(
                [f"{of}_id"],
                [f"{of}.id"],
                name=op.f(f"fk_follow_up_talk_{of}_id_{of}"),
                deferrable=True,
                initially="DEFERRED",
            )
            for of in ("home", "resident", "person")
        ),
        *(
            sa.CheckConstraint(
                " OR ".join(f"{name} = '{word}'" for word in words), name=op.f(f"ck_follow_up_talk_{name}")
            )
            for name, words in WORDS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up_talk")),
    )
    op.create_index("ix_follow_up_talk_resident", "follow_up_talk", ["resident_id", "day"])
    op.create_index("ix_follow_up_talk_day", "follow_up_talk", ["home_id", "day"])
    op.create_index("ix_follow_up_talk_person_id", "follow_up_talk", ["person_id"])


def downgrade() -> None:
    """Without it."""
    op.drop_table("follow_up_talk")
