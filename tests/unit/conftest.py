"""What several of these tests need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from attendance.adapters.s3.bucket import Bucket
from tests.moto_bucket import open_moto_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    """Moto's, empty."""
    yield from open_moto_bucket()
