"""Settings become services, or one sentence that says why not."""

import errno
import os
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.engine import make_url

from attendance import bootstrap as bootstrap_module
from attendance.adapters.sql.refusals import file_refusal
from attendance.bootstrap import bootstrap
from attendance.disk.secret_files import site_secret
from attendance.errors import OutOfSpace, SettingsError
from attendance.settings import load_settings
from tests.device_uploader.small_disk import mounted


def test_the_defaults_become_services_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / "school" / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(folder)}))
    services.store.check()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match=r"^ROLLCALL_DATA is .*file/data, where no folder can be made: "):
        bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path / "file" / "data")}))


@pytest.mark.parametrize("room_kb", [0, 40, 100, 200])
def test_a_full_disk_is_told_as_that_wherever_the_start_meets_it(tmp_path: Path, room_kb: int) -> None:
    with mounted(tmp_path / "disk", 1) as disk:
        (disk / "somebody else's").write_bytes(bytes((1024 - room_kb) * 1024))
        with pytest.raises(OutOfSpace, match=r"^The disk is full: there is no room left for .*disk/data"):
            bootstrap(load_settings({"ROLLCALL_DATA": str(disk / "data")}))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_secret_that_finds_no_room_is_told_and_nothing_of_it_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(code, "no room")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutOfSpace, match=r"^The disk is full: there is no room left for .*/secret-key\.$"):
        site_secret(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "secret-key").mkdir()
    with pytest.raises(SettingsError, match=r"/secret-key cannot be used: Is a directory\.$"):
        site_secret(tmp_path)


@pytest.mark.parametrize(
    ("name", "blocks", "files", "sentence"),
    [
        ("SQLITE_FULL", 10_000, 10, "is full"),
        ("SQLITE_IOERR_SHMSIZE", 3, 10, "is full"),
        ("SQLITE_CANTOPEN", 3, 10, "is full"),
        ("SQLITE_CANTOPEN", 10_000, 0, "is full"),
        ("SQLITE_CANTOPEN", 10_000, 10, "cannot be opened"),
        ("SQLITE_IOERR_SHMSIZE", 10_000, 10, None),
    ],
)
def test_what_sqlite_refuses_on_a_full_disk_is_told_as_a_full_disk(
    monkeypatch: pytest.MonkeyPatch, name: str, blocks: int, files: int, sentence: str | None
) -> None:
    disk = SimpleNamespace(f_bavail=blocks, f_frsize=4096, f_files=100, f_favail=files)
    monkeypatch.setattr(os, "statvfs", lambda _folder: disk)
    error = sqlite3.OperationalError("as SQLite says it")
    error.sqlite_errorname = name
    refused = file_refusal(error, make_url("sqlite:////srv/rollcall.db"))
    assert (refused is None) == (sentence is None)
    assert refused is None or sentence in refused.sentence


@pytest.mark.parametrize("name", ["STORE", "MEDIA", "FACES", "JOBS"])
def test_an_adapter_that_nobody_knows_is_named_with_those_that_are_known(tmp_path: Path, name: str) -> None:
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path), f"ROLLCALL_{name}": "nonsense:here"})
    with pytest.raises(SettingsError, match=rf"^ROLLCALL_{name} is 'nonsense:[^']*', but must begin with "):
        bootstrap(settings)


def test_a_password_in_an_address_of_an_unknown_kind_is_not_shown(tmp_path: Path) -> None:
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path), "ROLLCALL_STORE": "mssql://ada:sec@ret@host/rollcall"})
    with pytest.raises(SettingsError, match="'mssql:") as refused:
        bootstrap(settings)
    assert not [part for part in ("ada", "sec", "ret") if part in refused.value.sentence]


ROOT = Path(__file__).parents[2]
REGISTRIES = {
    "ROLLCALL_STORE": bootstrap_module.STORES,
    "ROLLCALL_MEDIA": bootstrap_module.MEDIA,
    "ROLLCALL_FACES": bootstrap_module.FACES,
    "ROLLCALL_JOBS": bootstrap_module.JOBS,
}


def documented() -> list[tuple[str, str]]:
    """Each setting with each kind of value that the documentation gives it."""
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("deploy/**/*.md")]
    given = re.compile(r"(ROLLCALL_(?:STORE|MEDIA|FACES|JOBS))=([a-z][a-z0-9+]*)(?=:|\s|$)", re.MULTILINE)
    urls = re.compile(r"\b(?:sqlite|mysql|mariadb|postgres|postgresql|dynamodb)(?:\+[a-z0-9]+)?(?=:/)")
    text = "\n".join(page.read_text() for page in pages)
    found = set(given.findall(text)) | {("ROLLCALL_STORE", kind) for kind in urls.findall(text)}
    return sorted(found)


def test_the_documentation_names_every_database() -> None:
    kinds = {kind.partition("+")[0] for setting, kind in documented() if setting == "ROLLCALL_STORE"}
    assert kinds == set(bootstrap_module.STORES)


@pytest.mark.parametrize(("setting", "kind"), documented())
def test_every_kind_of_address_that_the_documentation_names_is_known(setting: str, kind: str) -> None:
    assert kind.partition("+")[0] in REGISTRIES[setting]
