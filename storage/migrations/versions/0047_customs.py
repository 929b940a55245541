"""How residents keep festivals (H1). Nobody has been asked."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns."""
    blob = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    op.execute(f"ALTER TABLE resident_record ADD COLUMN customs {blob}")
    op.execute("ALTER TABLE resident_record ADD COLUMN customs_by BIGINT")
    op.execute("ALTER TABLE resident_record ADD COLUMN customs_at BIGINT")


def downgrade() -> None:
    """Without them."""
    for name in ("customs", "customs_by", "customs_at"):
        op.execute(f"ALTER TABLE resident_record DROP COLUMN {name}")
