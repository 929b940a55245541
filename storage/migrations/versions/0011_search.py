"""The index of search."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two tables."""
    op.create_table(
        "gram",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gram")),
    )
    with op.batch_alter_table("gram", schema=None) as batch_op:
        batch_op.create_index("ix_gram_digest", ["digest", "subject"], unique=False)
        batch_op.create_index(batch_op.f("ix_gram_subject"), ["subject"], unique=False)

    op.create_table(
        "search_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_mark")),
        sa.UniqueConstraint("kind", name=op.f("uq_search_mark_kind")),
    )


def downgrade() -> None:
    """Back; the index is built anew after the next upgrade."""
    op.drop_table("search_mark")
    op.drop_table("gram")
