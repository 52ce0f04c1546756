"""python -m device_uploader run | door | kiosk | check | simulate | spool | pair."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from device_uploader import VERSION, places
from device_uploader.checks import run_checks
from device_uploader.clock import Clock
from device_uploader.device import Device
from device_uploader.door import Door, check_door
from device_uploader.errors import DeviceError, SettingsWrong
from device_uploader.kiosk.program import Kiosk, check_kiosk
from device_uploader.kiosk.screen import KioskScreen, KioskWindow
from device_uploader.outbox import Outbox
from device_uploader.pairing import pair_device
from device_uploader.settings import Settings, number
from device_uploader.settings_file import load_outbox_folder, load_settings, load_site
from device_uploader.simulation import Plan, simulate
from device_uploader.sources.choice import without_password
from device_uploader.spool import describe
from device_uploader.window import Window

DONE, FAILED, WRONG_SETTINGS = 0, 1, 2
CODES = (
    "Exit codes: 0 all is well; 1 something does not work (the lines say what); 2 a setting or an argument is wrong."
)
log = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code."""
    os.umask(0o077)  # what is written here is what a camera saw
    words = parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    try:
        code: int = words.command(words)
    except SettingsWrong as wrong:
        print(wrong, file=sys.stderr)
        return WRONG_SETTINGS
    except (DeviceError, OSError) as failed:
        print(failed, file=sys.stderr)
        return FAILED
    return code


def parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    top = argparse.ArgumentParser(prog="python -m device_uploader", description=__doc__, epilog=CODES)
    top.add_argument("--version", action="version", version=VERSION)
    commands = top.add_subparsers(required=True, metavar="COMMAND")
    _command(commands, "run", run, "Film, measure and send, until it is stopped (SIGTERM or Ctrl-C).", config=True)
    _command(commands, "door", watch, "Watch a door and send who comes, until it is stopped.", config=True)
    _command(commands, "kiosk", attend, "Check people in and out at a door, until it is stopped.", config=True)
    _command(commands, "check", check, "Try everything once, and print one line each.", config=True)
    _command(commands, "spool", spool, "Show what waits to be sent, and what was refused or let go.", config=True)
    pairing = _command(commands, "pair", pair, "Make key and settings, with the code that the site shows.")
    pairing.add_argument("code", help="such as ABCD-EFGH; it works once, for an hour")
    pairing.add_argument("--server", help="the address of the site, https://... (default: that of the settings)")
    pairing.add_argument("--key-file", type=Path, help=f"default: that of the settings, else {places.key_file()}")
    pairing.add_argument("--ca-file", type=Path, help="certificates to trust, where the site has its own")
    pairing.add_argument("--config", type=Path, help="the settings, made if they are not there (default: by the key)")
    simulation = "The whole client with drawn people and a simulated sensor, on a fast clock."
    _add_simulation(_command(commands, "simulate", simulated, simulation, config=True))
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    call: object,
    explain: str,
    *,
    config: bool = False,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=explain, description=explain, epilog=CODES)
    command.set_defaults(command=call)
    if config:
        command.add_argument(
            "--config", type=Path, help=f"a TOML file; without it {places.config_file()}, where `pair` has made it"
        )
    return command


def _add_simulation(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--hours",
        type=argument(number(0, 10_000)),
        default=2.0,
        help="how long the simulation is (default: %(default)s)",
    )
    command.add_argument(
        "--speed",
        type=argument(number(0.1, 10_000)),
        default=60.0,
        help="how many times as fast (default: %(default)s)",
    )
    command.add_argument("--server", help="the address of the site (default: that of the settings)")
    command.add_argument("--key-file", type=Path, help="the device's key (default: that of the settings)")
    command.add_argument("--ca-file", default="", help="certificates to trust, where the site has its own")
    command.add_argument("--spool", type=Path, help="the outbox, to go on after a kill (default: a new folder)")
    command.add_argument("--camera", default="drawn", help="drawn, or folder:PATH (default: %(default)s)")
    command.add_argument("--clip-minutes", type=float, default=10.0, help="0 films no clips (default: %(default)s)")
    command.add_argument("--snapshot-minutes", default="0", help="of every hour (default: %(default)s)")
    command.add_argument("--reading-seconds", type=float, default=5.0, help="default: %(default)s")
    command.add_argument(
        "--trigger", default="temperature", help="temperature, motion, or both with a comma (default: %(default)s)"
    )
    command.add_argument("--size", default="320x240", help="of the pictures (default: %(default)s)")
    command.add_argument("--fps", type=float, default=1.0, help="pictures a simulated second (default: %(default)s)")
    command.add_argument(
        "--wait-minutes",
        type=argument(number(0, 10_000)),
        default=10.0,
        help="for the last to go (default: %(default)s)",
    )
    command.add_argument("--ledger", type=Path, help="write a line there for everything that was recorded")


def argument(parse: Callable[[str], float]) -> Callable[[str], float]:
    """A check of the settings for an argument; argparse hides what a ValueError says."""

    def parsed(value: str) -> float:
        try:
            return parse(value)
        except ValueError as wrong:
            raise argparse.ArgumentTypeError(str(wrong)) from wrong

    return parsed


def run(words: argparse.Namespace) -> int:
    """Exit code 1 where the key was refused, or a part has broken."""
    settings = load_settings(config_of(words))
    stop = stop_at_signals()
    outbox = opened(settings)
    device = Device(settings, outbox, Clock())
    log.info("%s", begun(settings, len(outbox.waiting())))
    return _until_stopped(device, outbox, stop, stop.wait)


