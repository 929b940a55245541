"""Settings live in the database as well, a new home is opened by a code, and the machine speaks where it was switched
on (N3, F29).

A home in which somebody works was opened long ago: its first start stays shut, and what the machine said until now it
goes on saying.
"""

import sqlalchemy as sa
from alembic import op

from storage.types import new_id

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None
least_reader = "0020"

PURPOSES = ("letters", "greetings", "reminders", "surveys")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Three tables and two columns."""
    op.add_column("home", sa.Column("edition", sa.Integer(), server_default="0", nullable=False))
    op.add_column("home", sa.Column("directed_at", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE home SET directed_at = created_at WHERE EXISTS (SELECT 1 FROM staff WHERE staff.home_id = home.id)"
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
    op.create_table(
        "launch",
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("launched", sa.String(length=12), nullable=False),
        sa.Column("floor", sa.String(length=8), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("begun_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(" OR ".join(f"launched = '{one}'" for one in PURPOSES), name=op.f("ck_launch_launched")),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_launch_home_id_home"),
            deferrable=True,
            initially="DEFERRED",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_launch")),
    )
    op.create_index(op.f("ix_launch_home_id"), "launch", ["home_id"])
    homes = op.get_bind().execute(sa.text("SELECT id, created_at FROM home")).all()
    for home, created_at in homes:
        for purpose in PURPOSES:
            op.execute(
                sa.text(
                    "INSERT INTO launch (id, home_id, launched, floor, since, begun_by)"
                    " VALUES (:id, :home, :purpose, '', :since, 0)"
                ).bindparams(id=new_id(), home=home, purpose=purpose, since=created_at)
            )


def downgrade() -> None:
    """Back."""
    op.drop_table("launch")
    op.drop_table("start_code")
    op.drop_table("setting")
    op.drop_column("home", "directed_at")
    op.drop_column("home", "edition")
