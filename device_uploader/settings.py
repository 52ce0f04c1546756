"""Every setting of the device, in tables, each with its type, default and help, checked once at the start."""

# ruff: noqa: RUF009 - `setting` makes a dataclass field

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from device_uploader import places
from device_uploader.sources.choice import SENSORS, check_camera
from device_uploader.speech.sound import check_microphone, check_speaker
from device_uploader.times import DAYS, Hours, parse_hours

REQUIRED = object()
TEMPERATURE, MOTION = TRIGGERS = ("temperature", "motion")
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def setting(parse: Callable[[Any], Any], default: Any, explain: str) -> Any:
    """A field of a table: how its value is checked (ValueError says what is wrong), what holds without it, and help.

    What may hold a password is in no representation, and its check never repeats it. A default that depends on the
    machine is a function.
    """
    words = {"parse": parse, "help": explain, "default": default}
    shown = parse not in MAY_HOLD_A_PASSWORD
    if default is REQUIRED:
        return field(metadata=words, repr=shown)
    return field(metadata=words, default_factory=default if callable(default) else lambda: parse(default), repr=shown)


def number(least: float, most: float) -> Callable[[Any], float]:
    """Between these, both allowed."""

    def parse(value: Any) -> float:
        found = float(value) if is_number(value) else None
        if found is None or not least <= found <= most:
            raise ValueError(f"must be a number from {least:g} to {most:g}, not {value!r}")
        return found

    return parse


def whole(least: int, most: int) -> Callable[[Any], int]:
    """A whole number between these, both allowed; from the environment 0x69 works too."""

    def parse(value: Any) -> int:
        found = whole_of(value) if isinstance(value, str) else value
        if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {value!r}")
        return found

    return parse


def whole_of(value: str) -> int | None:
    """What the environment says: 105, 0x69, and 05 as people write minutes."""
    try:
        return int(value, 16 if value.strip().lower().startswith("0x") else 10)
    except ValueError:
        return None


def is_number(value: Any) -> bool:
    """A number, or the text of one as the environment gives it."""
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def text(value: Any) -> str:
    """Any."""
    if not isinstance(value, str):
        raise ValueError("must be a text in quotation marks")
    return value.strip()


def yes_or_no(value: Any) -> bool:
    """true or false; from the environment also yes, no, 1, 0."""
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found = words.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueError(f"must be true or false, not {value!r}")
    return found


def path(value: Any) -> Path:
    """A place on this machine; ~ is the home of whom it runs as."""
    if not text(value):
        raise ValueError("must be a path, and is empty")
    return Path(text(value)).expanduser()


def maybe_path(value: Any) -> Path | None:
    """An empty text is none."""
    return path(value) if value else None


def certificates(value: Any) -> Path | None:
    """A file of them; an empty text is none, and the system's are trusted."""
    file = maybe_path(value)
    try:
        if file is not None:
            ssl.create_default_context(cafile=file)
    except OSError as wrong:
        raise ValueError(f"must be a file of certificates (PEM), and {file} cannot be read as one") from wrong
    return file


def address(value: Any) -> str:
    """https://, and http:// only on this machine: the key is never sent in the clear."""
    try:
        parts = urlsplit(text(value))
        right = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        right = False
    if not right:
        raise ValueError('must be an address such as "https://attendance.example.org"')
    if "@" in value or parts.query or parts.fragment:  # which may hold a password, and so are not repeated
        raise ValueError("must be the address of the site alone, without a user, a password or a query")
    if parts.path.strip("/"):
        raise ValueError(f"must be the address of the site alone, without {parts.path!r}")
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise ValueError("must begin with https://, so that nobody can read the key on the way")
    return text(value).rstrip("/")


def camera(value: Any) -> str:
    """One of sources.choice.CAMERAS."""
    check_camera(text(value))
    return text(value)


MAY_HOLD_A_PASSWORD = (address, camera)


def sensor(value: Any) -> str:
    """One of sources.choice.SENSORS."""
    if value not in SENSORS:
        raise ValueError(f"must be one of {', '.join(SENSORS)}, not {value!r}")
    return text(value)


def microphone(value: Any) -> str:
    """One of speech.sound.MICROPHONES."""
    check_microphone(text(value))
    return text(value)


def speaker(value: Any) -> str:
    """One of speech.sound.SPEAKERS."""
    check_speaker(text(value))
    return text(value)


