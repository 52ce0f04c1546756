"""When a device had keys, so that nothing is taken from before it was there.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A device of before counts as paired since it was added."""
    op.add_column("devices", sa.Column("pairings", sa.Text(), nullable=True))


def downgrade() -> None:
    """Only the last pairing stays known."""
    op.drop_column("devices", "pairings")
