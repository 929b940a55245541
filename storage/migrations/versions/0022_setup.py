"""Settings live in the database as well, and a new home is opened by a code (N3).

A home that has a director, or had one, was opened long ago: its first start stays shut.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
least_reader = "0020"

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables and two columns."""
    op.add_column("home", sa.Column("edition", sa.Integer(), server_default="0", nullable=False))
    op.add_column("home", sa.Column("directed_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE home SET directed_at = created_at"
        " WHERE EXISTS (SELECT 1 FROM staff WHERE staff.home_id = home.id AND staff.role = 'director')"
    )
    op.create_table(
        "setting",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=48), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_setting_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting")),
        sa.UniqueConstraint("home_id", "key", "revision", name=op.f("uq_setting_home_id_key_revision")),
    )
    op.create_table(
        "start_code",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_start_code_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_code")),
    )
    op.create_index(op.f("ix_start_code_home_id"), "start_code", ["home_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("start_code")
    op.drop_table("setting")
    op.drop_column("home", "directed_at")
    op.drop_column("home", "edition")
