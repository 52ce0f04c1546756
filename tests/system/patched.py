"""Changes made to the product inside a process that a system test starts: shorter leases, and kills at a named step.

The variables of SYSTEM_TEST_* say which; without them nothing is changed.
"""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from attendance import services
from attendance.adapters.folder.media import FolderMedia
from attendance.adapters.folder.uploads import FolderUploads
from attendance.adapters.huey.jobs import HueyJobs
from attendance.adapters.local.faces import LocalFaces
from attendance.adapters.rekognition.faces import RekognitionFaces
from attendance.adapters.s3.media import S3Media
from attendance.adapters.sql import SqlStore
from attendance.disk.files import DiskFile
from attendance.events import Event
from attendance.handlers import Handler
from attendance.searching import remote
from attendance.searching import searches as search_recording
from attendance.use_cases import outbox

PARTS = {"store": SqlStore, "media": FolderMedia, "uploads": FolderUploads, "faces": LocalFaces}
if os.environ.get("ROLLCALL_FACES", "").startswith("rekognition:"):
    PARTS |= {"media": S3Media, "faces": RekognitionFaces}


def apply() -> None:
    """Make the changes that the environment asks for."""
    if lease := os.environ.get("SYSTEM_TEST_LEASE_S"):
        search_recording.LEASE = timedelta(seconds=float(lease))
        search_recording.HEARTBEAT_S = float(lease) / 8
        outbox.LEASE = remote.LEASE = remote._SOON = search_recording.LEASE
    if sweep := os.environ.get("SYSTEM_TEST_SWEEP_S"):
        HueyJobs.run_worker = functools.partialmethod(HueyJobs.run_worker, sweep_every_s=float(sweep))
    if os.environ.get("SYSTEM_TEST_EVENTS"):
        services.HANDLERS = {"log": Handler((Event,), "tests.system.event_log:write")}
    if only := os.environ.get("SYSTEM_TEST_ONLY"):
        _claim_only(only)
    if step := os.environ.get("SYSTEM_TEST_KILL_AT"):
        _kill_at(step)
    if log := os.environ.get("SYSTEM_TEST_LOG"):
        _write_down_searches(Path(log))


def _claim_only(recording_id: str) -> None:
    real = SqlStore.claim_search

    def claim(self: SqlStore, wanted: str, *given: Any) -> Any:
        return real(self, wanted, *given) if wanted == recording_id else None

    SqlStore.claim_search = claim


def _kill_at(step: str) -> None:
    """`step` is "before PART.METHOD" or "after PART.METHOD"; the process kills itself there as kill -9 would.

    "store.commit:CHANGE" is a commit of this change.
    """
    when, _, where = step.partition(" ")
    part, _, method = where.partition(".")
    method, _, change = method.partition(":")
    real: Callable[..., Any] = getattr(PARTS[part], method)

    @functools.wraps(real)
    def killed(*given: Any, **named: Any) -> Any:
        if change and change not in [type(one).__name__ for one in given]:
            return real(*given, **named)
        answer = real(*given, **named) if when == "after" else None
        # A claim of nothing is no step of a search.
        if when == "before" or method != "claim_search" or answer is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(PARTS[part], method, killed)


def _write_down_searches(log: Path) -> None:
    """One line when a search begins and one when it ends; the clock is the same in all processes."""
    real = LocalFaces.search

    def search(self: LocalFaces, file: DiskFile, *given: Any, **more: Any) -> Any:
        _line(log, f"begin {file.path.stem} {time.monotonic()}")
        try:
            return real(self, file, *given, **more)
        finally:
            _line(log, f"end {file.path.stem} {time.monotonic()}")

    LocalFaces.search = search


def _line(log: Path, line: str) -> None:
    with log.open("a") as file:
        file.write(line + "\n")
