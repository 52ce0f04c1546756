"""How the text of a setting becomes a value; a ValueError says what it must be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import pytz

from attendance.settings.service_url import ServiceUrl


def text(value: str) -> str:
    """As it is, without blanks around it."""
    return value.strip()


def service_url(value: str) -> ServiceUrl:
    """The address of something that may want a password."""
    return ServiceUrl(value.strip())


def service_urls(value: str, data: str = "{data}") -> tuple[ServiceUrl, ...]:
    """Several, with commas or blanks between them; those in the path of the data folder are none of these."""
    return tuple(ServiceUrl(one.replace("{data}", data)) for one in re.split(r"[\s,]+", value) if one)


def mail_address(value: str) -> str:
    """An address, with or without a name before it."""
    name, address = parseaddr(value.strip())
    if not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", address) or not f"{name}{address}".isprintable():
        raise ValueError("must be a mail address, such as Rollcall <rollcall@school.example>")
    return value.strip()


def site_address(value: str) -> str:
    """Of the site as people type it, without a slash at its end."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value.strip()):
        raise ValueError("must be the address of the site, such as https://rollcall.school.example")
    return value.strip().rstrip("/")


def issuer(value: str) -> str:
    """By https, or by http on this machine; as it is, because a slash at the end belongs to it."""
    found = value.strip()
    if not re.fullmatch(r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?", found):
        raise ValueError("must be the address of an OpenID provider, such as https://login.school.example")
    return found


def oidc_scopes(value: str) -> str:
    """With blanks between them; openid is one of them."""
    scopes = value.split()
    if "openid" not in scopes:
        raise ValueError("must have openid among its words, such as openid email profile")
    return " ".join(scopes)


def roles_of_groups(value: str) -> tuple[tuple[str, str], ...]:
    """Pairs of a group, whose name may have = and commas, and a role."""
    found = []
    for one in value.split(";"):
        if not one.strip():
            continue
        group, _, role = one.rpartition("=")
        if not group.strip() or role.strip() not in ("admin", "teacher", "student"):
            raise ValueError("must be groups and roles, such as it=admin; staff=teacher; students=student")
        found.append((group.strip(), role.strip()))
    return tuple(found)


def number(low: float, high: float) -> Callable[[str], float]:
    """A number within these, which NaN is not."""

    def parse(value: str) -> float:
        found = float(value)
        if not low <= found <= high:
            raise ValueError(f"must be a number from {low:g} to {high:g}")
        return found

    return parse


def count(low: int, high: int) -> Callable[[str], int]:
    """A whole number within these."""

    def parse(value: str) -> int:
        found = int(value)
        if not low <= found <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return found

    return parse


def perhaps(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    """None where it is empty."""
    return lambda value: parse(value) if value.strip() else None


def file(value: str) -> Path:
    """An absolute path."""
    return Path(value.strip()).expanduser().absolute()


def sha256(value: str) -> str:
    """In lower case."""
    digits = value.strip().lower()
    if re.fullmatch("[0-9a-f]{64}", digits) is None:
        raise ValueError("must be the 64 hexadecimal digits of a SHA-256")
    return digits


def yes_or_no(value: str) -> bool:
    """In any of the ways in which people say it."""
    answers = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}
    if value.strip().lower() not in answers:
        raise ValueError("must be yes or no")
    return answers[value.strip().lower()]


def one_of(*words: str) -> Callable[[str], str]:
    """One of these words, however it is written."""

    def parse(value: str) -> str:
        if value.strip().lower() not in words:
            raise ValueError(f"must be {' or '.join(words)}")
        return value.strip().lower()

    return parse


def timezone(value: str) -> str:
    """A name that pytz knows; the machine's own where it is empty."""
    name = value.strip() or machine_timezone()
    if name not in pytz.all_timezones_set:
        raise ValueError("must be the name of a time zone, such as Asia/Seoul")
    return name


_UTC_NAMES = frozenset({"Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "Universal", "Zulu"})


def machine_timezone() -> str:
    """The machine's own time zone by name, or UTC where it has none that we know or one of UTC's other names."""
    target = Path("/etc/localtime").resolve().as_posix()
    name = os.environ.get("TZ", "") or target.partition("/zoneinfo/")[2]
    return name if name in pytz.all_timezones_set and name not in _UTC_NAMES else "UTC"
