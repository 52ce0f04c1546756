"""What lies in a data folder becomes its user's own, and nothing else is touched."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from attendance.disk import private_files
from attendance.disk.private_files import keep_all_private, keep_database_private


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def made(path: Path, its_mode: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    path.chmod(its_mode)
    return path


def test_everything_in_the_folder_becomes_private_and_so_does_what_comes(tmp_path: Path) -> None:
    data = tmp_path / "data"
    files = [made(data / name, 0o666) for name in ("rollcall.db", "media/a/b", ".secret-key-draft", "new/thing")]
    files += [made(data / "media/.incoming/c", 0o777), made(data / "tries.db", 0o400)]
    for folder in {file.parent for file in files} - {data}:
        folder.chmod(0o777)
    data.chmod(0o755)
    keep_all_private(data)
    (data / "later").mkdir()
    (data / "later/file").touch()
    assert {mode(path) for path in (data, *data.rglob("*")) if path.is_dir()} == {0o700}
    assert {mode(path) for path in data.rglob("*") if path.is_file()} == {0o600}


def test_links_lead_nowhere(tmp_path: Path) -> None:
    outside, folder = made(tmp_path / "outside", 0o644), tmp_path / "folder"
    inside = made(folder / "inside", 0o644)
    data = tmp_path / "data"
    data.mkdir()
    (data / "link").symlink_to(outside)
    (data / "folder").symlink_to(folder)
    keep_all_private(data)
    assert (mode(outside), mode(inside)) == (0o644, 0o644)


def test_in_a_home_the_program_and_folders_with_a_dot_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, tool = made(tmp_path / "app/venv/bin/python", 0o755), made(tmp_path / ".local/bin/tool", 0o755)
    monkeypatch.setattr(private_files.sys, "prefix", str(tmp_path / "app/venv"))
    key = made(tmp_path / "secret-key", 0o644)
    keep_all_private(tmp_path)
    assert (mode(python), mode(tool), mode(key)) == (0o755, 0o755, 0o600)


def test_what_belongs_to_somebody_else_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    theirs = made(tmp_path / "data/theirs", 0o644)
    (tmp_path / "data").chmod(0o700)

    def refuse(path: str, _mode: int) -> None:
        raise PermissionError(path)

    monkeypatch.setattr(os, "chmod", refuse)
    keep_all_private(tmp_path / "data")
    assert f"Others may read {theirs} (1 files and folders in all)" in caplog.text


def test_a_database_elsewhere_is_private_with_the_files_beside_it(tmp_path: Path) -> None:
    files = [made(tmp_path / f"rollcall.db{ending}", 0o644) for ending in ("", "-wal", "-shm")]
    other = made(tmp_path / "rollcall.db.old", 0o644)
    keep_database_private(tmp_path / "rollcall.db")
    assert [mode(file) for file in files] == [0o600] * 3
    assert mode(other) == 0o644
