"""Beds, and who has which one; the record of a resident, what happened to a stay, contracts, papers, the admission.

Whoever lives here gets a bed and a stay from the texts of room and bed. Nothing else is invented: what nobody asked is
not asked, what nobody wrote is empty.
"""

import sqlalchemy as sa
from alembic import op

from storage.types import new_id

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The tables, then the beds of who lives here."""
    op.create_table(
        "bed",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("building", sa.String(length=16), nullable=False),
        sa.Column("floor", sa.String(length=8), nullable=False),
        sa.Column("room", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=8), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_bed_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed")),
        sa.UniqueConstraint("home_id", "building", "room", "name", name=op.f("uq_bed_home_id_building_room_name")),
    )
    op.create_table(
        "bed_stay",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("bed_id", sa.BigInteger(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["bed_id"], ["bed.id"], name=op.f("fk_bed_stay_bed_id_bed"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_bed_stay_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_bed_stay_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bed_stay")),
    )
    op.create_index(
        "uq_bed_stay_bed_id",
        "bed_stay",
        ["bed_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_bed_stay_resident_id",
        "bed_stay",
        ["resident_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "resident_checklist",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.String(length=16), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("done_by", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_resident_checklist_home_id_home"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_resident_checklist_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_resident_checklist_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_checklist")),
        sa.UniqueConstraint("resident_id", "item", name=op.f("uq_resident_checklist_resident_id_item")),
    )
    op.create_table(
        "resident_contract",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("standard", sa.LargeBinary(), nullable=True),
        sa.Column("fee", sa.LargeBinary(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("renew_on", sa.Date(), nullable=True),
        sa.Column("explained", sa.LargeBinary(), nullable=False),
        sa.Column("explained_by", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_by", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_resident_contract_home_id_home"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_resident_contract_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_resident_contract_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_contract")),
    )
    op.create_index(op.f("ix_resident_contract_resident_id"), "resident_contract", ["resident_id"], unique=False)
    op.create_table(
        "resident_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_resident_event_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_resident_event_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_resident_event_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_event")),
    )
    op.create_index("ix_resident_event_line", "resident_event", ["resident_id", "at"], unique=False)
    op.create_table(
        "resident_file",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.LargeBinary(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("mime", sa.String(length=32), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.Column("removed_by", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["home_id"], ["home.id"], name=op.f("fk_resident_file_home_id_home"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_resident_file_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_resident_file_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_file")),
    )
    op.create_index(op.f("ix_resident_file_resident_id"), "resident_file", ["resident_id"], unique=False)
    op.create_table(
        "resident_record",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("home_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("admitted_on", sa.Date(), nullable=True),
        sa.Column("care_level", sa.String(length=16), server_default="", nullable=False),
        sa.Column("identity", sa.LargeBinary(), nullable=True),
        sa.Column("identity_mark", sa.String(length=64), nullable=True),
        sa.Column("called", sa.LargeBinary(), nullable=True),
        sa.Column("occupation", sa.LargeBinary(), nullable=True),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("basics_by", sa.BigInteger(), nullable=True),
        sa.Column("basics_at", sa.BigInteger(), nullable=True),
        sa.Column("allergy", sa.String(length=8), server_default="unasked", nullable=False),
        sa.Column("allergies", sa.LargeBinary(), nullable=True),
        sa.Column("allergy_by", sa.BigInteger(), nullable=True),
        sa.Column("allergy_at", sa.BigInteger(), nullable=True),
        sa.Column("history", sa.LargeBinary(), nullable=True),
        sa.Column("medicines", sa.LargeBinary(), nullable=True),
        sa.Column("diet", sa.LargeBinary(), nullable=True),
        sa.Column("blood", sa.LargeBinary(), nullable=True),
        sa.Column("usual", sa.LargeBinary(), nullable=True),
        sa.Column("speech", sa.LargeBinary(), nullable=True),
        sa.Column("hospital", sa.LargeBinary(), nullable=True),
        sa.Column("health_by", sa.BigInteger(), nullable=True),
        sa.Column("health_at", sa.BigInteger(), nullable=True),
        sa.Column("likes", sa.LargeBinary(), nullable=True),
        sa.Column("dislikes", sa.LargeBinary(), nullable=True),
        sa.Column("routine", sa.LargeBinary(), nullable=True),
        sa.Column("needs", sa.LargeBinary(), nullable=True),
        sa.Column("habits_by", sa.BigInteger(), nullable=True),
        sa.Column("habits_at", sa.BigInteger(), nullable=True),
        sa.Column("risks", sa.LargeBinary(), nullable=True),
        sa.Column("risks_by", sa.BigInteger(), nullable=True),
        sa.Column("risks_at", sa.BigInteger(), nullable=True),
        sa.Column("photo_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "allergy = 'unasked' OR allergy = 'none' OR allergy = 'some'", name=op.f("ck_resident_record_allergy")
        ),
        sa.ForeignKeyConstraint(
            ["home_id"],
            ["home.id"],
            name=op.f("fk_resident_record_home_id_home"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_resident_record_person_id_person"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"],
            ["resident.id"],
            name=op.f("fk_resident_record_resident_id_resident"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident_record")),
        sa.UniqueConstraint("home_id", "identity_mark", name=op.f("uq_resident_record_home_id_identity_mark")),
        sa.UniqueConstraint("person_id", name=op.f("uq_resident_record_person_id")),
        sa.UniqueConstraint("resident_id", name=op.f("uq_resident_record_resident_id")),
    )

    _beds()


def _beds() -> None:
    """Two in one bed by their texts: the first keeps it, the other is shown without one."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT id, home_id, floor, room, bed, created_at FROM resident "
            "WHERE status NOT IN ('退住', '去世') AND room <> '' AND bed <> '' ORDER BY home_id, room, bed, id"
        )
    ).all()
    known: set[tuple[int, str, str]] = set()
    beds: list[dict[str, object]] = []
    stays: list[dict[str, object]] = []
    for resident_id, home_id, floor, room, bed, since in rows:
        if (home_id, room, bed) in known:
            continue
        known.add((home_id, room, bed))
        bed_id = new_id()
        beds.append(
            {"id": bed_id, "home_id": home_id, "building": "", "floor": floor, "room": room, "name": bed, "at": since}
        )
        stays.append({"id": new_id(), "home_id": home_id, "resident_id": resident_id, "bed_id": bed_id, "at": since})
    if beds:
        connection.execute(
            sa.text(
                "INSERT INTO bed (id, home_id, building, floor, room, name, created_at) "
                "VALUES (:id, :home_id, :building, :floor, :room, :name, :at)"
            ),
            beds,
        )
        connection.execute(
            sa.text(
                "INSERT INTO bed_stay (id, home_id, resident_id, bed_id, began_at) "
                "VALUES (:id, :home_id, :resident_id, :bed_id, :at)"
            ),
            stays,
        )


def downgrade() -> None:
    """Back."""

    op.drop_table("resident_record")
    op.drop_index(op.f("ix_resident_file_resident_id"), table_name="resident_file")
    op.drop_table("resident_file")
    op.drop_index("ix_resident_event_line", table_name="resident_event")
    op.drop_table("resident_event")
    op.drop_index(op.f("ix_resident_contract_resident_id"), table_name="resident_contract")
    op.drop_table("resident_contract")
    op.drop_table("resident_checklist")
    op.drop_index(
        "uq_bed_stay_resident_id",
        table_name="bed_stay",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "uq_bed_stay_bed_id",
        table_name="bed_stay",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("bed_stay")
    op.drop_table("bed")
