"""Relatives who are registered before they chat: order, proof, frequency; consents with proofs; dispute, wishes, sheets
that are meant for somebody, two persons that became one.

What was agreed under 「日常（吃饭、睡眠、心情、活动、照片）」 held the photos: these rows get the scope of its own that photos
have now, and nothing else. How kinship was proved is not known of old rows and stays empty.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

from storage.migrations.anew import constrain

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS = {
    "kinship": {
        "position": "SMALLINT DEFAULT '0' NOT NULL",
        "proof": "VARCHAR(12)",
        "proved_by": "BIGINT",
        "proved_at": "BIGINT",
        "rang_at": "BIGINT",
        "frequency": "VARCHAR(8) DEFAULT 'daily' NOT NULL",
        "hour": "SMALLINT",
    },
    "invitation": {"revoked_at": "BIGINT", "revoked_by": "BIGINT", "meant_for": "BIGINT"},
    "application": {"proof": "VARCHAR(12)", "rang": "BOOLEAN DEFAULT {false} NOT NULL", "phone_is": "VARCHAR(12)"},
    "consent": {"withdrawn_by": "BIGINT", "ends_on": "DATE", "proof_id": "BIGINT"},
}


def _one_of(column: str, *words: str) -> str:
    return "CHECK ({})".format(" OR ".join(f"{column} = '{word}'" for word in words))


CONSTRAINTS = {
    "kinship": {"ck_kinship_frequency": _one_of("frequency", "daily", "weekly", "changes")},
    "invitation": {
        "fk_invitation_meant_for_person": "FOREIGN KEY(meant_for) REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED"
    },
    "consent": {
        "fk_consent_proof_id_consent_proof": "FOREIGN KEY(proof_id) REFERENCES consent_proof (id) DEFERRABLE INITIALLY "
        "DEFERRED"
    },
}


def upgrade() -> None:
    """Tables, columns, and what the old words held."""
    op.create_table("consent_proof", *_resident(), *_columns(mime=32), *_consent_proof())
    op.create_index("ix_consent_proof_resident_id", "consent_proof", ["resident_id"])
    op.create_table(
        "tie_change",
        *_resident(),
        sa.Column("about", sa.BigInteger(), nullable=False),
        *_columns(kind=12, before=64, after=64, asked_by=12),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        sa.Column("relation", sa.LargeBinary(), nullable=True),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        *_keys("tie_change", resident_id="resident", about="person"),
    )
    op.create_index("ix_tie_change_resident_id", "tie_change", ["resident_id"])
    op.create_table(
        "dispute",
        *_resident(),
        sa.Column("why", sa.LargeBinary(), nullable=False),
        *_span("began", "ended"),
        *_keys("dispute", resident_id="resident"),
    )
    op.create_index("ix_dispute_resident_id", "dispute", ["resident_id"])
    op.create_table(
        "elder_wish",
        *_resident(),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=True),
        *_span("noted", "ended"),
        *_keys("elder_wish", resident_id="resident", about="person"),
    )
    op.create_index("ix_elder_wish_resident_id", "elder_wish", ["resident_id"])
    op.create_table(
        "refused_scan",
        *_home(),
        sa.Column("who", sa.BigInteger(), nullable=False),
        sa.Column("invitation_id", sa.BigInteger(), nullable=True),
        *_columns(why=12),
        sa.Column("at", sa.BigInteger(), nullable=False),
        *_keys("refused_scan", who="person", invitation_id="invitation"),
    )
    op.create_index("ix_refused_scan_recent", "refused_scan", ["home_id", "at"])
    op.create_table(
        "alias",
        *_home(),
        sa.Column("was", sa.BigInteger(), nullable=False),
        sa.Column("became", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("moved", sa.Text(), nullable=False),
        *_span("joined", "undone"),
        *_keys("alias", was="person", became="person", application_id="application"),
    )
    op.create_index("ix_alias_was", "alias", ["was"])
    op.create_index("ix_alias_became", "alias", ["became"])
    false = "false" if op.get_bind().dialect.name == "postgresql" else "0"
    for table, columns in COLUMNS.items():
        for name, words in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {words.format(false=false)}")
    for table, constraints in CONSTRAINTS.items():
        constrain(table, constraints)
    for table in ("kinship", "consent"):
        op.execute(
            f"UPDATE {table} SET scopes = scopes || ' photos' WHERE ' ' || scopes || ' ' LIKE '% daily %' "
            "AND ' ' || scopes || ' ' NOT LIKE '% photos %'"
        )
    op.execute(
        "UPDATE kinship SET position = (SELECT count(*) FROM kinship other WHERE other.resident_id ="
        " kinship.resident_id AND (other.is_primary AND NOT kinship.is_primary OR other.is_primary = kinship.is_primary"
        " AND other.id < kinship.id)) + 1"
    )


def downgrade() -> None:
    """Back; who might see photos under 日常 sees them again by it."""
    for table, columns in COLUMNS.items():
        if table not in CONSTRAINTS:
            for name in columns:
                op.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
            continue
        with op.batch_alter_table(table) as batch_op:
            for name in CONSTRAINTS[table]:
                batch_op.drop_constraint(batch_op.f(name), type_="foreignkey" if name.startswith("fk_") else "check")
            for name in columns:
                batch_op.drop_column(name)
    for table in ("alias", "refused_scan", "elder_wish", "dispute", "tie_change", "consent_proof"):
        op.drop_table(table)


def _home() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("id", ID, autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
    )


def _resident() -> tuple[sa.Column[int], ...]:
    return (*_home(), sa.Column("resident_id", sa.BigInteger(), nullable=False))


def _columns(**lengths: int) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.String(length), nullable=False) for name, length in lengths.items())


def _span(first: str, last: str) -> tuple[sa.Column[int], ...]:
    return tuple(
        sa.Column(f"{word}_{part}", sa.BigInteger(), nullable=word == last)
        for word in (first, last)
        for part in ("at", "by")
    )


def _consent_proof() -> tuple[SchemaItem, ...]:
    return (
        sa.Column("size", sa.Integer(), nullable=False),
        *_columns(sha256=64),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        *_keys("consent_proof", resident_id="resident"),
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
