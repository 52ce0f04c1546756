"""Tries the key, the site, the clock, the camera, the sensor and the disk once, and says one line about each."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from device_uploader.clock import Clock, SiteTime
from device_uploader.disk import Disk
from device_uploader.errors import DeviceError
from device_uploader.face_boxes import FaceBoxes
from device_uploader.filming import bounds_of
from device_uploader.item import new_id
from device_uploader.key_file import read_key
from device_uploader.kiosk.faces import FaceFinder
from device_uploader.settings import Settings
from device_uploader.site import Site
from device_uploader.sources.choice import open_camera, open_sensor
from device_uploader.speech.sound import beep, open_microphone, open_speaker

WRONG_CLOCK_S = 60.0
Say = Callable[[str], None]


def run_checks(settings: Settings, say: Say) -> bool:
    """Whether all of it works."""
    site_time = SiteTime(None, Clock(), Disk())
    checks: dict[str, Callable[[], str]] = {
        "settings": lambda: _settings(settings),
        "key": lambda: _key(settings),
        "site": lambda: _site(settings, site_time),
        "clock": lambda: _clock(site_time),
        "disk": lambda: _disk(settings),
        "camera": lambda: _camera(settings),
        "sensor": lambda: _sensor(settings),
    }
    if settings.kiosk.face_model is not None:
        checks |= {"microphone": lambda: _microphone(settings), "speaker": lambda: _speaker(settings)}
    folder = settings.incoming.folder
    if folder is not None:
        checks["incoming"] = lambda: _incoming(folder)
    worked = [_said(name, check, say) for name, check in checks.items()]
    return all(worked)


def _said(name: str, check: Callable[[], str], say: Say) -> bool:
    try:
        say(f"ok    {name}: {check()}")
    except (DeviceError, OSError) as wrong:
        say(f"WRONG {name}: {wrong}")
        return False
    return True


def _settings(settings: Settings) -> str:
    if settings.snapshots.face_model is not None:
        FaceBoxes(settings.snapshots.face_model)
    if settings.kiosk.face_model is not None:
        FaceFinder(settings.kiosk.face_model)
    return "all of them can be used"


def _key(settings: Settings) -> str:
    read_key(settings.site.key_file)
    return f"{settings.site.key_file} is private and holds a key"


def _site(settings: Settings, site_time: SiteTime) -> str:
    words = settings.site
    me = Site(words.server, read_key(words.key_file), site_time, words.ca_file, words.timeout_s).me()
    return f"{words.server} knows this device as {me.get('name')!r} in room {me.get('room')!r}"


def _clock(site_time: SiteTime) -> str:
    offset_s = site_time.offset_s()
    if offset_s is None:
        raise DeviceError("it cannot be compared, because the site has not told its time.")
    zone = datetime.now().astimezone().tzname()
    if abs(offset_s) > WRONG_CLOCK_S:
        return (
            f"{abs(offset_s):.0f} s {'behind' if offset_s > 0 else 'ahead'}, which is put right in what is sent; {zone}"
        )
    return f"within {abs(offset_s):.1f} s of the site's; the time zone for timetables is {zone}"


def _disk(settings: Settings) -> str:
    folder, disk = settings.outbox.folder, Disk()
    disk.make_folder(folder)
    trial = folder / f"trial-{new_id()}"
    begun_s = time.monotonic()
    try:
        disk.write(trial, b"a trial")
    finally:
        with suppress(OSError):
            disk.remove(trial)
    lasted_s, free = time.monotonic() - begun_s, disk.free_bytes(folder)
    if free < bounds_of(settings).least_free_bytes:
        raise DeviceError(f"only {free / 1e9:.1f} GB are free, and no clip is begun: see `least_free_megabytes`.")
    return f"{folder} can be written ({lasted_s * 1000:.0f} ms), {free / 1e9:.1f} GB are free"


def _incoming(folder: Path) -> str:
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise DeviceError(f"{folder} is no folder that this user may take files out of.")
    return f"files can be taken out of {folder}"


def _camera(settings: Settings) -> str:
    words = settings.camera
    if words.source == "none":
        return "none is set"
    camera = open_camera(words.source, words.width, words.height, words.fps)
    try:
        height, width = camera.read().shape[:2]
    finally:
        camera.close()
    return f"gives pictures of {width}x{height}"


def _microphone(settings: Settings) -> str:
    microphone = open_microphone(settings.speech.microphone)
    if microphone is None:
        return "none is set"
    try:
        chunk = microphone.read()
    finally:
        microphone.close()
    return f"gives sound ({len(chunk)} bytes)"


def _speaker(settings: Settings) -> str:
    speaker = open_speaker(settings.speech.speaker)
    if speaker is None:
        return "none is set"
    try:
        speaker.play(beep())
    finally:
        speaker.close()
    return "has played a beep: did you hear it?"


def _sensor(settings: Settings) -> str:
    words = settings.sensor
    if words.source == "none":
        return "none is set"
    warmth = open_sensor(words.source, words.bus, words.address, time.monotonic).read()
    lowest, highest = min(warmth.pixels_c), max(warmth.pixels_c)
    return f"sees {lowest:.2f} to {highest:.2f} C (+-2.5 C), and is {warmth.thermistor_c:.2f} C warm itself"
