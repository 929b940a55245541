"""名单 (B2, N6): groups of people, who wants to hear of activities and offers, and announcements for either."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

GROUP, MEMBER, CONSENT = "audience_group", "audience_member", "offer_consent"


def _link(table: str, column: str, whose: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{whose}.id"], name=op.f(f"fk_{table}_{column}_{whose}"), deferrable=True, initially="DEFERRED"
    )


def _number() -> sa.Column:
    return sa.Column(
        "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
    )  # fmt: skip


def upgrade() -> None:
    """Three tables and two columns."""
    op.create_table(
        GROUP,
        _number(),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(24), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("made_by", "made_at")),
        sa.Column("gone_at", sa.BigInteger(), nullable=True),
        _link(GROUP, "home_id", "home"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{GROUP}")),
    )
    op.create_index(f"ix_{GROUP}_home_id", GROUP, ["home_id"])
    op.create_table(
        MEMBER,
        _number(),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("group_id", "person_id", "put_by", "put_at")),
        _link(MEMBER, "group_id", GROUP),
        _link(MEMBER, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{MEMBER}")),
        sa.UniqueConstraint("group_id", "person_id", name=op.f(f"uq_{MEMBER}_group_id_person_id")),
    )
    op.create_index(f"ix_{MEMBER}_person_id", MEMBER, ["person_id"])
    op.create_table(
        CONSENT,
        _number(),
        *(
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("home_id", "person_id", "given_at", "given_by")
        ),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("ended_at", "ended_by")),
        _link(CONSENT, "home_id", "home"),
        _link(CONSENT, "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{CONSENT}")),
    )
    op.create_index(f"ix_{CONSENT}_person", CONSENT, ["person_id", "ended_at"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else ALTER TABLE waits for keys that are looked at later
    with op.batch_alter_table("announcement") as announcement:
        announcement.add_column(sa.Column("group_id", sa.BigInteger(), nullable=True))
        announcement.add_column(sa.Column("offer", sa.Boolean(), nullable=False, server_default=sa.false()))
        announcement.create_foreign_key(
            op.f("fk_announcement_group_id_audience_group"),
            GROUP,
            ["group_id"],
            ["id"],
            deferrable=True,
            initially="DEFERRED",
        )
        announcement.create_index("ix_announcement_group_id", ["group_id"])


def downgrade() -> None:
    """Without them."""
    with op.batch_alter_table("announcement") as announcement:
        announcement.drop_index("ix_announcement_group_id")
        announcement.drop_constraint(op.f("fk_announcement_group_id_audience_group"), type_="foreignkey")
        announcement.drop_column("offer")
        announcement.drop_column("group_id")
    for table in (CONSENT, MEMBER, GROUP):
        op.drop_table(table)
