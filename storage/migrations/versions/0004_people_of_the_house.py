"""People of the house."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Roles by floor, who a case is about, who answers for it. 306 lies on floor 3 until somebody says otherwise."""
    op.create_table(
        "accused",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
        sa.Column("named_by", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["complaint.id"],
            name=op.f("fk_accused_case_id_complaint"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_accused_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_accused_staff_id_staff"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accused")),
        sa.UniqueConstraint("staff_id", "case_id", name=op.f("uq_accused_staff_id_case_id")),
    )
    with op.batch_alter_table("accused", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accused_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owner_id", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.add_column(sa.Column("floor", sa.String(length=8), server_default="", nullable=False))

    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.add_column(sa.Column("floors", sa.String(length=64), server_default="", nullable=False))

    op.execute("UPDATE resident SET floor = substr(room, 1, length(room) - 2) WHERE length(room) > 2")


def downgrade() -> None:
    """Back; what it brought is lost."""
    with op.batch_alter_table("staff", schema=None) as batch_op:
        batch_op.drop_column("floors")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_column("floor")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("owner_id")
    op.drop_table("accused")
