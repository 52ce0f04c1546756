"""Settings become services, or one sentence that says why not."""

from pathlib import Path

import pytest

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
    with pytest.raises(SettingsError, match=rf"^ROLLCALL_{name} is 'nonsense:here', but must begin with "):
        bootstrap(settings)
