"""紧急 by a colleague (F9): an alarm without a message, each press of it; and which screens visitors see.

Nothing is invented: every alarm so far was somebody's message, and no screen is marked.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations import anew

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """An alarm may be a colleague's; a station may be seen by visitors."""
    op.execute("ALTER TABLE alarm ADD COLUMN raised_by BIGINT")
    op.execute("ALTER TABLE alarm ADD COLUMN floor VARCHAR(16)")
    anew.loosen("alarm", "person_id", "inbox_id", "latest_id")
    anew.constrain("alarm", {"ck_alarm_whose": "CHECK ((inbox_id IS NULL) = (raised_by IS NOT NULL))"})
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    op.execute(f"ALTER TABLE station ADD COLUMN visitors BOOLEAN DEFAULT {false} NOT NULL")
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "alarm_press",
        sa.Column("id", number, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("alarm_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.String(40), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [f"{of}_id"],
                [f"{of}.id"],
                name=op.f(f"fk_alarm_press_{of}_id_{of}"),
                deferrable=True,
                initially="DEFERRED",
            )
            for of in ("home", "alarm")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm_press")),
        sa.UniqueConstraint("home_id", "token", name=op.f("uq_alarm_press_home_id_token")),
    )
    op.create_index("ix_alarm_press_alarm", "alarm_press", ["alarm_id", "id"])


def downgrade() -> None:
    """Without them: what colleagues raised is gone, with its calls."""
    op.drop_table("alarm_press")
    for table in ("alarm_call", "alarm_run"):
        op.execute(f"DELETE FROM {table} WHERE alarm_id IN (SELECT id FROM alarm WHERE raised_by IS NOT NULL)")
    op.execute(
        "UPDATE incident SET alarm_id = NULL WHERE alarm_id IN (SELECT id FROM alarm WHERE raised_by IS NOT NULL)"
    )
    op.execute("DELETE FROM alarm WHERE raised_by IS NOT NULL")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    with op.batch_alter_table("alarm") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_alarm_whose"), type_="check")
        for column in ("person_id", "inbox_id", "latest_id"):
            batch_op.alter_column(column, nullable=False, existing_type=sa.BigInteger())
        batch_op.drop_column("raised_by")
        batch_op.drop_column("floor")
    op.execute("ALTER TABLE station DROP COLUMN visitors")
