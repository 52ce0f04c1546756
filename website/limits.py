"""How often people may try to sign in: counted for the account and for the address they come from."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask, current_app, request
from limits import RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import StorageTypes, storage_from_string
from limits.strategies import MovingWindowRateLimiter, RateLimiter
from werkzeug.exceptions import TooManyRequests

from attendance.errors import ServiceUnavailable, SettingsError
from attendance.networks import network_of
from attendance.redis_refusals import is_refusal
from attendance.use_cases.names import same_text
from website.file_counts import FileCounts
from website.memory_counts import MemoryCounts

_TURNS = 64  # addresses share these locks, so that strangers cannot make more and more of them


class LoginTries:
    """Counts tries in any 60 seconds. A success clears the account's count, but never the address's."""

    def __init__(self, counter: RateLimiter, per_minute: int) -> None:
        self._counter = counter
        self._item = RateLimitItemPerMinute(per_minute)
        self._turns = [threading.Lock() for _ in range(_TURNS)]

    @contextmanager
    def one_try(self, account: str) -> Iterator[None]:
        """Count a try for the account, and let others from the same address wait until it is right or wrong.

        Without the wait, tries sent at once would all begin before the first of them is counted as wrong. With several
        web processes, as many of them may begin.
        Raises TooManyRequests with the seconds to wait; ServiceUnavailable.
        """
        with self._turns[hash(asking_network()) % _TURNS]:
            self._begin(account)
            yield

    def _begin(self, account: str) -> None:
        of_account, of_address = _account_key(account), _address_key()
        with _store_errors():
            if self._counter.test(self._item, *of_address) and self._counter.hit(self._item, *of_account):
                return
            seconds = self._seconds_to_wait(of_account, of_address)
        raise TooManyRequests(retry_after=seconds)

    def failed(self) -> None:
        """Count a wrong try for the address; a whole class may sign in from one address, so right ones are free."""
        with _store_errors():
            self._counter.hit(self._item, *_address_key())

    def succeeded(self, account: str) -> None:
        """Forget the account's tries."""
        with _store_errors():
            self._counter.clear(self._item, *_account_key(account))

    def _seconds_to_wait(self, *keys: tuple[str, str]) -> int:
        stats = [self._counter.get_window_stats(self._item, *key) for key in keys]
        return max([1] + [int(s.reset_time - time.time()) + 1 for s in stats if s.remaining == 0])


def init_app(app: Flask) -> None:
    """Keep the counters where the settings say."""
    settings = app.extensions["rollcall"].settings
    try:
        counter = MovingWindowRateLimiter(_storage(settings.rate_store.reveal()))
    except (ConfigurationError, NotImplementedError, ValueError, TypeError):  # its words may hold a Redis' password
        raise SettingsError(
            "ROLLCALL_RATE_STORE must be file:PATH, memory: or redis://HOST; Redis needs its client: pip install redis."
        ) from None
    app.extensions["counter"] = counter
    app.extensions["request_counter"] = MovingWindowRateLimiter(MemoryCounts())
    app.extensions["login_tries"] = LoginTries(counter, settings.login_tries)


def _storage(rate_store: str) -> StorageTypes:
    kind, _, place = rate_store.partition(":")
    if kind == "file":
        if not place:
            raise ConfigurationError("it names no file")
        return FileCounts(Path(place))
    if kind == "memory":
        return MemoryCounts()
    return storage_from_string(rate_store, wrap_exceptions=True)


def login_tries() -> LoginTries:
    """The counters of the app that answers this request."""
    tries: LoginTries = current_app.extensions["login_tries"]
    return tries


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


def _account_key(account: str) -> tuple[str, str]:
    return "login-account", hashlib.sha256(same_text(account.strip()).encode()).hexdigest()


def _address_key() -> tuple[str, str]:
    return "login-address", asking_network()


def asking_network() -> str:
    """Whom the request comes from."""
    return network_of(request.remote_addr or "unknown")
