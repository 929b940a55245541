"""Who in charge was told of a complaint, and who said at night that she has seen it (C3, F41). Nobody was, before."""

from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

COLUMNS = ("told_at", "told_id", "night_until", "seen_at", "seen_by")


def upgrade() -> None:
    """Five columns; nobody is told now of what was open before."""
    for name in COLUMNS:
        op.execute(f"ALTER TABLE complaint ADD COLUMN {name} BIGINT")
    op.execute("UPDATE complaint SET told_at = opened_at")  # colleagues know of what is open


def downgrade() -> None:
    """Without them."""
    for name in COLUMNS:
        op.execute(f"ALTER TABLE complaint DROP COLUMN {name}")
