"""What the media folder does on the disk."""

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from attendance.adapters.folder.media import FolderMedia, open_media
from attendance.disk.files import DiskFile
from attendance.errors import InvalidInput, NotFound, OutOfSpace, ServiceUnavailable, SettingsError
from attendance.media_keys import evidence_key, recording_key
from attendance.model import new_id
from attendance.settings import load_settings


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "data" / "media"


@pytest.fixture
def media(root: Path) -> FolderMedia:
    return FolderMedia(root)


@pytest.fixture
def key() -> str:
    return evidence_key(new_id())


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def files_under(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_only_the_own_user_can_read_what_is_kept(media: FolderMedia, root: Path, key: str, tmp_path: Path) -> None:
    media.put(key, b"picture")
    moved = recording_key(new_id(), ".mp4")
    (tmp_path / "upload").write_bytes(b"video")
    (tmp_path / "upload").chmod(0o644)
    media.put_file(moved, DiskFile(tmp_path / "upload"))
    assert mode(root / key) == mode(root / moved) == 0o600
    folders = [root.parent, root, *(path for path in root.rglob("*") if path.is_dir())]
    assert {mode(folder) for folder in folders} == {0o700}


def test_empty_folders_go_with_their_last_file(media: FolderMedia, root: Path) -> None:
    folder = new_id()
    first, second = evidence_key(folder), evidence_key(folder)
    media.put(first, b"x")
    media.put(second, b"x")
    media.delete([first])
    assert (root / "evidence" / folder).is_dir()
    media.delete([second])
    assert not (root / "evidence").exists()
    media.put(first, b"again")
    assert media.read(first) == b"again"


def test_a_file_that_is_none_of_ours_is_no_key(media: FolderMedia, root: Path, key: str) -> None:
    media.put(key, b"x")
    (root / key).with_name("Thumbs.db").write_bytes(b"")
    (root / "README").write_bytes(b"")
    assert list(media.keys()) == [key]


def test_a_full_disk_is_said_plainly_and_leaves_the_old_file_whole(
    media: FolderMedia, root: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    media.put(key, b"old")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutOfSpace, match=r"^There is no room left in the media folder\.$"):
        media.put(key, b"new and longer")
    monkeypatch.undo()
    assert media.read(key) == b"old"
    assert files_under(root) == [root / key]


def test_a_disk_that_fails_otherwise_is_a_service_that_does_not_answer(
    media: FolderMedia, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(ServiceUnavailable, match=r"^The media folder cannot be used: Input/output error\.$"):
        media.put(key, b"x")


def test_a_folder_that_is_a_link_is_refused(media: FolderMedia, root: Path, tmp_path: Path) -> None:
    outside, owner = tmp_path / "outside", new_id()
    outside.mkdir()
    (root / "evidence").mkdir()
    (root / "evidence" / owner).symlink_to(outside)
    key = evidence_key(owner)
    (outside / Path(key).name).write_bytes(b"secret")
    for attempt in (media.read, media.size, lambda key: media.put(key, b"x"), lambda key: media.delete([key])):
        with pytest.raises(InvalidInput):
            attempt(key)
    assert list(media.keys()) == []
    assert (outside / Path(key).name).read_bytes() == b"secret"


def test_a_file_that_is_a_link_is_not_there(media: FolderMedia, root: Path, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (root / key).parent.mkdir(parents=True)
    (root / key).symlink_to(tmp_path / "secret")
    for attempt in (media.read, media.size, media.open, lambda key: media.local_path(key).__enter__()):
        with pytest.raises(NotFound):
            attempt(key)
    media.put(key, b"ours")
    assert media.read(key) == b"ours"
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_a_folder_in_the_place_of_a_file_is_not_there(media: FolderMedia, root: Path, key: str) -> None:
    (root / key).mkdir(parents=True)
    with pytest.raises(NotFound):
        media.read(key)


def test_a_file_comes_from_another_disk_too(
    media: FolderMedia, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, source = recording_key(new_id(), ".mp4"), tmp_path / "upload"
    source.write_bytes(b"video" * 1000)
    rename = Path.replace

    def refuse_other_disks(path: Path, target: Path) -> Path:
        if path == source:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", refuse_other_disks)
    media.put_file(key, DiskFile(source))
    assert media.read(key) == b"video" * 1000
    assert not source.exists()
    assert files_under(root) == [root / key]


def test_what_a_dead_process_left_half_written_goes_after_a_day(media: FolderMedia, root: Path) -> None:
    old, young = root / ".incoming" / "old", root / ".incoming" / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    two_days_ago = time.time() - 2 * 86400
    os.utime(old, (two_days_ago, two_days_ago))
    FolderMedia(root)
    assert not old.exists()
    assert young.exists()


WRITER = """
import sys
from pathlib import Path
from attendance.adapters.folder.media import FolderMedia
media = FolderMedia(Path(sys.argv[1]))
print("ready", flush=True)
while True:
    for letter in b"ab":
        media.put(sys.argv[2], bytes([letter]) * 3_000_000)
"""


def test_a_writer_killed_at_any_moment_leaves_the_old_or_the_new_file(root: Path, key: str) -> None:
    media = FolderMedia(root)
    media.put(key, b"a" * 3_000_000)
    for delay_s in (0.02, 0.05, 0.11):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(root), key], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(delay_s)
            writer.send_signal(signal.SIGKILL)
        assert media.read(key) in (b"a" * 3_000_000, b"b" * 3_000_000)
    assert list(media.keys()) == [key]


def test_the_setting_names_the_folder(tmp_path: Path) -> None:
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path / "d")})
    open_media(settings.media.reveal(), settings)
    assert (tmp_path / "d" / "media").is_dir()
    with pytest.raises(SettingsError):
        open_media("folder:", settings)


def test_a_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ServiceUnavailable, match=r"^The media folder cannot be used: .*\.$"):
        FolderMedia(tmp_path / "file" / "media")
