"""Who is in a photo, who may be seen in pictures of other families, which notice was seen, who looked a
consent through, and which colleague is the contact of a family.

Photos of letters that families read before stay as they were shown (nobody was asked who is in them, so the column is
empty); those of letters that nobody has read yet are asked for.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = {
    "letter_photo": {"company": "VARCHAR(10)"},
    "consent": {"looked_at": "BIGINT", "looked_by": "BIGINT"},
}


def upgrade() -> None:
    """Tables, columns, and what is known of the photos that are there."""
    op.create_table(
        "photo_consent",
        *_home(),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("way", sa.String(12), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("proof_id", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_by", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.String(12), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_by", sa.BigInteger(), nullable=True),
        *_keys("photo_consent", resident_id="resident", proof_id="consent_proof"),
    )
    op.create_index("ix_photo_consent_resident_id", "photo_consent", ["resident_id"])
    op.create_table(
        "letter_photo_person",
        *_home(),
        sa.Column("photo_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        *_keys("letter_photo_person", photo_id="letter_photo", resident_id="resident"),
        sa.UniqueConstraint("photo_id", "resident_id", name=op.f("uq_letter_photo_person_photo_id_resident_id")),
    )
    op.create_index("ix_letter_photo_person_resident_id", "letter_photo_person", ["resident_id"])
    op.create_table(
        "family_contact",
        *_home(),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("named_at", sa.BigInteger(), nullable=False),
        sa.Column("named_by", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        *_keys("family_contact", resident_id="resident", staff_id="staff"),
    )
    op.create_index("ix_family_contact_resident_id", "family_contact", ["resident_id"])
    op.create_index("ix_family_contact_staff_id", "family_contact", ["staff_id"])
    op.create_table(
        "notice_seen",
        *_home(),
        sa.Column("follower_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.String(8), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        *_keys("notice_seen", follower_id="follower"),
        sa.UniqueConstraint("follower_id", "version", name=op.f("uq_notice_seen_follower_id_version")),
    )
    for table, columns in COLUMNS.items():
        for name, words in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {words}")
    op.execute(
        "UPDATE letter_photo SET company = 'unasked' WHERE letter_id IN "
        "(SELECT id FROM letter WHERE released_at IS NULL)"
    )


def downgrade() -> None:
    """Back; what it brought is lost."""
    for table, columns in COLUMNS.items():
        for name in columns:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
    for table in ("notice_seen", "family_contact", "letter_photo_person", "photo_consent"):
        op.drop_table(table)


def _home() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
    )


def _keys(table: str, **links: str) -> tuple[SchemaItem, ...]:
    return (
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        *(
            sa.ForeignKeyConstraint(
                [name],
                [f"{target}.id"],
                name=op.f(f"fk_{table}_{name}_{target}"),
                initially="DEFERRED",
                deferrable=True,
            )
            for name, target in ({"home_id": "home"} | links).items()
        ),
    )