def triggers(value: Any) -> tuple[str, ...] | None:
    """Either, both or none of TRIGGERS; None where nothing was said. From the environment with commas."""
    if value is None:
        return None
    given = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)) or any(one not in TRIGGERS for one in given):
        raise ValueError(f'must be a list of "temperature", "motion" or both, not {value!r}')
    return tuple(dict.fromkeys(given))


def minutes(value: Any) -> tuple[int, ...]:
    """Of every hour, sorted; from the environment with commas."""
    given = [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)):
        raise ValueError(f"must be a list of minutes such as [0, 30], not {value!r}")
    return tuple(sorted({whole(0, 59)(one) for one in given}))


def timetable(value: Any) -> tuple[Hours, ...]:
    """`["09:00-10:30", {days = ["mon"], hours = "13:00-15:00"}]`; from the environment hours with commas."""
    given = [part for part in value.split(",") if part.strip()] if isinstance(value, str) else value
    if not isinstance(given, (list, tuple)):
        raise ValueError('must be a list such as ["09:00-10:30"]')
    return tuple(_hours(one) for one in given)


def _hours(value: Any) -> Hours:
    if isinstance(value, dict):
        days = value.get("days", DAYS)
        if set(value) - {"days", "hours"} or "hours" not in value or not isinstance(days, (list, tuple)):
            raise ValueError('must have entries such as {days = ["mon", "wed"], hours = "09:00-10:30"}')
        return parse_hours(text(value["hours"]), [text(day) for day in days])
    return parse_hours(text(value))


@dataclass(frozen=True, slots=True)
class SiteTable:
    """[site]: where everything goes."""

    server: str = setting(address, REQUIRED, "The address of the site; `pair` writes it down.")
    key_file: Path = setting(path, places.key_file, "The file with this device's key, mode 0600.")
    ca_file: Path | None = setting(
        certificates, "", "The only ones to trust for the site, where it has its own certificate."
    )
    timeout_s: float = setting(number(5, 300), 30, "How long to wait for an answer.")


@dataclass(frozen=True, slots=True)
class OutboxTable:
    """[outbox]: what is kept until it is sent."""

    folder: Path = setting(path, places.outbox_folder, "Where it is kept.")
    most_megabytes: int = setting(whole(10, 100_000_000), 20_000, "How much it may hold.")
    most_share_of_disk: float = setting(number(0.01, 0.95), 0.6, "And how much of the whole disk.")
    least_free_megabytes: int = setting(whole(1, 1_000_000), 500, "No new clip is begun with less left on the disk.")


@dataclass(frozen=True, slots=True)
class SendingTable:
    """[sending]: how it goes out."""

    chunk_kilobytes: int = setting(whole(64, 1_000_000), 1024, "How much goes in one request.")
    most_kilobytes_per_s: float = setting(number(0, 1e6), 0, "A limit for the network; 0 is none.")
    quiet_hours: tuple[Hours, ...] = setting(timetable, [], "When no clips and snapshots go out.")


@dataclass(frozen=True, slots=True)
class CameraTable:
    """[camera]: what films."""

    source: str = setting(
        camera, "none", "v4l2:0, v4l2:/dev/video0, rtsp://..., pi, folder:PATH, picture:FILE, drawn or none."
    )
    width: int = setting(whole(160, 4096), 1280, "In pixels.")
    height: int = setting(whole(120, 3072), 720, "In pixels.")
    fps: float = setting(number(0.1, 30), 5, "Pictures a second.")


@dataclass(frozen=True, slots=True)
class ClipsTable:
    """[clips]: filming in pieces."""

    minutes: float = setting(number(0, 240), 0, "How long a clip is; 0 films nothing.")
    timetable: tuple[Hours, ...] = setting(timetable, [], "When; always where it is empty.")
    crf: int = setting(whole(10, 40), 24, "Quality of H.264: smaller is better and bigger.")


@dataclass(frozen=True, slots=True)
class SnapshotsTable:
    """[snapshots]: single pictures."""

    minutes: tuple[int, ...] = setting(minutes, [], "At these minutes of every hour; [0] is hourly, [] never.")
    timetable: tuple[Hours, ...] = setting(timetable, [], "When; always where it is empty.")
    face_model: Path | None = setting(maybe_path, "", "A YuNet model (ONNX) to send the boxes of faces along.")


