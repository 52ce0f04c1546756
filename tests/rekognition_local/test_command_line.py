"""The command line: one line when ready, plain refusals, exit statuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rekognition_local.command_line import main
from tests.rekognition_local.running import ROOT, Running, command


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What is said to arguments that are wrong, which end the process with 2."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    return capsys.readouterr().err


def test_it_says_in_one_line_where_it_is_ready_and_ends_with_0(tmp_path):
    with Running(tmp_path) as server:
        assert server.line.startswith("rekognition_local is ready at http://127.0.0.1:")
        assert server.line.endswith(" with the engine mtcnn-1.0.0+sface-2021dec\n")
        with urllib.request.urlopen(server.url) as answer:
            assert answer.status == 200
        assert server.end() == 0


def test_ctrl_c_ends_it_as_well(tmp_path):
    with Running(tmp_path) as server:
        assert server.end(signal.SIGINT) == 0


def test_two_servers_do_not_share_a_folder(tmp_path):
    with Running(tmp_path):
        second = run(*command(tmp_path))
    assert second.returncode == 1
    assert second.stderr == f"Another server uses the folder {tmp_path}; stop it, or give --data another one.\n"


def test_a_port_that_is_taken_is_refused_with_a_plain_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run(*command(tmp_path, "--port", str(port)))
    assert result.returncode == 1
    assert result.stderr == f"Port {port} of 127.0.0.1 cannot be used: Address already in use.\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])
def test_other_machines_are_let_in_only_by_an_option(tmp_path, capsys, host):
    assert "--anyone-may-connect" in refused(capsys, "--data", str(tmp_path), "--host", host)


def test_with_the_option_it_listens_everywhere(tmp_path):
    with Running(tmp_path, "--host", "0.0.0.0", "--anyone-may-connect") as server:
        assert server.url.startswith("http://0.0.0.0:")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--port", "70000"),
        ("--port", "x"),
        ("--workers", "0"),
        ("--most-jobs", "-1"),
        ("--every", "0"),
        ("--every", "nan"),
        ("--tokens-last", "long"),
        ("--unknown",),
    ],
)
def test_a_wrong_option_ends_with_2_and_says_which(tmp_path, capsys, wrong):
    assert wrong[0] in refused(capsys, "--data", str(tmp_path), *wrong)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    result = run(*command(tmp_path / "file" / "data"))
    assert result.returncode == 1
    assert result.stderr == f"The folder {tmp_path / 'file' / 'data'} cannot be used: Not a directory.\n"


def test_a_damaged_file_is_named_at_the_start(tmp_path: Path):
    damaged = tmp_path / "collections" / "one" / "collection.json"
    (damaged.parent / "pictures").mkdir(parents=True)
    damaged.write_text("{")
    result = run(*command(tmp_path))
    assert result.returncode == 1
    assert result.stderr.startswith(f"{damaged} cannot be read: ")


def test_help_names_every_option():
    text = run(sys.executable, "-m", "rekognition_local", "--help").stdout
    for option in ("port", "host", "anyone-may-connect", "data", "workers", "most-jobs", "every", "tokens-last"):
        assert f"--{option}" in text
    assert "AWS_ENDPOINT_URL_S3" in text
