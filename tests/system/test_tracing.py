"""What the tests of silence see with: each kind of talk and of stray file, made by a program of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.system.tracing import Traced

# Addresses that belong to nobody; connecting by UDP sends nothing.
TALK = {
    "a connection": ("s(AF_INET).connect(('192.0.2.1', 443))", {"192.0.2.1:443"}),
    "a connection by IPv6": ("s(AF_INET6).connect(('2001:db8::1', 443))", {"2001:db8::1:443"}),
    "a look-up": ("s(AF_INET).connect(('127.0.0.1', 53))", {"127.0.0.1:53"}),
    "a loopback": ("s(AF_INET).connect(('127.0.0.1', 9)); s(AF_INET6).connect(('::1', 9))", set()),
}
WRITTEN = {
    "a file": "Path({place!r}).write_text('')",
    "a folder": "Path({place!r}).mkdir()",
    "a file that is moved": "Path({inside!r}).write_text(''); os.rename({inside!r}, {place!r})",
    "a file named from its folder": "os.open({name!r}, os.O_CREAT, dir_fd=os.open({folder!r}, os.O_RDONLY))",
    "a file of a child": "subprocess.run(['touch', {place!r}], check=True)",
}


@pytest.mark.parametrize("kind", TALK)
def test_the_trace_shows(tmp_path: Path, kind: str) -> None:
    words, expected = TALK[kind]
    start = "import contextlib; from socket import *; s = lambda family: socket(family, SOCK_DGRAM)\n"
    start += f"with contextlib.suppress(OSError): {words}"
    program = Traced([sys.executable, "-c", start], tmp_path / "traced", {})
    program.run()
    assert program.called() == expected


@pytest.mark.parametrize("kind", WRITTEN)
def test_the_trace_shows_what_is_written(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data").mkdir()
    place, inside = tmp_path / "stray", tmp_path / "data" / "inside"
    words = WRITTEN[kind].format(place=str(place), inside=str(inside), name=place.name, folder=str(tmp_path))
    start = "import os, subprocess; from pathlib import Path\n"
    program = Traced([sys.executable, "-c", start + words], tmp_path / "traced", {})
    program.run()
    assert program.written_outside(tmp_path / "data") == {str(place)}
