"""A one-time secret may be used up by another request at any moment."""

from pathlib import Path

import pytest

from attendance.disk import secret_files
from attendance.disk.secret_files import secret_from


def test_a_secret_that_is_used_up_before_it_is_read_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "setup-token"
    make = secret_files._make
    made: list[str] = []

    def made_and_used_up(where: Path) -> None:
        make(where)
        made.append(where.read_text().strip())
        if len(made) == 1:
            where.unlink()

    monkeypatch.setattr(secret_files, "_make", made_and_used_up)
    assert secret_from(path) == made[1] != made[0]
