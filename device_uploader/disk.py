"""Writing that survives power loss: every change of the disk that the outbox makes, one method each."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path


class Disk:
    """The real disk. Tests put one in its place that fails at any step."""

    def make_folder(self, path: Path) -> None:
        """With its parents; one that is there stays."""
        path.mkdir(parents=True, exist_ok=True)

    def keep_private(self, path: Path) -> None:
        """A file is 0600 now, a folder 0700; a link is left alone."""
        if not path.is_symlink():
            wanted = 0o700 if path.is_dir() else 0o600
            if stat.S_IMODE(path.stat().st_mode) != wanted:
                path.chmod(wanted)

    def write(self, path: Path, data: bytes) -> None:
        """The file, and its bytes on the disk before this returns."""
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def append(self, path: Path, data: bytes) -> None:
        """To the system, which survives a kill; `sync` makes it survive power loss. The whole or nothing.

        A full disk takes a part first and refuses afterwards: half a line would spoil the next one.
        """
        with path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            rest = memoryview(data)
            try:
                while rest:
                    rest = rest[file.write(rest) :]
            except BaseException:
                with suppress(OSError):
                    file.truncate(size)
                raise

    def sync(self, path: Path) -> None:
        """The bytes of a file, or the names in a folder, are on the disk before this returns."""
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def rename(self, old: Path, new: Path) -> None:
        """At once or not at all; a file in the way is replaced."""
        old.rename(new)

    def remove(self, path: Path) -> None:
        """A file, or a folder with all that is in it; what is gone already is passed over."""
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)

    def replace(self, path: Path, data: bytes) -> None:
        """A small file that is there whole at any moment: the old one or the new one."""
        beside = path.with_name(path.name + ".new")
        try:
            self.write(beside, data)
        except OSError:
            with suppress(OSError):
                self.remove(beside)  # what did not fit would keep a full disk full
            raise
        self.rename(beside, path)
        self.sync(path.parent)

    def free_bytes(self, path: Path) -> int:
        """What can still be written on the disk of this path."""
        return shutil.disk_usage(path).free

    def total_bytes(self, path: Path) -> int:
        """The size of the disk of this path."""
        return shutil.disk_usage(path).total
