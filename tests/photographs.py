"""Photographs of real people, which are no part of the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

needs_photographs = [
    pytest.mark.photographs,
    pytest.mark.skipif("ROLLCALL_FACES_DIR" not in os.environ, reason="ROLLCALL_FACES_DIR names no folder of photos"),
]
ON_STAGE, ELSEWHERE = "lin-manuel-miranda.png", "rose_leslie1.jpg"


def photograph(name: str) -> Path:
    return next(Path(os.environ["ROLLCALL_FACES_DIR"]).rglob(name))
