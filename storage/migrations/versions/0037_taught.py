"""What colleagues teach from what people wrote; nothing was taught before."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def _link(name: str, target: str, ondelete: str | None = None) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name],
        [f"{target}.id"],
        name=op.f(f"fk_knowledge_taught_{name}_{target}"),
        ondelete=ondelete,
        deferrable=True,
        initially="DEFERRED",
    )


def upgrade() -> None:
    """A new table."""
    op.create_table(
        "knowledge_taught",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("inbox_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("edited_at", sa.BigInteger(), nullable=False),
        sa.Column("edited_by", sa.BigInteger(), nullable=False),
        _link("home_id", "home"),
        _link("inbox_id", "inbox", "CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge_taught")),
    )
    for name in ("home_id", "inbox_id"):
        op.create_index(op.f(f"ix_knowledge_taught_{name}"), "knowledge_taught", [name])


def downgrade() -> None:
    """Without it."""
    op.drop_table("knowledge_taught")
