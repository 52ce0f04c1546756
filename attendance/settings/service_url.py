"""The address of a store, folder, engine or queue. It may hold a password, so it is never printed as it is."""

from __future__ import annotations

import re

_SCHEME = re.compile(r"[a-z][a-z0-9+]{0,20}")
_WORDS = {"", "inline", "local"}
_PATH_KINDS = {"file", "folder", "sqlite"}
_MACHINE_KINDS = {
    "dynamodb",
    "https",
    "mariadb",
    "mysql",
    "postgresql",
    "redis",
    "rediss",
    "rekognition",
    "s3",
    "smtp",
    "smtps",
    "webhook",
}
_HIDDEN = "***"
_NAMES_A_MACHINE = re.compile(r"([\w.-]*|\[[0-9a-fA-F:.]*\])(:\d*)?")
_PLAIN_PATH = re.compile(r"[^?#@&=:;]*")
_FEWEST_SIGNS = 3  # a secret that is shorter would be found in words everywhere


class ServiceUrl:
    """What a setting says. `reveal` gives the whole of it; every way of printing gives `shown` of it."""

    __slots__ = ("_text",)  # and no dataclass, whose fields asdict() copies out

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """With its secrets: for who connects, and for no sentence."""
        return self._text

    @property
    def scheme(self) -> str:
        """By which an adapter is picked."""
        return self._text.partition(":")[0].partition("+")[0]

    def startswith(self, start: str) -> bool:
        """As of a text."""
        return self._text.startswith(start)

    def __str__(self) -> str:
        return shown(self._text)

    def __repr__(self) -> str:
        return repr(str(self))

    def __eq__(self, other: object) -> bool:
        """To a text too."""
        return self._text == (other._text if isinstance(other, ServiceUrl) else other)

    def __hash__(self) -> int:
        return hash(self._text)


def shown(url: str) -> str:
    """As much of it as can hold no secret: never a user, password, query or fragment, nor what is not understood."""
    scheme, colon, rest = url.partition(":")
    if not colon:
        return url if url in _WORDS else _HIDDEN
    if not _SCHEME.fullmatch(scheme):
        return _HIDDEN
    if scheme == "lambda" and rest.startswith("https:"):
        return f"{scheme}:{shown(rest)}"
    kind = scheme.removeprefix("huey+").partition("+")[0]
    if kind in _PATH_KINDS and rest.startswith("/") and _PLAIN_PATH.fullmatch(rest):
        return url
    if kind in _MACHINE_KINDS and rest.startswith("//"):
        return f"{scheme}://{_shown_place(rest[2:], kind)}"
    return f"{scheme}:{rest if rest in ('', '//') else _HIDDEN}"


def _shown_place(rest: str, kind: str) -> str:
    """A machine and a path. What looks like a port may be a password whose machine is missing, so only one that
    stands behind a user is shown; and of https and webhooks a path may be the secret."""
    before, at, place = rest.rpartition("@")
    if re.search(r"[?#]", before):
        return _HIDDEN
    place, mark, _ = re.match(r"([^?#]*)([?#]?)(.*)", place, re.DOTALL).groups()  # type: ignore[union-attr]
    machine, slash, path = place.partition("/")
    found = _NAMES_A_MACHINE.fullmatch(machine)
    if found is None or not _PLAIN_PATH.fullmatch(path):
        return _HIDDEN
    port = (found[2] if at else f":{_HIDDEN}") if found[2] else ""
    path = _HIDDEN if path and kind in ("https", "webhook") else path
    query = f"{mark}{_HIDDEN}" if mark else ""
    return f"{found[1]}{port}{slash}{path}{query}"


def secrets_of(url: str) -> list[str]:
    """The parts of it that a library's words may repeat: the longest first, so that none is left in half."""
    public = shown(url)
    parts = {url, *re.split(r"[:/?#@&=;]+", url)}
    return sorted((one for one in parts if len(one) >= _FEWEST_SIGNS and one not in public), key=len, reverse=True)


def without_secrets(words: str, url: str) -> str:
    """What a library says about the address, without its secrets."""
    for secret in secrets_of(url):
        words = words.replace(secret, _HIDDEN)
    return words
