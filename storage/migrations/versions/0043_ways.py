"""The ways of what leaves: templates that the home has bound, what the platform says of each message, and what a
colleague does by hand (C11, F45).

Nothing is invented: what has left keeps the way that it has, no template is bound, and nobody has to telephone for what
was given up before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

OUTCOMES = ("spoken", "printed", "arrived", "not_needed")


def upgrade() -> None:
    """Two tables, four columns."""
    blob = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    op.execute("ALTER TABLE outbox ADD COLUMN ref VARCHAR(32)")
    op.execute("ALTER TABLE outbox ADD COLUMN asked_at BIGINT")
    op.execute("ALTER TABLE outbox ADD COLUMN proof VARCHAR(12)")
    op.execute(f"ALTER TABLE outbox_body ADD COLUMN fields {blob}")
    op.create_index("ix_outbox_ref", "outbox", ["ref"])
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "by_hand",
        sa.Column("id", number, autoincrement=False, nullable=False),
        *(sa.Column(f"{of}_id", sa.BigInteger(), nullable=False) for of in ("home", "person", "outbox")),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("why", sa.String(160), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.Column("settled_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(12), nullable=True),
        *(_key("by_hand", of) for of in ("home", "person", "outbox")),
        sa.CheckConstraint("kind = 'phone' OR kind = 'print'", name=op.f("ck_by_hand_kind")),
        sa.CheckConstraint(" OR ".join(f"outcome = '{one}'" for one in OUTCOMES), name=op.f("ck_by_hand_outcome")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_by_hand")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_by_hand_outbox_id")),
    )
    op.create_index("ix_by_hand_open", "by_hand", ["home_id", "settled_at"])
    op.create_index("ix_by_hand_person_id", "by_hand", ["person_id"])
    op.create_table(
        "template",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("template_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(40), nullable=False),
        sa.Column("lines", sa.String(600), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("broken_at", sa.BigInteger(), nullable=True),
        sa.Column("broken_code", sa.String(16), nullable=True),
        _key("template", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template")),
        sa.UniqueConstraint("home_id", "kind", name=op.f("uq_template_home_id_kind")),
    )


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
    op.drop_table("template")
    op.drop_table("by_hand")
    op.drop_index("ix_outbox_ref", "outbox")
    for table, column in (("outbox", "ref"), ("outbox", "proof"), ("outbox", "asked_at"), ("outbox_body", "fields")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