def _until_stopped(device: Device, outbox: Outbox, stop: threading.Event, wait: Callable[[float], bool]) -> int:
    """`wait` is given a second each time, and says whether it is time to stop."""
    device.start()
    try:
        while not stop.is_set() and not wait(1.0) and not device.broken:
            device.tend()
    finally:
        device.stop()
        outbox.close()
    log.info("Stopped; still to be sent: %s.", len(outbox.waiting()))
    if device.link.key_refused is not None:
        log.error("The site refused the key: %s", device.link.key_refused)
    return FAILED if device.broken or device.link.key_refused is not None else DONE


def watch(words: argparse.Namespace) -> int:
    """As `run`, of a device that is a door."""
    settings = load_settings(config_of(words))
    check_door(settings)
    window = Window(settings.door) if settings.door.window else None
    stop = stop_at_signals()
    outbox = opened(settings)
    door = Door(settings, outbox, Clock(), window.screen if window is not None else None)
    log.info("%s", begun(settings, len(outbox.waiting())))
    return _until_stopped(door, outbox, stop, window.show if window is not None else stop.wait)


def attend(words: argparse.Namespace) -> int:
    """As `run`, of a device that is a kiosk."""
    settings = load_settings(config_of(words))
    check_kiosk(settings)
    screen = KioskScreen()
    window = KioskWindow(screen) if settings.kiosk.window else None
    stop = stop_at_signals()
    outbox = opened(settings)
    kiosk = Kiosk(settings, outbox, Clock(), screen)
    log.info("%s", begun(settings, len(outbox.waiting())))
    return _until_stopped(kiosk, outbox, stop, window.show if window is not None else stop.wait)


def begun(settings: Settings, waiting: int) -> str:
    """The first line of the log, by which a person sees which settings hold."""
    camera, sensor = without_password(settings.camera.source), settings.sensor.source
    goes = f"Begun (version {VERSION}): sends to {settings.site.server}; camera {camera}, sensor {sensor}"
    return f"{goes}; still to be sent: {waiting}, in {settings.outbox.folder}."


def check(words: argparse.Namespace) -> int:
    """Exit code 1 where any line says that something does not work."""
    return DONE if run_checks(load_settings(config_of(words)), print) else FAILED


def spool(words: argparse.Namespace) -> int:
    """Only looks; a running device is not disturbed."""
    for line in describe(load_outbox_folder(config_of(words))):
        print(line)
    return DONE


def pair(words: argparse.Namespace) -> int:
    """Says where key and settings are, and what comes next."""
    beside = (words.key_file or places.key_file()).with_name("device.toml")
    paired = pair_device(words.code, words.server, words.key_file, words.ca_file, words.config or beside)
    print(f"This device is {paired.name!r} in room {paired.room!r} now. Its key is in {paired.key_file}.")
    if paired.wants_server is not None:
        print(f'Its settings are in {paired.config}: put server = "{paired.wants_server}" into [site] there.')
    else:
        print(f"Its settings are in {paired.config}.")
    return DONE


def config_of(words: argparse.Namespace) -> Path | None:
    """What was given, else the usual place where there is something; None where the environment says all."""
    usual = places.config_file()
    given: Path | None = words.config
    return given if given is not None or not usual.exists() else usual


def site_of(words: argparse.Namespace) -> tuple[str, str, str]:
    """Server, key file and certificates: what was given, else those of the settings. Raises SettingsWrong."""
    if words.server and words.key_file:
        return words.server, str(words.key_file), words.ca_file
    site = load_site(config_of(words))
    key_file = words.key_file or site.key_file
    return words.server or site.server, str(key_file), words.ca_file or str(site.ca_file or "")


def simulated(words: argparse.Namespace) -> int:
    """Exit code 1 where something was not sent in the end."""
    width, _, height = words.size.partition("x")
    plan = Plan(words.hours, words.speed, words.spool, words.wait_minutes, words.ledger)
    server, key_file, ca_file = site_of(words)
    environment = {
        "SITE_SERVER": server,
        "SITE_KEY_FILE": key_file,
        "SITE_CA_FILE": ca_file,
        "CAMERA_SOURCE": words.camera,
        "CAMERA_WIDTH": width,
        "CAMERA_HEIGHT": height,
        "CAMERA_FPS": str(words.fps),
        "CLIPS_MINUTES": str(words.clip_minutes),
        "SNAPSHOTS_MINUTES": words.snapshot_minutes,
        "SENSOR_SOURCE": "simulated",
        "SENSOR_EVERY_S": str(words.reading_seconds),
        "TRIGGER_ON": words.trigger,
        "TRIGGER_RISE_C": "4",
        "TRIGGER_AGAIN_AFTER_S": "600",
    }
    return DONE if simulate(plan, environment, stop_at_signals()) else FAILED


def opened(settings: Settings) -> Outbox:
    """Raises SettingsWrong where the folder cannot be used, DeviceError where starting again may help: a full disk."""
    outbox = Outbox(settings.outbox.folder)
    try:
        outbox.open()
    except OSError as wrong:
        is_wrong_folder = isinstance(wrong, (PermissionError, NotADirectoryError, FileExistsError))
        kind = SettingsWrong if is_wrong_folder else DeviceError
        raise kind(f"The outbox {settings.outbox.folder} cannot be written: {wrong.strerror}.") from wrong
    return outbox


def stop_at_signals() -> threading.Event:
    """Set by SIGTERM and Ctrl-C, so that clips are closed cleanly."""
    stop = threading.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, lambda *_: stop.set())
    return stop
