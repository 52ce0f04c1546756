"""Settings are checked once, and what is wrong is said with its line and its cure."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from device_uploader.command_line import main
from device_uploader.errors import SettingsWrong
from device_uploader.outbox import Outbox
from device_uploader.settings_file import load_settings
from device_uploader.times import parse_hours, within

EXAMPLE = Path(__file__).parents[2] / "device_uploader/device.example.toml"
SITE = '[site]\nserver = "https://site.test"\n'
CAMERA = '[camera]\nsource = "drawn"\n'
SENSOR = '[sensor]\nsource = "simulated"\n'


def load(tmp_path: Path, text: str, environment: dict[str, str] | None = None):
    file = tmp_path / "device.toml"
    file.write_text(text)
    return load_settings(file, environment or {})


def test_the_sample_file_can_be_used_and_names_every_setting():
    settings = load_settings(EXAMPLE, {})
    assert settings.clips.minutes == 10
    assert len(settings.clips.timetable) == 2
    text = EXAMPLE.read_text()
    for table in settings.__dataclass_fields__:
        for name in getattr(settings, table).__dataclass_fields__:
            assert f"\n{name} = " in text.partition(f"\n[{table}]")[2].partition("\n[")[0]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[site]\nserver = "http://site.test"\n', r"line 2: `server` in \[site\] must begin with https://"),
        ('[site]\nserver = "site.test"\n', r"line 2: .* must be an address such as"),
        ('[site]\nserver = "https://site.test/rollcall/"\n', r"line 2: .* of the site alone, without '/rollcall/'"),
        ('[site]\nservr = "https://site.test"\n', r"line 2: there is no setting `servr` .* mean `server`\?"),
        (SITE + "[camra]\n", r"line 3: there is no table \[camra\]\. Did you mean `camera`\?"),
        (SITE + '[camera]\nfps = "fast"\n', r"line 4: `fps` in \[camera\] must be a number from 0.1 to 30, not 'fast'"),
        (SITE + "[camera]\nsource = 3\n", r"line 4: .* must be a text in quotation marks"),
        (SITE + '[camera]\nsource = "webcam"\n', r"must be one of v4l2:NUMBER"),
        (SITE + "[snapshots]\nminutes = [60]\n", r"must be a whole number from 0 to 59"),
        (SITE + "[sending]\nquiet_hours = ['9-10']\n", r"must look like 09:00-10:30"),
        (SITE + "[clips]\ntimetable = [{days = 5, hours = '09:00-10:00'}]\n", r"line 4: .*entries such as \{days = "),
        (SITE + "[sensor]\naddress = 0x70\n", r"from 104 to 105, not 112"),
        (SITE + "[clips]\nminutes = 5\n", r"need a camera"),
        (SITE, r"nothing to do"),
        (
            SITE + '[trigger]\non = ["warmth"]\n',
            r"line 4: `on` in \[trigger\] must be a list of \"temperature\", \"motion\"",
        ),
        (SITE + "[trigger]\non = true\n", r"line 4: .* must be a list of .*not True"),
        (SITE + '[trigger]\non = ["motion"]\n', r"need a camera"),
        (SITE + CAMERA + '[trigger]\non = ["temperature"]\n', r"set `rise_c` there too"),
        (SITE + CAMERA + "[trigger]\nrise_c = 4\n", r"needs a thermal sensor: .* or `on` in \[trigger\] to"),
        (SITE + CAMERA + "[trigger]\nmoved_percent = 0\n", r"must be a number from 0.5 to 100, not 0"),
        ("[site]\nserver = \n", r"is not TOML: .*line 2"),
        (SENSOR, r"`server` in \[site\] is missing"),
    ],
)
def test_what_is_wrong_is_said_with_its_line_and_cure(tmp_path: Path, text: str, sentence: str):
    with pytest.raises(SettingsWrong, match=sentence):
        load(tmp_path, text)


def test_the_environment_goes_first_and_is_checked_too(tmp_path: Path):
    given = {"ROLLCALL_DEVICE_SENSOR_ADDRESS": "0x68", "ROLLCALL_DEVICE_SNAPSHOTS_MINUTES": "30, 0"}
    settings = load(tmp_path, SITE + SENSOR + '[camera]\nsource = "drawn"\n', given)
    assert settings.sensor.address == 0x68
    assert settings.snapshots.minutes == (0, 30)
    with pytest.raises(SettingsWrong, match=r"ROLLCALL_DEVICE_SENSOR_ADRESS.*mean `ROLLCALL_DEVICE_SENSOR_ADDRESS`"):
        load(tmp_path, SITE + SENSOR, {"ROLLCALL_DEVICE_SENSOR_ADRESS": "1"})
    with pytest.raises(SettingsWrong, match="ROLLCALL_DEVICE_CAMERA_FPS must be a number"):
        load(tmp_path, SITE + SENSOR, {"ROLLCALL_DEVICE_CAMERA_FPS": "x"})


@pytest.mark.parametrize(
    ("trigger", "by_temperature", "by_motion"),
    [
        ("", False, False),
        ("rise_c = 4", True, False),
        ('on = ["temperature"]\nrise_c = 4', True, False),
        ('on = ["motion"]\nrise_c = 4', False, True),
        ('on = "temperature, motion"\nrise_c = 4', True, True),
        ('on = ["motion"]', False, True),
        ("on = []\nrise_c = 4", False, False),
    ],
)
def test_either_trigger_both_or_none_can_be_chosen(tmp_path: Path, trigger: str, by_temperature: bool, by_motion: bool):
    found = load(tmp_path, SITE + SENSOR + CAMERA + f"[trigger]\n{trigger}\n").trigger
    assert (found.by_temperature, found.by_motion) == (by_temperature, by_motion)


def test_motion_needs_no_sensor(tmp_path: Path):
    assert load(tmp_path, SITE + CAMERA + '[trigger]\non = ["motion"]\n').trigger.by_motion


def test_a_site_on_this_machine_may_be_without_tls(tmp_path: Path):
    text = '[site]\nserver = "http://127.0.0.1:5000"\n' + SENSOR
    assert load(tmp_path, text).site.server == "http://127.0.0.1:5000"


def test_hours_may_pass_midnight_and_belong_to_the_day_on_which_they_begin():
    hours = (parse_hours("22:00-02:00", ["fri"]),)
    assert within(hours, datetime(2026, 11, 20, 23, 0))
    assert within(hours, datetime(2026, 11, 21, 1, 59))
    assert not within(hours, datetime(2026, 11, 21, 2, 0))
    assert not within(hours, datetime(2026, 11, 21, 23, 0))


def test_until_24_is_until_midnight():
    assert within((parse_hours("08:00-24:00"),), datetime(2026, 11, 20, 23, 59))
    assert not within((parse_hours("08:00-24:00"),), datetime(2026, 11, 20, 7, 59))


def test_minutes_with_a_zero_before_them_are_minutes(tmp_path: Path):
    words = {"ROLLCALL_DEVICE_SNAPSHOTS_MINUTES": "00,05,08,30"}
    assert load(tmp_path, SITE + CAMERA, words).snapshots.minutes == (0, 5, 8, 30)


@pytest.mark.parametrize("words", [None, "no certificate"])
def test_a_file_of_certificates_that_holds_none_is_a_wrong_setting(tmp_path: Path, words: str | None):
    file = tmp_path / "school.pem"
    if words is not None:
        file.write_text(words)
    with pytest.raises(SettingsWrong, match=r"line 3: `ca_file` in \[site\] must be a file of certificates \(PEM\)"):
        load(tmp_path, f'{SITE}ca_file = "{file}"\n{SENSOR}')


@pytest.mark.parametrize("site", [SITE, ""])
def test_the_outbox_of_a_device_with_nothing_to_record_is_shown(
    tmp_path: Path, site: str, capsys: pytest.CaptureFixture[str]
):
    box = Outbox(tmp_path / "outbox")
    box.open()
    box.tally.add("damaged_readings", 300)
    box.close()
    (tmp_path / "device.toml").write_text(f'{site}[outbox]\nfolder = "{tmp_path / "outbox"}"\n')
    assert main(["spool", "--config", str(tmp_path / "device.toml")]) == 0
    said = capsys.readouterr().out
    assert "clip: 0 waiting" in said
    assert "damaged readings: 300" in said
    assert main(["run", "--config", str(tmp_path / "device.toml")]) == 2
