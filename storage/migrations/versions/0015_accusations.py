"""Whom words accuse: from the first word, by name, by role and floor; decided and never deleted."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The table of accused colleagues grows; what is there was named by hand and stays confirmed."""
    with op.batch_alter_table("accused", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_accused_staff_id_case_id"), type_="unique")
        batch_op.add_column(sa.Column("person_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("inbox_id", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("role", sa.String(length=12), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("floor", sa.String(length=8), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reach", sa.String(length=6), nullable=False, server_default="desk"))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="confirmed"))
        batch_op.add_column(sa.Column("decided_at", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("decided_by", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("why", sa.LargeBinary(), nullable=True))
        batch_op.alter_column("case_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.alter_column("staff_id", existing_type=sa.BigInteger(), nullable=True)
        batch_op.alter_column("named_by", existing_type=sa.BigInteger(), nullable=True)
    op.execute("UPDATE accused SET person_id = (SELECT person_id FROM complaint WHERE complaint.id = accused.case_id)")
    with op.batch_alter_table("accused", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.BigInteger(), nullable=False)
        for name in ("role", "floor", "reach", "state"):
            batch_op.alter_column(name, existing_type=sa.String(), server_default=None)
        batch_op.create_foreign_key(
            batch_op.f("fk_accused_person_id_person"),
            "person",
            ["person_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_accused_inbox_id_inbox"),
            "inbox",
            ["inbox_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_index("ix_accused_person", ["person_id", "case_id"], unique=False)


def downgrade() -> None:
    """Back to what was named by hand and stands."""
    op.execute("DELETE FROM accused WHERE case_id IS NULL OR staff_id IS NULL OR named_by IS NULL OR state = 'lifted'")
    op.execute("DELETE FROM accused WHERE id NOT IN (SELECT min(id) FROM accused GROUP BY staff_id, case_id)")
    with op.batch_alter_table("accused", schema=None) as batch_op:
        batch_op.drop_index("ix_accused_person")
        for name in ("person_id", "inbox_id"):
            batch_op.drop_constraint(batch_op.f(f"fk_accused_{name}_{name[:-3]}"), type_="foreignkey")
        for name in ("why", "decided_by", "decided_at", "state", "reach", "floor", "role", "inbox_id", "person_id"):
            batch_op.drop_column(name)
        for name in ("case_id", "staff_id", "named_by"):
            batch_op.alter_column(name, existing_type=sa.BigInteger(), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_accused_staff_id_case_id"), ["staff_id", "case_id"])
