"""A complaint to its end."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Assessment, inquiry, plan and decision, rounds."""
    op.create_table(
        "proposal",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("cause", sa.LargeBinary(), nullable=True),
        sa.Column("department", sa.String(length=20), nullable=True),
        sa.Column("responsible_id", sa.BigInteger(), nullable=True),
        sa.Column("measures", sa.LargeBinary(), nullable=True),
        sa.Column("done_by", sa.Date(), nullable=True),
        sa.Column("new_due", sa.BigInteger(), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["complaint.id"],
            name=op.f("fk_proposal_case_id_complaint"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_proposal_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_case_id"), ["case_id"], unique=False)

    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.add_column(sa.Column("scope", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("passed_to", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("finding", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("rounds", sa.SmallInteger(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("accepted_at", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Back; what it brought is lost."""
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("accepted_at")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("rounds")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("finding")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("passed_to")
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.drop_column("scope")
    op.drop_table("proposal")
