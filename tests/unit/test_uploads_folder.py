"""What the folder of uploads does on the disk, and what a kill leaves of it."""

import errno
import io
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.adapters.folder.uploads import RESERVE_BYTES, FolderUploads, open_uploads
from attendance.errors import Conflict, InvalidInput, NotFound, OutOfSpace, ServiceUnavailable
from attendance.model import new_id
from attendance.ports import Upload
from attendance.settings import load_settings
from tests.sending import A_LECTURE, TEACHER

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def an_upload(size: int) -> Upload:
    return Upload(new_id(), TEACHER, size, NOON, A_LECTURE)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "uploads"


@pytest.fixture
def spool(root: Path) -> FolderUploads:
    return FolderUploads(root, free=lambda folder: 10**12)


def test_only_the_own_user_can_read_uploads(spool: FolderUploads, root: Path) -> None:
    spool.begin(an_upload(10))
    modes = {path.stat().st_mode & 0o777 for path in (root, *root.rglob("*"))}
    assert modes == {0o700, 0o600}


def test_a_reserve_stays_free_on_the_disk(root: Path) -> None:
    spool = FolderUploads(root, free=lambda folder: RESERVE_BYTES + 100)
    spool.begin(an_upload(100))
    with pytest.raises(OutOfSpace, match=r"^There is no room for a file of 0\.0 GB on this machine\.$"):
        spool.begin(an_upload(101))
    assert len(list(root.iterdir())) == 1


def test_the_reserve_stays_free_also_where_several_uploads_fill_the_disk(root: Path) -> None:
    left = [RESERVE_BYTES + 100]
    spool = FolderUploads(root, free=lambda folder: left[0])
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    left[0] = RESERVE_BYTES - 1
    with pytest.raises(OutOfSpace, match=r"go on when there is\.$"):
        spool.append(upload.id, 5, io.BytesIO(b"56789"))
    assert spool.upload(upload.id).offset == 5
    left[0] = RESERVE_BYTES
    assert spool.append(upload.id, 5, io.BytesIO(b"56789")).offset == 10


def test_a_disk_that_fills_up_keeps_what_it_has(
    spool: FolderUploads, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"012"))

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutOfSpace, match=r"^There is no room left in the folder of uploads\.$"):
        spool.append(upload.id, 3, io.BytesIO(b"345"))
    monkeypatch.undo()
    here = spool.upload(upload.id).offset
    spool.append(upload.id, here, io.BytesIO(b"0123456789"[here:]))
    assert spool.file(upload.id).path.read_bytes() == b"0123456789"


def test_an_upload_survives_a_restart(spool: FolderUploads, root: Path) -> None:
    upload = an_upload(10)
    spool.begin(upload)
    spool.append(upload.id, 0, io.BytesIO(b"01234"))
    assert FolderUploads(root).upload(upload.id).offset == 5


def test_what_a_dead_process_left_of_an_upload_goes(spool: FolderUploads, root: Path) -> None:
    kept = an_upload(3)
    spool.begin(kept)
    moved = root / new_id()
    for folder in (root / ".new-abc", root / ".gone-abc", moved, root / "lost+found"):
        folder.mkdir()
        (folder / "details.json").write_text(json.dumps({}))
    assert spool.remove_older_than(NOON - timedelta(days=7)) == 0
    assert sorted(path.name for path in root.iterdir()) == sorted([".new-abc", kept.id, "lost+found"])
    assert spool.remove_older_than(datetime.now(UTC) + timedelta(days=1)) == 1
    assert [path.name for path in root.iterdir()] == ["lost+found"]


def test_an_upload_has_one_name_only(spool: FolderUploads, root: Path) -> None:
    upload = an_upload(3)
    spool.begin(upload)
    for name in (f"../{root.name}/{upload.id}", f"{upload.id}/", str(root / upload.id)):
        with pytest.raises(NotFound):
            spool.upload(name)
        spool.remove(name)
    assert spool.upload(upload.id) == upload
    with pytest.raises(InvalidInput):
        spool.begin(replace(upload, id="../outside"))
    assert len(list(root.parent.iterdir())) == 1


def test_a_folder_that_cannot_be_read_is_said_plainly(spool: FolderUploads, root: Path) -> None:
    upload = an_upload(3)
    spool.begin(upload)
    (root / upload.id / "details.json").unlink()
    (root / upload.id / "details.json").mkdir()
    with pytest.raises(ServiceUnavailable, match=r"^The folder of uploads cannot be used: .*\.$"):
        spool.upload(upload.id)


SENDER = """
import io, sys, time
from pathlib import Path
from attendance.adapters.folder.uploads import FolderUploads

class Slow(io.RawIOBase):
    sent = 0
    def read(self, size):
        chunk = bytes(i % 251 for i in range(self.sent, self.sent + 1000))
        self.sent += 1000
        if self.sent == 50_000:
            print("half", flush=True)
        time.sleep(0.0005)
        return chunk

FolderUploads(Path(sys.argv[1])).append(sys.argv[2], 0, Slow())
"""


def test_an_upload_whose_process_was_killed_goes_on_where_its_file_ends(spool: FolderUploads, root: Path) -> None:
    size = 10_000_000
    upload = an_upload(size)
    spool.begin(upload)
    with subprocess.Popen([sys.executable, "-c", SENDER, str(root), upload.id], stdout=subprocess.PIPE) as sender:
        assert sender.stdout is not None
        assert sender.stdout.readline() == b"half\n"
        with pytest.raises(Conflict, match=r"^Another request is sending this upload at this moment\.$"):
            spool.append(upload.id, spool.upload(upload.id).offset, io.BytesIO(b"x"))
        sender.send_signal(signal.SIGKILL)
    here = spool.upload(upload.id).offset
    assert 40_000 <= here < size
    whole = bytes(i % 251 for i in range(here + 5000))
    # The kernel takes the lock back when the process is gone, which is a moment after it was killed.
    for _ in range(100):
        try:
            spool.append(upload.id, here, io.BytesIO(whole[here:]))
            break
        except Conflict:
            time.sleep(0.05)
    assert (root / upload.id / "data").read_bytes() == whole


def test_uploads_lie_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path)})
    open_uploads(f"folder:{settings.data}/uploads", settings)
    assert (tmp_path / "uploads").is_dir()
