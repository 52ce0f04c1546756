"""Settings become services, or one sentence that says why not."""

import re
from pathlib import Path

import pytest

from attendance import bootstrap as bootstrap_module
from attendance.bootstrap import bootstrap
from attendance.errors import SettingsError
from attendance.settings import load_settings


def test_the_defaults_become_services_in_a_private_folder(tmp_path: Path) -> None:
    folder = tmp_path / "school" / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(folder)}))
    services.store.check()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_data_folder_that_cannot_be_made_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(SettingsError, match=r"^ROLLCALL_DATA is .*file/data, where no folder can be made: "):
        bootstrap(load_settings({"ROLLCALL_DATA": str(tmp_path / "file" / "data")}))


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
