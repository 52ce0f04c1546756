"""Whether a face moved as a picture of a face does.

Column types are spelt out here, not imported: this must go on making what it made when it was written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was searched before was not asked."""
    op.add_column("sightings", sa.Column("flat", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Nobody is asked any more."""
    with op.batch_alter_table("sightings") as table:
        table.drop_column("flat")
