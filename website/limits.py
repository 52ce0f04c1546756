"""How often people may try to sign in: counted for the account and for the address they come from."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app, request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import StorageTypes, storage_from_string
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests

from attendance.errors import ServiceUnavailable, SettingsError
from attendance.networks import network_of
from attendance.redis_refusals import is_refusal
from attendance.use_cases.names import same_text
from website.file_counts import FileCounts
from website.known_browser import known_browser, remember_browser
from website.memory_counts import MemoryCounts

_Key = tuple[str, str]

_CODES = RateLimitItemPerMinute(10, 10)
"""Tries at codes of lectures: ten in ten minutes."""


_MESSAGES, _MESSAGES_OF_STAFF = RateLimitItemPerMinute(10), RateLimitItemPerMinute(40)
_LINKS_PER_HOUR = 3
_TURNS = 64  # addresses share these locks, so that strangers cannot make more and more of them


class LoginAttempts:
    """Counts attempts at an account by where they come from, so that guesses from one place keep nobody out elsewhere.

    docs/decisions/0024 says what may be tried in all. A success clears the minute of the account, but no hour, and
    never what the address has guessed.
    """

    def __init__(self, counter: RateLimiter, per_minute: int) -> None:
        self._counter = counter
        self._of_one = RateLimitItemPerMinute(per_minute)
        self._first = RateLimitItemPerMinute(1)
        self._networks = RateLimitItemPerMinute(max(2, per_minute))  # with one, a stranger would keep the owner out
        self._hour_of_one = RateLimitItemPerHour(4 * per_minute)
        self._hour_of_all = RateLimitItemPerHour(12 * per_minute)
        self._writer_lock = [threading.Lock() for _ in range(_TURNS)]

    @contextmanager
    def one_attempt(self, account: str) -> Iterator[None]:
        """Count a try for the account, and let others from the same address wait until it is right or wrong.

        Without the wait, attempts sent at once would all begin before the first of them is counted as wrong. With
        several web processes, as many of them may begin.
        Raises TooManyRequests with the seconds to wait; ServiceUnavailable.
        """
        with self._writer_lock[hash(asking_network()) % _TURNS]:
            with _store_errors():
                self._begin(_Asker(account))
            yield

    def _begin(self, asker: _Asker) -> None:
        self._check(self._hour_of_one, asker.at_account)
        if not asker.is_known:
            self._check(self._of_one, asker.network)
            self._check(self._hour_of_all, asker.account)
        self._count(self._of_one, asker.at_account)
        if not asker.is_known and self._counter.hit(self._first, *asker.first):
            try:
                self._count(self._networks, asker.account)
            except TooManyRequests:
                self._counter.clear(self._first, *asker.first)  # it has not been let in, and is the first again
                raise

    def failed(self, account: str) -> None:
        """Count a wrong try; right ones are free, because a whole class may sign in from one address."""
        asker = _Asker(account)
        with _store_errors():
            self._counter.hit(self._of_one, *asker.network)
            self._counter.hit(self._hour_of_one, *asker.at_account)
            if not asker.is_known:
                self._counter.hit(self._hour_of_all, *asker.account)

    def succeeded(self, account: str) -> None:
        """Forget the attempts of this minute, and know this browser again."""
        asker = _Asker(account)
        with _store_errors():
            self._counter.clear(self._of_one, *asker.at_account)
            self._counter.clear(self._networks, *asker.account)
            self._counter.clear(self._first, *asker.first)
        remember_browser(asker.account[1])

    def _count(self, item: RateLimitItem, key: _Key) -> None:
        if not self._counter.hit(item, *key):
            raise _refusal(self._counter, item, key)

    def _check(self, item: RateLimitItem, key: _Key) -> None:
        if not self._counter.test(item, *key):
            raise _refusal(self._counter, item, key)


class LinkAttempts:
    """Counts wrong codes of links by where they come from, and requests for links also by account.

    Right codes are free, because a whole class may come from one address.
    """

    def __init__(self, counter: RateLimiter, per_minute: int) -> None:
        self._counter = counter
        self._minute, self._hour = RateLimitItemPerMinute(per_minute), RateLimitItemPerHour(12 * per_minute)
        self._of_account = RateLimitItemPerHour(_LINKS_PER_HOUR)

    def check_code(self) -> None:
        """Before a code is looked at. Raises TooManyRequests, ServiceUnavailable."""
        with _store_errors():
            for item in (self._minute, self._hour):
                if not self._counter.test(item, "wrong-code", asking_network()):
                    raise _refusal(self._counter, item, ("wrong-code", asking_network()))

    def wrong_code(self) -> None:
        """Count it. Raises ServiceUnavailable."""
        with _store_errors():
            for item in (self._minute, self._hour):
                self._counter.hit(item, "wrong-code", asking_network())

    def asked_for(self, account: str) -> None:
        """Count a request for a link, whether or not there is such an account. Raises as `check_code`."""
        name = hashlib.sha256(same_text(account.strip()).encode()).hexdigest()
        asked = [(item, ("link-address", asking_network())) for item in (self._minute, self._hour)]
        with _store_errors():
            for item, key in [*asked, (self._of_account, ("link-account", name))]:
                if not self._counter.hit(item, *key):
                    raise _refusal(self._counter, item, key)


def _refusal(counter: RateLimiter, item: RateLimitItem, key: _Key) -> TooManyRequests:
    reset_time = counter.get_window_stats(item, *key).reset_time
    return TooManyRequests(retry_after=max(1, int(reset_time - time.time()) + 1))


class _Asker:
    """Under which keys a try is counted: for the address, for the account, and for the one at the other."""

    def __init__(self, account: str) -> None:
        name, network = hashlib.sha256(same_text(account.strip()).encode()).hexdigest(), asking_network()
        browser = known_browser(name)
        self.is_known = browser is not None
        self.network = ("login-address", network)
        self.account = ("login-account", name)
        self.at_account = ("login-known", browser) if browser else ("login-account-from", f"{name} {network}")
        self.first = ("login-first-from", f"{name} {network}")


def init_app(app: Flask) -> None:
    """Store the counters where the settings say."""
    settings = app.extensions["rollcall"].settings
    try:
        counter = MovingWindowRateLimiter(_storage(settings.rate_store.reveal()))
    except (ConfigurationError, NotImplementedError, ValueError, TypeError):  # its words may hold a Redis' password
        raise SettingsError(
            "ROLLCALL_RATE_STORE must be file:PATH, memory: or redis://HOST; Redis needs its client: pip install redis."
        ) from None
    app.extensions["counter"] = counter
    app.extensions["request_counter"] = MovingWindowRateLimiter(MemoryCounts())
    app.extensions["link_attempts"] = LinkAttempts(counter, settings.login_attempts)
    app.extensions["login_attempts"] = LoginAttempts(counter, settings.login_attempts)


def _storage(rate_store: str) -> StorageTypes:
    kind, _, place = rate_store.partition(":")
    if kind == "file":
        if not place:
            raise ConfigurationError("it names no file")
        return FileCounts(Path(place))
    if kind == "memory":
        return MemoryCounts()
    return storage_from_string(rate_store, wrap_exceptions=True)


def login_attempts() -> LoginAttempts:
    """The counters of the app that answers this request."""
    attempts: LoginAttempts = current_app.extensions["login_attempts"]
    return attempts


def link_attempts() -> LinkAttempts:
    """The counters of the app that answers this request."""
    attempts: LinkAttempts = current_app.extensions["link_attempts"]
    return attempts


def is_first(what: str, value: str) -> bool:
    """Whether this value of this kind has not come within the hour. Raises ServiceUnavailable."""
    try:
        first: bool = current_app.extensions["counter"].hit(RateLimitItemPerHour(1), what, value)
    except StorageError as lost:
        raise ServiceUnavailable("This is not possible at the moment. Try again in a little while.") from lost
    return first


def is_first_of_hour(what: str, value: str) -> bool:
    """The same, for what is done anyway where the counters do not answer."""
    try:
        return is_first(what, value)
    except ServiceUnavailable:
        return True


@contextmanager
def code_attempts(user_id: str) -> Iterator[None]:
    """One try at a code that somebody types: there are few codes, so that there may be few tries.

    Raises TooManyRequests with the seconds to wait; ServiceUnavailable.
    """
    key, counter = ("check-in-code", user_id), current_app.extensions["counter"]
    try:
        if not counter.hit(_CODES, *key):
            reset_time = counter.get_window_stats(_CODES, *key).reset_time
            raise TooManyRequests(retry_after=max(1, int(reset_time - time.time()) + 1))
    except StorageError as lost:
        raise ServiceUnavailable("This is not possible at the moment. Try again in a little while.") from lost
    yield


def one_message(user_id: str, *, is_staff: bool) -> None:
    """Count a message to a course; a chat that one person fills is none.

    Raises TooManyRequests with the seconds to wait; ServiceUnavailable.
    """
    item, key = _MESSAGES_OF_STAFF if is_staff else _MESSAGES, ("message", user_id)
    counter = current_app.extensions["counter"]
    try:
        if not counter.hit(item, *key):
            raise _refusal(counter, item, key)
    except StorageError as lost:
        raise ServiceUnavailable("This is not possible at the moment. Try again in a little while.") from lost


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except StorageError as lost:
        if is_refusal(lost.storage_error):
            raise ServiceUnavailable(
                "Signing in is not possible: Redis refuses the password or the database that ROLLCALL_RATE_STORE names."
            ) from lost
        raise ServiceUnavailable("Signing in is not possible at the moment. Try again in a little while.") from lost


def asking_network() -> str:
    """Whom the request comes from."""
    return network_of(request.remote_addr or "unknown")
