"""Phones that several people speak on (F3).

Devices of rooms that are bound already are known by the request with which they were bound; one whose request is gone
stays a device without a room, as it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

LINKS = {
    "home_id": "home",
    "follower_id": "follower",
    "place_id": "person",
    "one_id": "resident",
    "two_id": "resident",
}
KNOWN = """INSERT INTO common_phone (id, home_id, follower_id, place_id, room, floor, made_by, made_at)
    SELECT f.id, a.home_id, f.id, f.person_id, r.room, r.floor, coalesce(a.decided_by, 0),
           coalesce(a.decided_at, a.asked_at)
    FROM follower f JOIN application a ON a.id = (SELECT max(x.id) FROM application x
         WHERE x.person_id = f.person_id AND x.phone_is = 'room' AND x.verdict = 'confirmed')
    JOIN resident r ON r.id = a.resident_id WHERE f.binding = 'house'"""


def upgrade() -> None:
    """The table, and the devices that stand in rooms."""
    op.create_table(
        "common_phone",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=name in {"one_id", "two_id"}) for name in LINKS),
        sa.Column("room", sa.String(16), nullable=False),
        sa.Column("floor", sa.String(8), nullable=False, server_default=""),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{target}.id"],
                name=op.f(f"fk_common_phone_{name}_{target}"),
                deferrable=True,
                initially="DEFERRED",
            )
            for name, target in LINKS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_common_phone")),
        sa.UniqueConstraint("follower_id", name=op.f("uq_common_phone_follower_id")),
    )
    op.create_index("ix_common_phone_place_id", "common_phone", ["place_id"])
    op.execute(KNOWN)


def downgrade() -> None:
    """Back; who spoke last on a phone of two keeps it."""
    op.drop_table("common_phone")
