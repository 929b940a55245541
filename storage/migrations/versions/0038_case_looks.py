"""What belongs to a complaint is found by it: each look went through all promises that were not kept yet, and each new
complaint through all lines of all cases.
"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def _index(table: str, name: str, *columns: str) -> None:
    given = sa.text(f"{columns[0]} IS NOT NULL")
    op.create_index(name, table, list(columns), sqlite_where=given, postgresql_where=given)


def upgrade() -> None:
    """Two new indexes."""
    _index("promise", "ix_promise_case", "case_id", "kind", "kept_at")
    _index("case_record", "ix_case_record_inbox", "inbox_id")


def downgrade() -> None:
    """Without them."""
    op.drop_index("ix_promise_case", "promise")
    op.drop_index("ix_case_record_inbox", "case_record")
