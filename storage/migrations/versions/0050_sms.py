"""短信: SMS for what nothing of the account carries (V3, Q1). None was sent before."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

KINDS = ("words", "call")
STATES = ("ordered", "sending", "handed", "delivered", "failed", "unknown", "dropped")


def _in(name: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"{name} = '{one}'" for one in words)


def _link(table: str, column: str, whose: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{whose}.id"], name=op.f(f"fk_{table}_{column}_{whose}"), deferrable=True, initially="DEFERRED"
    )


def upgrade() -> None:
    """Two tables."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    later = ("next_at", "lease_until", "asked_at", "expires_at", "told_at", "opened_at")
    op.create_table(
        "sms",
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("home_id", "person_id", "outbox_id")),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("secret", sa.String(64), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in later),
        *(sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0") for name in ("wrong", "tries")),
        sa.Column("parts", sa.SmallInteger(), nullable=True),
        sa.Column("ref", sa.String(64), nullable=True),
        sa.Column("code", sa.String(64), nullable=True),
        sa.Column("why", sa.String(160), nullable=True),
        _link("sms", "home_id", "home"),
        _link("sms", "person_id", "person"),
        _link("sms", "outbox_id", "outbox"),
        sa.CheckConstraint(_in("kind", KINDS), name=op.f("ck_sms_kind")),
        sa.CheckConstraint(_in("state", STATES), name=op.f("ck_sms_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms")),
        sa.UniqueConstraint("outbox_id", "kind", name=op.f("uq_sms_outbox_id_kind")),
        sa.UniqueConstraint("secret", name=op.f("uq_sms_secret")),
    )
    op.create_index("ix_sms_next", "sms", ["state", "next_at"])
    op.create_index("ix_sms_month", "sms", ["home_id", "made_at"])
    op.create_index("ix_sms_person_id", "sms", ["person_id"])
    op.create_index("ix_sms_number", "sms", ["number"])
    op.create_table(
        "sms_refusal",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.String(64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("lifted_at", "lifted_by")),
        _link("sms_refusal", "home_id", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_refusal")),
        sa.UniqueConstraint("home_id", "number", name=op.f("uq_sms_refusal_home_id_number")),
    )


def downgrade() -> None:
    """Without them."""
    op.drop_table("sms_refusal")
    op.drop_table("sms")
