"""Colleagues: a first password, the pledge, codes and PIN; sessions that say where; stations; the complaint unit."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _staff() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("left_by", sa.BigInteger(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("first_password", sa.Boolean(), nullable=False, server_default="0"),
        sa.Column("pledged_at", sa.BigInteger(), nullable=True),
        sa.Column("pledge", sa.String(length=16), nullable=False, server_default="none"),
        sa.Column("devices", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_at", sa.BigInteger(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("totp_by", sa.BigInteger(), nullable=True),
        sa.Column("pin", sa.String(length=160), nullable=True),
    )


def _session() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("ended_how", sa.String(length=12), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("idle", sa.Integer(), nullable=True),
        sa.Column("proved_at", sa.BigInteger(), nullable=True),
        sa.Column("awaits", sa.String(length=8), nullable=True),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("agent", sa.String(length=40), nullable=True),
        sa.Column("station_id", sa.BigInteger(), nullable=True),
    )


def upgrade() -> None:
    """Who is there keeps her password; nobody has pledged yet, so that everybody is asked at the next page."""
    for table, columns in (("staff", _staff()), ("staff_session", _session())):
        for column in columns:
            op.add_column(table, column)
    op.create_table(
        "recovery_code",
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"],
            ["staff.id"],
            name=op.f("fk_recovery_code_staff_id_staff"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"], unique=False)
    op.create_table(
        "station",
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=24), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.Column("marked_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_station_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_station")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_station_token_hash")),
    )
    op.create_table(
        "complaint_unit",
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("deputy_id", sa.BigInteger(), nullable=True),
        sa.Column("members", sa.String(length=400), nullable=False),
        sa.Column("procedure", sa.Text(), nullable=False),
        sa.Column("set_at", sa.BigInteger(), nullable=False),
        sa.Column("set_by", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                [f"{target}.id"],
                name=op.f(f"fk_complaint_unit_{column}_{target}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for column, target in (("home_id", "home"), ("lead_id", "staff"), ("deputy_id", "staff"))
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_unit")),
        sa.UniqueConstraint("home_id", "version", name=op.f("uq_complaint_unit_home_id_version")),
    )


def downgrade() -> None:
    """Back; what it brought is lost."""
    for table in ("complaint_unit", "station", "recovery_code"):
        op.drop_table(table)
    for table, columns in (("staff_session", _session()), ("staff", _staff())):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)
