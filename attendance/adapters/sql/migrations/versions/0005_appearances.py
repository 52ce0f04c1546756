"""When somebody left in the middle of a recording and came back.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what was searched before, only the first and the last second are known."""
    op.add_column("sightings", sa.Column("appearances_s", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Only the first and the last second stay known."""
    op.drop_column("sightings", "appearances_s")
