"""Tasks, whose hands they went through, notes about residents, and a colleague's own WeChat (engineering 19, F39).

Nothing is invented: the house begins without tasks and notes, and nobody's WeChat is a colleague's before she has bound
it.
"""

import sqlalchemy as sa
from alembic import op

from storage.migrations.anew import reword

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ROLES = ("", "carer", "nurse", "desk", "supervisor", "director", "admin", "auditor")
KINDS = ("family", "elder", "guest", "staff")


def _one_of(column: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"{column} = '{word}'" for word in words)


def _id() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", number, autoincrement=False, nullable=False)


def _link(name: str, target: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable, info={"target": target})


def _table(name: str, *parts: sa.Column[object] | sa.Constraint) -> None:
    columns = [part for part in parts if isinstance(part, sa.Column)]
    keys = [
        sa.ForeignKeyConstraint(
            [column.name],
            [f"{column.info['target']}.id"],
            name=op.f(f"fk_{name}_{column.name}_{column.info['target']}"),
            deferrable=True,
            initially="DEFERRED",
        )
        for column in columns
        if "target" in column.info
    ]
    others = [part for part in parts if isinstance(part, sa.Constraint)]
    op.create_table(name, _id(), *columns, *keys, *others, sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")))


def _checked(table: str, column: str, *words: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(_one_of(column, words), name=op.f(f"ck_{table}_{column}"))


def upgrade() -> None:
    """New tables, and one word more for who somebody is."""
    text, big = sa.String, sa.BigInteger
    _table(
        "task",
        _link("home_id", "home"),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        _link("resident_id", "resident", nullable=True),
        _link("talk_of", "person", nullable=True),
        _link("case_id", "complaint", nullable=True),
        _link("owner_id", "staff", nullable=True),
        sa.Column("role", text(12), nullable=False, server_default=""),
        sa.Column("floor", text(8), nullable=False, server_default=""),
        sa.Column("due_at", big(), nullable=True),
        sa.Column("source", text(16), nullable=False),
        sa.Column("made_by", big(), nullable=False),
        sa.Column("made_at", big(), nullable=False),
        sa.Column("ended_at", big(), nullable=True),
        sa.Column("ended_by", big(), nullable=True),
        sa.Column("ended_how", text(8), nullable=True),
        _checked("task", "role", *ROLES),
        _checked("task", "ended_how", "done", "dropped"),
    )
    op.create_index("ix_task_open", "task", ["home_id", "ended_at"])
    op.create_index("ix_task_owner_id", "task", ["owner_id"])
    op.create_index("ix_task_resident_id", "task", ["resident_id"])
    _table(
        "assignment",
        _link("home_id", "home"),
        sa.Column("thing", text(8), nullable=False),
        sa.Column("thing_id", big(), nullable=False),
        _link("from_id", "staff", nullable=True),
        _link("to_id", "staff", nullable=True),
        sa.Column("by_id", big(), nullable=False),
        sa.Column("why", text(8), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("at", big(), nullable=False),
    )
    op.create_index("ix_assignment_thing", "assignment", ["thing", "thing_id"])
    _table(
        "note",
        _link("home_id", "home"),
        _link("resident_id", "resident"),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", text(8), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("by_id", big(), nullable=False),
        sa.Column("at", big(), nullable=False),
        sa.Column("use", text(12), nullable=False),
        sa.Column("settled_at", big(), nullable=True),
        sa.Column("settled_by", big(), nullable=True),
        _link("letter_id", "letter", nullable=True),
        _link("inbox_id", "inbox", nullable=True),
        _checked("note", "use", "offered", "inside", "used", "taken_back"),
    )
    op.create_index("ix_note_resident", "note", ["resident_id", "day"])
    _table(
        "staff_wechat",
        _link("home_id", "home"),
        _link("staff_id", "staff"),
        sa.Column("digest", text(64), nullable=False),
        sa.Column("made_by", big(), nullable=False),
        sa.Column("made_at", big(), nullable=False),
        sa.Column("expires_at", big(), nullable=False),
        _link("who_id", "person", nullable=True),
        _link("follower_id", "follower", nullable=True),
        sa.Column("bound_at", big(), nullable=True),
        sa.Column("ended_at", big(), nullable=True),
        sa.Column("ended_by", big(), nullable=True),
        sa.Column("ended_how", text(12), nullable=True),
        sa.Column("menu", sa.Boolean(), nullable=False, server_default="0"),
        sa.UniqueConstraint("digest", name=op.f("uq_staff_wechat_digest")),
    )
    op.create_index("ix_staff_wechat_staff_id", "staff_wechat", ["staff_id"])
    bound = sa.text("who_id IS NOT NULL AND ended_at IS NULL")
    op.create_index(
        "uq_staff_wechat_who_id", "staff_wechat", ["who_id"], unique=True, sqlite_where=bound, postgresql_where=bound
    )
    reword("person", "kind", _one_of("kind", KINDS))


def downgrade() -> None:
    """Back; who chatted as a colleague is a guest again."""
    for table in ("staff_wechat", "note", "assignment", "task"):
        op.drop_table(table)
    op.execute("UPDATE person SET kind = 'guest' WHERE kind = 'staff'")
    reword("person", "kind", _one_of("kind", KINDS[:3]))
