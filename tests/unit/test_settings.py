"""Settings are parsed and checked once, and documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from attendance.errors import SettingsError
from attendance.settings import SETTINGS, Setting, Settings, load_settings
from attendance.settings.kinds import machine_timezone

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs/settings.md"


def test_defaults_need_nothing(tmp_path):
    settings = load_settings({"ROLLCALL_DATA": str(tmp_path)})
    assert settings.store == f"sqlite:///{tmp_path}/rollcall.db"
    assert settings.accept_similarity is None
    assert settings.most_upload_bytes == 10_000_000_000


def test_the_path_of_the_data_folder_may_have_blanks_and_commas():
    settings = load_settings({"ROLLCALL_DATA": "/srv/our school, 2026"})
    assert [url.reveal() for url in settings.notices] == ["folder:/srv/our school, 2026/outbox"]
    assert settings.media.reveal() == "folder:/srv/our school, 2026/media"


def test_the_data_folder_becomes_absolute():
    assert load_settings({}).data == Path.cwd() / "instance"


@pytest.mark.parametrize(
    ("name", "value", "cure"),
    [
        ("ROLLCALL_TIMEZONE", "Korea/Pyongchang", "must be the name of a time zone"),
        ("ROLLCALL_MAX_UPLOAD_GB", "lots", "must be a number"),
        ("ROLLCALL_MAX_UPLOAD_GB", "nan", "must be a number from"),
        ("ROLLCALL_ACCEPT_SIMILARITY", "101", "must be a number from 0 to 100"),
        ("ROLLCALL_LOGIN_ATTEMPTS", "0", "must be a whole number from 1"),
        ("ROLLCALL_STILL_FACES", "never", "must be review or allow"),
        ("ROLLCALL_HTTPS", "perhaps", "must be yes or no"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(name, value, cure):
    with pytest.raises(SettingsError) as wrong:
        load_settings({name: value})
    assert name in wrong.value.sentence
    assert cure in wrong.value.sentence


@pytest.mark.parametrize("name", ["Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UTC", "Nowhere/Land"])
def test_a_machine_on_universal_time_says_utc(name, monkeypatch):
    monkeypatch.setenv("TZ", name)
    assert machine_timezone() == "UTC"


def test_another_zone_of_the_machine_keeps_its_name(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Seoul")
    assert machine_timezone() == "Asia/Seoul"


def test_a_misspelt_setting_stops_the_start():
    with pytest.raises(SettingsError, match="no setting ROLLCALL_STROE"):
        load_settings({"ROLLCALL_STROE": "sqlite://"})


def test_the_review_line_is_not_above_the_accept_line():
    with pytest.raises(SettingsError, match="must not be above"):
        load_settings({"ROLLCALL_REVIEW_SIMILARITY": "90", "ROLLCALL_ACCEPT_SIMILARITY": "80"})


def test_each_setting_has_its_field():
    assert [s.name.removeprefix("ROLLCALL_").lower() for s in SETTINGS] == [
        f.name for f in fields(Settings) if f.name != "given"
    ]


def test_the_docs_list_each_setting_with_its_default_and_help():
    rows = re.findall(r"^\| `(ROLLCALL_\w+)` \| (.*?) \| (.*?) \|$", DOCS.read_text(), re.MULTILINE)
    expected = [(s.name, f"`{s.default}`" if s.default else "", s.help) for s in SETTINGS]
    assert rows == expected


def _python(folder):
    return (ROOT / folder).rglob("*.py")


def test_no_page_tells_people_to_set_a_region_that_boto3_does_not_read():
    """boto3 reads AWS_DEFAULT_REGION, and AWS_REGION nowhere (botocore.configprovider)."""
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.*"), *_python("rekognition_local")]
    told = [
        f"{path.name}: {line.strip()}"
        for path in pages
        if path.suffix in (".md", ".yaml", ".config", ".py", ".sh")
        for line in path.read_text().splitlines()
        if "AWS_REGION" in line and "not `AWS_REGION`" not in line
    ]
    assert told == []


@pytest.mark.parametrize("setting", [one for one in SETTINGS if one.former], ids=lambda one: one.name)
def test_a_setting_still_has_its_former_name(setting: Setting) -> None:
    assert setting.former is not None
    plain, given = (
        load_settings({}),
        {"ROLLCALL_LOGIN_ATTEMPTS": "7", "ROLLCALL_VECTOR_MODEL_THRESHOLD": "0.7"}[setting.name],
    )
    changed = load_settings({setting.former: given})
    assert getattr(changed, setting.field) == getattr(load_settings({setting.name: given}), setting.field)
    assert getattr(changed, setting.field) != getattr(plain, setting.field)
    with pytest.raises(SettingsError, match=f"{setting.name} is the new name of {setting.former}"):
        load_settings({setting.former: given, setting.name: given})
