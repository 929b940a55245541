"""Keys of messages begin with what rises with time, so that a platform that tries again across an upgrade is still
known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """m:openid:MsgId → m:MsgId:openid; e:openid:Event:CreateTime:EventKey → e:CreateTime:openid:Event:EventKey."""
    _rename({"m": (2, 1), "e": (3, 1, 2)})


def downgrade() -> None:
    """Back."""
    _rename({"m": (2, 1), "e": (2, 3, 1)})


def _rename(orders: dict[str, tuple[int, ...]]) -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, key FROM inbox")).all()
    changed = [{"row": row_id, "key": key} for row_id, old in rows if (key := _renamed(old, orders)) != old]
    if changed:
        connection.execute(sa.text("UPDATE inbox SET key = :key WHERE id = :row"), changed)


def _renamed(key: str, orders: dict[str, tuple[int, ...]]) -> str:
    """A key with its parts in another order; one whose parts are hashed stays."""
    order = orders.get(key.partition(":")[0], ())
    parts = key.split(":", len(order) + 1)
    if not order or len(parts) <= max(order):
        return key
    return ":".join([parts[0], *(parts[at] for at in order), *parts[len(order) + 1 :]])
