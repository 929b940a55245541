"""Practice before the account is approved (F54). No home has ever practised: there is nothing to bring over."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """The table."""
    op.create_table(
        "practice",
        sa.Column("id", ID, primary_key=True, autoincrement=False, nullable=False),
        sa.Column(
            "home_id",
            sa.BigInteger(),
            sa.ForeignKey("home.id", name="fk_practice_home_id_home", deferrable=True, initially="DEFERRED"),
            nullable=False,
        ),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("app_id", sa.String(32), nullable=False),
        *(sa.Column(name, sa.LargeBinary(), nullable=False) for name in ("app_secret", "token", "aes_key", "door")),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("began_by", sa.BigInteger(), nullable=False),
        sa.Column("closing_at", sa.BigInteger(), nullable=True),
        sa.Column("closing_by", sa.BigInteger(), nullable=True),
        sa.Column("staying", sa.String(4000), server_default="", nullable=False),
        sa.Column("backup", sa.String(80), nullable=True),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("discarded", sa.String(2000), nullable=True),
    )
    op.create_index(
        "uq_practice_home_id",
        "practice",
        ["home_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:
    """The earlier schema."""
    op.drop_table("practice")
