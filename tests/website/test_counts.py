"""Counting in memory and in a file: windows that move, and nothing that stays for ever."""

from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from limits.errors import StorageError

from website.file_counts import FileCounts
from website.memory_counts import MemoryCounts

_BEGIN = 1_000_000.0
_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from website.file_counts import FileCounts
counts = FileCounts(Path(sys.argv[1]))
print(sum(counts.acquire_entry("door", 150, 600) for _ in range(100)))
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds since 1970 that the counts see."""
    now = [_BEGIN]
    monkeypatch.setattr("time.time", lambda: now[0])
    return now


@pytest.fixture(params=["memory", "file"])
def counts(request: pytest.FixtureRequest, clock: list[float], tmp_path: Path) -> MemoryCounts | FileCounts:
    """That begin at the clock's time."""
    return MemoryCounts() if request.param == "memory" else FileCounts(tmp_path / "tries.db")


def test_a_hit_counts_until_its_window_is_over(counts: MemoryCounts | FileCounts, clock: list[float]) -> None:
    assert counts.acquire_entry("door", 2, 60)
    clock[0] += 30
    assert counts.acquire_entry("door", 2, 60)
    assert counts.get_moving_window("door", 2, 60) == (_BEGIN, 2)
    assert not counts.acquire_entry("door", 2, 60)
    clock[0] += 30.5
    assert counts.get_moving_window("door", 2, 60) == (_BEGIN + 30, 1)
    assert counts.acquire_entry("door", 2, 60)
    assert not counts.acquire_entry("door", 2, 60)


def test_a_refused_hit_does_not_count(counts: MemoryCounts | FileCounts, clock: list[float]) -> None:
    assert not counts.acquire_entry("door", 2, 60, amount=3)
    assert counts.get_moving_window("door", 2, 60) == (clock[0], 0)
    assert counts.acquire_entry("door", 2, 60, amount=2)


def test_keys_are_counted_apart_and_cleared_apart(counts: MemoryCounts | FileCounts) -> None:
    assert counts.acquire_entry("door", 1, 60)
    assert counts.acquire_entry("gate", 1, 60)
    counts.clear("door")
    assert counts.acquire_entry("door", 1, 60)
    assert not counts.acquire_entry("gate", 1, 60)
    assert counts.reset() == 2
    assert counts.acquire_entry("gate", 1, 60)


def test_a_fixed_window_begins_with_its_first_hit(counts: MemoryCounts | FileCounts, clock: list[float]) -> None:
    assert (counts.get("door"), counts.get_expiry("door")) == (0, _BEGIN)
    assert counts.incr("door", 60) == 1
    clock[0] += 30
    assert counts.incr("door", 60, amount=2) == 3
    assert counts.get_expiry("door") == _BEGIN + 60
    assert counts.check()


def test_names_that_somebody_made_up_are_forgotten_in_memory(clock: list[float]) -> None:
    counts = MemoryCounts()
    for number in range(100):
        counts.acquire_entry(f"made up {number}", 5, 60)
    clock[0] += 61
    counts.acquire_entry("door", 5, 60)
    assert list(counts._windows) == ["door"]


def test_names_that_somebody_made_up_are_forgotten_in_the_file(clock: list[float], tmp_path: Path) -> None:
    counts = FileCounts(tmp_path / "tries.db")
    for number in range(100):
        counts.acquire_entry(f"made up {number}", 5, 60)
    clock[0] += 61
    counts.acquire_entry("door", 5, 60)
    with sqlite3.connect(tmp_path / "tries.db") as file:
        assert file.execute("SELECT key FROM hits").fetchall() == [("door",)]


def test_a_hit_in_memory_starts_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library starts one for each, and two hits at once may start the same one twice."""
    counts = MemoryCounts()
    counts.timer.join()

    def fail(self: threading.Thread) -> None:
        raise RuntimeError("threads can only be started once")

    monkeypatch.setattr(threading.Thread, "start", fail)
    assert counts.acquire_entry("door", 1, 60)


def test_processes_that_share_a_file_count_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _IN_ANOTHER_PROCESS, str(tmp_path / "tries.db")]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [int(process.communicate()[0]) for process in processes]
    assert sum(taken) == 150


def test_nobody_else_may_read_who_tried(tmp_path: Path) -> None:
    FileCounts(tmp_path / "tries.db").acquire_entry("door", 1, 60)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_file_that_cannot_be_used_is_told_as_the_library_tells_it(tmp_path: Path) -> None:
    (tmp_path / "tries.db").write_bytes(b"this is no database, however long one looks at it" * 100)
    with pytest.raises(StorageError):
        FileCounts(tmp_path / "tries.db").acquire_entry("door", 1, 60)
    with pytest.raises(StorageError):
        FileCounts(tmp_path / "gone" / "tries.db").acquire_entry("door", 1, 60)
