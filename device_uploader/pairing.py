"""Pairs the device: a code for a key, and the settings to begin with where there are none yet."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from device_uploader import places
from device_uploader.clock import Clock, SiteTime
from device_uploader.disk import Disk
from device_uploader.errors import SettingsWrong
from device_uploader.key_file import reserve, write_key
from device_uploader.settings import SiteTable, address
from device_uploader.settings_file import load_site
from device_uploader.site import Site

FIRST_SETTINGS = """\
# Made by `pair`. All settings, and what they mean: device_uploader/device.example.toml
[site]
server = {server}
key_file = {key_file}
{ca_file}
[camera]
source = "v4l2:0"    # the first USB camera; also v4l2:NUMBER, rtsp://..., pi, folder:PATH, drawn

[clips]
minutes = 10         # 0 films nothing

[snapshots]
minutes = [0]        # at these minutes of every hour; [] takes none

[sensor]
source = "none"      # or "amg8833"
"""


@dataclass(frozen=True, slots=True)
class Paired:
    """What a person is told."""

    name: str
    room: str
    key_file: Path
    config: Path
    wants_server: str | None  # where the settings that are there name another one


def pair_device(code: str, server: str | None, key_file: Path | None, ca_file: Path | None, config: Path) -> Paired:
    """What is not given is taken from the settings. The code is used up only after the file for the key is there.

    Raises SettingsWrong, ItemRefused (the code is not right), Unreachable.
    """
    known = load_site(config) if config.exists() else None
    where = _server(server, known)
    key_file = key_file or (known.key_file if known is not None else places.key_file())
    ca_file = ca_file or (known.ca_file if known is not None else None)
    reserve(key_file)
    try:
        paired = Site(where, None, SiteTime(None, Clock(), Disk()), ca_file).pair(code.strip().upper())
        write_key(key_file, str(paired["key"]))
    except BaseException:
        key_file.unlink()
        raise
    if known is None:
        _write_settings(config, where, key_file, ca_file)
    wants = where if known is not None and known.server != where else None
    return Paired(str(paired.get("name")), str(paired.get("room")), key_file, config, wants)


def _server(given: str | None, known: SiteTable | None) -> str:
    if given is None:
        if known is None:
            raise SettingsWrong("Say the address of the site: --server https://...")
        return known.server
    try:
        return address(given)
    except ValueError as wrong:
        raise SettingsWrong(f"--server {wrong}.") from wrong


def _write_settings(config: Path, server: str, key_file: Path, ca_file: Path | None) -> None:
    """Private: an address of a camera, with its password, may be written into it. Raises SettingsWrong."""
    said = {"server": server, "key_file": str(key_file.absolute())}
    words = {name: json.dumps(value, ensure_ascii=False) for name, value in said.items()}
    line = f"ca_file = {json.dumps(str(ca_file.absolute()), ensure_ascii=False)}\n" if ca_file is not None else ""
    text = FIRST_SETTINGS.format(**words, ca_file=line)
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except OSError as wrong:
        raise SettingsWrong(
            f"The device is paired, but the settings {config} cannot be written: {wrong.strerror}."
        ) from wrong
