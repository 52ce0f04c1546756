"""Programs under strace, as a user starts them on a fresh machine: whom they speak to, and what they write where."""

from __future__ import annotations

import ipaddress
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.system.processes import PATIENCE_S, REPOSITORY, Process, wait_for

_TALK = ("connect", "sendto", "sendmsg", "sendmmsg")
_WRITE = ("open", "openat", "creat", "mkdir", "mkdirat", "mknod", "mknodat")
_MOVE = ("rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat")
_FOR_WRITING = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|O_TRUNC")
_CALL = re.compile(r"\d+\s+(\w+)\((.*)")
_PLACE = re.compile(r'(?:(?:AT_FDCWD|\d+)<([^>]*)>, )?"((?:[^"\\]|\\.)*)"')
_ADDRESS = re.compile(r'sin6?_port=htons\((\d+)\).*?(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_DNS_PORT = 53


class Traced(Process):
    """A program in a fresh home. Nothing of our own environment reaches it, above all no switch of a library."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        self.home, self.temp = folder / "home", folder / "temp"
        self.trace = folder / "trace"
        for made in (self.home, self.temp):
            made.mkdir(parents=True)
        calls = ",".join(f"?{name}" for name in (*_TALK, *_WRITE, *_MOVE))
        # -DD: the program is our own child, and strace beside it; -y: names the folder that a path begins in.
        strace = [_strace(), "-DD", "-f", "-q", "-y", "--seccomp-bpf", "-e", f"trace={calls}", "-o", str(self.trace)]
        super().__init__([*strace, *command], environment)
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "TMPDIR": str(self.temp),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }

    def run(self, text: bytes = b"") -> str:
        """To its end, which must be a good one; what it wrote."""
        self.process = subprocess.Popen(
            self.command,
            env=self.environment,
            cwd=REPOSITORY,
            start_new_session=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        written = self.process.communicate(text, timeout=PATIENCE_S)[0].decode()
        assert self.process.returncode == 0, written
        return written

    def called(self) -> set[str]:
        """Every address beyond this machine that was spoken to, and every question for one."""
        found = set()
        for name, rest in self._calls():
            if name in _TALK:
                found |= {f"{address}:{port}" for port, address in _ADDRESS.findall(rest) if _leaves(address, port)}
                found |= {rest for _ in re.findall(r'sun_path="[^"]*[Rr]esolve', rest)}
        return found

    def written_outside(self, *folders: Path) -> set[str]:
        """Every path that was made or opened for writing, but for these folders, devices, our cache and the temp one.

        Our cache is the one of the README: ~/.cache/rollcall.
        """
        mine = [*folders, self.temp, self.home / ".cache/rollcall", Path("/dev"), Path("/proc")]
        above = {parent for folder in mine for parent in (folder, *folder.parents)}
        made = {path for name, rest in self._calls() for path in _paths(name, rest)}
        return {str(path) for path in made - above if not any(path.is_relative_to(folder) for folder in mine)}

    def _calls(self) -> Iterator[tuple[str, str]]:
        """Those that did not fail; one that waited stands there twice, and is whole at its beginning."""
        end = re.compile(rf"^{self.pid}\s+\+\+\+ ", re.MULTILINE)
        wait_for(lambda: end.search(self.trace.read_text(errors="replace")), "the end of the trace")
        for line in self.trace.read_text(errors="replace").splitlines():
            call = _CALL.match(line)
            if call and not re.search(r"\) = -1 E(?!INPROGRESS|CONNREFUSED|NETUNREACH|AGAIN)", line):
                yield call[1], call[2]


def _strace() -> str:
    found = shutil.which("strace")
    if found is None:
        pytest.skip("strace is not installed (Debian: apt-get install strace).")
    return found


def _leaves(address: str, port: str) -> bool:
    """A name server of this machine asks others."""
    return not ipaddress.ip_address(address).is_loopback or int(port) == _DNS_PORT


def _paths(name: str, rest: str) -> Iterator[Path]:
    if name in ("open", "openat") and not _FOR_WRITING.search(rest):
        return
    if name in (*_WRITE, *_MOVE):
        for folder, path in _PLACE.findall(rest):
            yield Path(os.path.normpath(Path(folder or REPOSITORY, path)))
