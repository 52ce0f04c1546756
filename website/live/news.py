"""What open pages of a lecture ask every few seconds, at next to no cost; docs/decisions/0064 says why so.

A page that was let in once is known again by its cookie for some seconds: within these it is answered ahead of the
site, without a session, a user or a query. The version of a course is read at most once a second in each process,
however many pages ask.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from flask import Flask, request
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from attendance.model import LiveVersion
from website.security import HEADERS

SEAT_S = 20.0
"""So long a page is answered by its cookie alone; whoever is taken off a roster reads no longer than that."""
FRESH_S = 1.0
STALE_S = 3.0
"""While one request looks whether something is new, others are answered by what was so, up to this age."""
_MOST_SEATS = 20_000
_MOST_PLACES = 500
_MOST_ANSWERS = 60
ENDPOINT = "live.news"

Place = tuple[str, str | None]
"""A course and a lecture of it, or the course itself."""
_Clock = Callable[[], float]


@dataclass(slots=True)
class _Seat:
    """Where a page sits that was let in: with what rights, and until when."""

    place: Place
    is_staff: bool
    until: float


@dataclass(slots=True)
class _Known:
    """What this process knows of a place: its version, when it looked, and the answers that were made of it."""

    version: LiveVersion
    at: float
    answers: dict[tuple[bool, int], bytes] = field(default_factory=dict)
    looking: bool = False


class NewsCache:
    """Seats and places of one process. Its methods may be called by several threads at once."""

    def __init__(self, *, https: bool = False, clock: _Clock = time.monotonic) -> None:
        self._seats: dict[bytes, _Seat] = {}
        self._places: dict[Place, _Known] = {}
        self._lock = threading.Lock()
        self._clock = clock
        safe = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if https else {})
        self._headers = [*safe.items(), ("Cache-Control", "no-store")]

    def answer(self, path: str, cookie: str, tag: str, after: str) -> tuple[str, list[tuple[str, str]], bytes] | None:
        """Status, headers and body for somebody who has a seat; None where the site itself must answer."""
        seat, now = self._seats.get(_key(path, cookie)), self._clock()
        if seat is None or seat.until <= now:
            return None
        known = self._places.get(seat.place)
        if known is None or now - known.at > STALE_S or (now - known.at > FRESH_S and self._looks(known)):
            return None
        its_tag = tag_of(known.version, seat.is_staff)
        if tag == its_tag:
            return "304 Not Modified", [*self._headers, ("ETag", its_tag)], b""
        body = known.answers.get((seat.is_staff, int(after) if after.isascii() and after.isdigit() else -1))
        if body is None:
            return None
        about = [("ETag", its_tag), ("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        return "200 OK", [*self._headers, *about], body

    def version(self, place: Place, read: Callable[[], LiveVersion]) -> LiveVersion:
        """As it was within the last second, else as `read` says now."""
        known, now = self._places.get(place), self._clock()
        if known is not None and now - known.at <= FRESH_S:
            return known.version
        version = read()
        with self._lock:
            known = self._places.get(place)
            if known is not None and known.version == version:
                known.at, known.looking = now, False
            elif known is None or known.version.number <= version.number:
                if len(self._places) >= _MOST_PLACES:
                    self._places.pop(min(self._places, key=lambda one: self._places[one].at))
                self._places[place] = _Known(version, now)
        return version

    def keep(self, place: Place, version: LiveVersion, is_staff: bool, after: int, body: bytes) -> None:
        """An answer for all who ask the same, as long as the version is this."""
        with self._lock:
            known = self._places.get(place)
            if known is not None and known.version == version and len(known.answers) < _MOST_ANSWERS:
                known.answers[is_staff, after] = body

    def seat(self, path: str, cookie: str, place: Place, is_staff: bool) -> None:
        """Who was let in is known by this cookie from now on, for a few seconds; not all come back at once."""
        if not cookie:
            return
        now = self._clock()
        until = now + SEAT_S * random.uniform(0.8, 1.0)  # noqa: S311 - only so that they do not come back at once
        with self._lock:
            if len(self._seats) >= _MOST_SEATS:
                self._seats = {key: one for key, one in self._seats.items() if one.until > now}
            if len(self._seats) < _MOST_SEATS:
                self._seats[_key(path, cookie)] = _Seat(place, is_staff, until)

    def changed(self, course_id: str) -> None:
        """This process has just changed something there: the next who asks looks."""
        with self._lock:
            for place in [one for one in self._places if one[0] == course_id]:
                del self._places[place]

    def _looks(self, known: _Known) -> bool:
        """Whether this request is the one that looks whether something is new."""
        with self._lock:
            if known.looking:
                return False
            known.looking = True
            return True


class NewsAhead:
    """Asks the cache before the site: a WSGI application around that of Flask."""

    def __init__(self, site: Callable[..., Iterable[bytes]], cache: NewsCache, cookie_name: str) -> None:
        self.app, self._cache, self._begins = site, cache, f"{cookie_name}="

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """As the site answers, headers included."""
        path: str = environ.get("PATH_INFO", "")
        if path.startswith("/live/") and path.endswith("/news") and environ.get("REQUEST_METHOD") == "GET":
            after = parse_qs(environ.get("QUERY_STRING", "")).get("after", ["0"])[0]
            cookie = self._session_cookie(environ.get("HTTP_COOKIE", ""))
            known = self._cache.answer(path, cookie, environ.get("HTTP_IF_NONE_MATCH", ""), after)
            if known is not None:
                status, headers, body = known
                start_response(status, headers)
                return [body]
        return self.app(environ, start_response)

    def _session_cookie(self, cookies: str) -> str:
        for one in cookies.split(";"):
            if one.lstrip().startswith(self._begins):
                return one.strip().removeprefix(self._begins)
        return ""


class QuietSessions(SecureCookieSessionInterface):
    """A page that asks by itself does not renew the login's cookie, by which it is known again."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """As elsewhere, but for these requests only where something in the session changed."""
        return session.modified if request.endpoint == ENDPOINT else super().should_set_cookie(app, session)


def tag_of(version: LiveVersion, is_staff: bool) -> str:
    """The ETag: two kinds of readers see different things."""
    return f'"{version.number}.{version.floor}.{"t" if is_staff else "s"}"'


def _key(path: str, cookie: str) -> bytes:
    """So that no cookie lies in memory longer than its request."""
    return hashlib.blake2b(f"{path}\n{cookie}".encode(), digest_size=16).digest()
