"""Reads the settings from a TOML file and the environment; what is wrong is said with its line and its cure."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from device_uploader.errors import SettingsWrong
from device_uploader.settings import REQUIRED, TABLES, TEMPERATURE, Settings, SiteTable

PREFIX = "ROLLCALL_DEVICE_"


def load_settings(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The environment (ROLLCALL_DEVICE_SITE_SERVER for `server` in [site]) goes first. Raises SettingsWrong."""
    settings = Settings(**{name: _table(name, given) for name, given in values_of(file, environment).items()})
    check_together(settings)
    return settings


def load_outbox_folder(file: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """For who only looks: the device need not know a site yet, nor have anything to record. Raises SettingsWrong."""
    folder: Path = _table("outbox", values_of(file, environment)["outbox"]).folder
    return folder


def load_site(file: Path | None, environment: Mapping[str, str] = os.environ) -> SiteTable:
    """For who only talks to the site. Raises SettingsWrong."""
    site: SiteTable = _table("site", values_of(file, environment)["site"])
    return site


def values_of(file: Path | None, environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """What is set, by table and name, each checked alone. Raises SettingsWrong."""
    words = read_toml(file) if file is not None else ""
    given = parse_toml(words, file)
    check_names(given, words, file)
    check_environment(environment)
    return {name: _values(name, given.get(name, {}), words, file, environment) for name in TABLES}


def read_toml(file: Path) -> str:
    """Raises SettingsWrong."""
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingsWrong(f"The settings {file} cannot be read: {wrong}.") from wrong


def parse_toml(words: str, file: Path | None) -> dict[str, Any]:
    """Raises SettingsWrong."""
    try:
        return tomllib.loads(words)
    except tomllib.TOMLDecodeError as wrong:
        raise SettingsWrong(f"{file} is not TOML: {wrong}.") from wrong


def check_names(given: Mapping[str, Any], words: str, file: Path | None) -> None:
    """A slip of the pen must not be a setting that silently does nothing. Raises SettingsWrong."""
    for table, settings in given.items():
        if table not in TABLES or not isinstance(settings, dict):
            raise SettingsWrong(f"{place(words, file, table)}: there is no table [{table}].{meant(table, TABLES)}")
        known = [one.name for one in fields(TABLES[table])]
        for name in settings:
            if name not in known:
                where = place(words, file, table, name)
                raise SettingsWrong(f"{where}: there is no setting `{name}` in [{table}].{meant(name, known)}")


def check_environment(environment: Mapping[str, str]) -> None:
    """The same for the environment. Raises SettingsWrong."""
    known = [variable(table, one.name) for table, kind in TABLES.items() for one in fields(kind)]
    for name in environment:
        if name.startswith(PREFIX) and name not in known:
            raise SettingsWrong(f"There is no setting {name}.{meant(name, known)}")


def check_together(settings: Settings) -> None:
    """Settings that make no sense without each other. Raises SettingsWrong."""
    trigger = settings.trigger
    films = settings.clips.minutes or settings.snapshots.minutes or trigger.by_temperature or trigger.by_motion
    if films and settings.camera.source == "none":
        raise SettingsWrong("[clips], [snapshots] and [trigger] need a camera: set `source` in [camera].")
    if TEMPERATURE in (trigger.on or ()) and not trigger.rise_c:
        raise SettingsWrong('`on` in [trigger] names "temperature": set `rise_c` there too; 4 is a good start.')
    if trigger.by_temperature and settings.sensor.source == "none":
        raise SettingsWrong(
            '[trigger] needs a thermal sensor: set `source` in [sensor], or `on` in [trigger] to ["motion"].'
        )
    is_kiosk = settings.kiosk.face_model is not None
    if not films and settings.sensor.source == "none" and settings.incoming.folder is None and not is_kiosk:
        raise SettingsWrong(
            "This device has nothing to do: set `minutes` in [clips] or [snapshots], or `source` in [sensor], "
            "or `folder` in [incoming], or `face_model` in [kiosk]."
        )


def _table(table: str, values: Mapping[str, Any]) -> Any:
    for one in fields(TABLES[table]):
        if one.metadata["default"] is REQUIRED and one.name not in values:
            name = variable(table, one.name)
            raise SettingsWrong(f"`{one.name}` in [{table}] is missing. {one.metadata['help']} Or set {name}.")
    return TABLES[table](**values)


def _values(
    table: str, given: Mapping[str, Any], words: str, file: Path | None, environment: Mapping[str, str]
) -> dict[str, Any]:
    values = {}
    for one in fields(TABLES[table]):
        name = variable(table, one.name)
        if name in environment:
            values[one.name] = _parsed(one.metadata, environment[name], name)
        elif one.name in given:
            where = f"{place(words, file, table, one.name)}: `{one.name}` in [{table}]"
            values[one.name] = _parsed(one.metadata, given[one.name], where)
    return values


def _parsed(metadata: Mapping[str, Any], value: Any, where: str) -> Any:
    try:
        return metadata["parse"](value)
    except ValueError as wrong:
        raise SettingsWrong(f"{where} {wrong}.") from wrong


def variable(table: str, name: str) -> str:
    """Of the environment."""
    return f"{PREFIX}{table}_{name}".upper()


def place(words: str, file: Path | None, table: str, name: str | None = None) -> str:
    """`device.toml, line 7`, where the line can be found; TOML itself does not tell."""
    inside = False
    sought = re.compile(rf'\s*"?{re.escape(name or table)}"?\s*[.=]')
    for number, line in enumerate(words.splitlines(), start=1):
        heading = re.match(r"\s*\[+\s*([\w-]+)", line)
        if heading:
            inside = heading[1] == table
        if (heading and inside and name is None) or (inside == (name is not None) and sought.match(line)):
            return f"{file}, line {number}"
    return str(file)


def meant(name: str, known: Any) -> str:
    """A guess, as a sentence."""
    near = difflib.get_close_matches(name, list(known), 1)
    return f" Did you mean `{near[0]}`?" if near else f" There are: {', '.join(known)}."