@dataclass(frozen=True, slots=True)
class SensorTable:
    """[sensor]: the thermal sensor."""

    source: str = setting(sensor, "none", "amg8833, simulated or none.")
    bus: int = setting(whole(0, 99), 1, "The number of the I2C bus: 1 is /dev/i2c-1.")
    address: int = setting(whole(0x68, 0x69), 0x69, "On the I2C bus: 0x68 or 0x69.")
    every_s: float = setting(number(0.1, 3600), 5, "How often it is read.")
    batch: int = setting(whole(1, 1000), 300, "Readings that go together.")
    batch_s: float = setting(number(1, 86_400), 60, "But none waits longer than this for the others.")
    sync_s: float = setting(number(0, 3600), 30, "What power loss may cost; less wears an SD card more.")


@dataclass(frozen=True, slots=True)
class TriggerTable:
    """[trigger]: a picture with the reading when somebody warm, or something that moves, comes."""

    on: tuple[str, ...] | None = setting(
        triggers, None, '["temperature"], ["motion"] or both; without it "temperature" where `rise_c` is set.'
    )
    rise_c: float = setting(number(0, 30), 0, "How much warmer than the room; 0 switches it off, 4 is a good start.")
    least_pixels: int = setting(whole(1, 64), 2, "How many pixels, side by side.")
    moved_percent: float = setting(number(0.5, 100), 2, "How much of the camera's picture has to move.")
    look_every_s: float = setting(number(0.1, 10), 1, "How often the picture is looked at for that.")
    again_after_s: float = setting(number(0, 86_400), 20, "Not again before.")

    @property
    def by_temperature(self) -> bool:
        """Whether warmth is a reason for a picture."""
        return self.rise_c > 0 and (self.on is None or TEMPERATURE in self.on)

    @property
    def by_motion(self) -> bool:
        """Whether movement is one."""
        return self.on is not None and MOTION in self.on


@dataclass(frozen=True, slots=True)
class DoorTable:
    """[door]: what `door` does with who comes, by [trigger]."""

    pictures: int = setting(whole(1, 3), 3, "How many of the sharpest pictures of a stay are sent.")
    longest_s: float = setting(number(1, 600), 8, "A stay is sent after so long at the latest, and when they leave.")
    pause_s: float = setting(number(0, 3600), 3, "No stay begins so soon after the one before.")
    window: bool = setting(yes_or_no, False, "Show who comes on a screen; it needs the full OpenCV.")
    coldest_c: float = setting(number(-20, 80), 22, "Where the colours of the thermal picture begin,")
    hottest_c: float = setting(number(-20, 80), 30, "and where they end.")


@dataclass(frozen=True, slots=True)
class KioskTable:
    """[kiosk]: what `kiosk` needs beside the camera; how it greets and whom it knows is set on the site."""

    face_model: Path | None = setting(maybe_path, "", "A YuNet model (ONNX): the program sees when somebody is near.")
    window: bool = setting(yes_or_no, True, "Show everything on a screen; it needs the full OpenCV.")


@dataclass(frozen=True, slots=True)
class SpeechTable:
    """[speech]: where a kiosk hears and speaks; which adapter it uses is set on the site."""

    microphone: str = setting(microphone, "none", "parec, arecord, wav:FOLDER (for trials) or none.")
    speaker: str = setting(speaker, "none", "paplay, aplay, folder:PATH (for trials) or none.")
    aws_region: str = setting(text, "ap-northeast-2", "Of Transcribe and Polly, where the site says `aws`.")


@dataclass(frozen=True, slots=True)
class IncomingTable:
    """[incoming]: a folder into which other cameras put their files."""

    folder: Path | None = setting(maybe_path, "", "Clips and pictures in it are sent and taken away; empty is none.")
    settled_s: float = setting(number(1, 3600), 30, "A file that did not grow for so long is whole.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All of them."""

    site: SiteTable
    outbox: OutboxTable
    sending: SendingTable
    camera: CameraTable
    clips: ClipsTable
    snapshots: SnapshotsTable
    sensor: SensorTable
    trigger: TriggerTable
    door: DoorTable
    kiosk: KioskTable
    speech: SpeechTable
    incoming: IncomingTable


TABLES: dict[str, type] = {
    "site": SiteTable,
    "outbox": OutboxTable,
    "sending": SendingTable,
    "camera": CameraTable,
    "clips": ClipsTable,
    "snapshots": SnapshotsTable,
    "sensor": SensorTable,
    "trigger": TriggerTable,
    "door": DoorTable,
    "kiosk": KioskTable,
    "speech": SpeechTable,
    "incoming": IncomingTable,
}
