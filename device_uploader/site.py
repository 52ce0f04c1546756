"""Talking to the site: every request has a timeout, is verified by TLS, goes nowhere else, and fails in our words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from device_uploader import VERSION
from device_uploader.certificates import stores_session
from device_uploader.clock import SiteTime
from device_uploader.errors import ItemRefused, KeyRefused, SettingsWrong, SiteBusy, Unreachable

CONNECT_TIMEOUT_S = 10.0
API = "/api/v1/devices"
LATER = (425, 429)
AWAY = (400, 408, 409, 423, 502, 504)  # half a request came, a cut one is held still, or a proxy has lost its site
REFUSALS = (413, 415, 422)
MOST_IDS = 100
MOST_ASKED_S = 3600.0  # a slip in a header must not silence a device for years
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class DeviceKey(requests.auth.AuthBase):
    """Puts the key into a request. As requests' own auth it cannot be replaced by a .netrc file."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request

    def __repr__(self) -> str:
        return "DeviceKey(...)"


class Site:
    """The device API of one site. Not for several threads at once."""

    def __init__(
        self,
        server: str,
        key: str | None,
        site_time: SiteTime,
        ca_file: Path | None = None,
        timeout_s: float = 30.0,
        session: requests.Session | None = None,
    ) -> None:
        self.server, self._key, self._site_time = server.rstrip("/"), key, site_time
        self._timeout_s = timeout_s
        self._verify: bool | str = str(ca_file) if ca_file else True
        self._session = session or requests.Session()
        self._stores = session or stores_session(ca_file)
        for one in (self._session, self._stores):
            one.headers["User-Agent"] = f"rollcall-device/{VERSION}"

    def use_key(self, key: str) -> None:
        """From the next request on."""
        self._key = key

    def me(self) -> dict[str, Any]:
        """Who we are, and how uploads go."""
        return self.ask("GET", "/me", told=("name", "uploads"))

    def heartbeat(self, words: dict[str, Any]) -> None:
        """How we are."""
        self.ask("POST", "/me/heartbeat", json=words)

    def send_readings(self, readings: Sequence[dict[str, Any]]) -> None:
        """All of them or none. Raises ItemRefused."""
        answer = self.ask("POST", "/me/readings", told=("stored", "known"), json={"readings": readings})
        if answer["stored"] + answer["known"] != len(readings):
            raise SiteBusy(f"{self.server} says that it stored {answer['stored']} of {len(readings)} readings.")

    def send_stay(self, words: dict[str, Any]) -> list[dict[str, Any]]:
        """The visits that it became; none where nobody is in the pictures. Raises ItemRefused."""
        answer = self.ask("POST", "/me/visits", told=("visits",), json=words)
        return [visit for visit in answer["visits"] if isinstance(visit, dict)]

    def became(self, ids: Sequence[str]) -> tuple[set[str], dict[str, str]]:
        """Which of these, at most 100, are whole there, and which were refused with which sentence."""
        words = self.ask("GET", "/me/items", told=("whole", "refused"), params={"ids": ",".join(ids[:MOST_IDS])})
        return set(words["whole"]), dict(words["refused"])

    def pair(self, code: str) -> dict[str, Any]:
        """The key for a code of the site's devices page. Raises ItemRefused where the code is not right any more."""
        try:
            return self.ask("POST", "/pair", told=("key",), json={"code": code})
        except KeyRefused as refused:
            raise ItemRefused(str(refused), "code_refused", 401) from refused

    def ask(
        self, method: str, path: str, *, told: Sequence[str] = (), final: Sequence[int] = (), **words: Any
    ) -> dict[str, Any]:
        """A request and the JSON of its answer, in which all of `told` must be; its `server_time` is learned from."""
        asked_ns = self._site_time.clock.monotonic_ns()
        response = self.request(method, API + path, final=final, **words)
        answer = json_of(response)
        if answer is None or not set(told) <= set(answer):
            raise Unreachable(f"Something else than Rollcall answers at {self.server}.")
        self._learn(answer, asked_ns)
        return answer

    def request(self, method: str, address: str, *, final: Sequence[int] = (), **words: Any) -> requests.Response:
        """An answer of 2xx; everything else is raised in our words. `final` are refusals beside the usual ones."""
        url = self.own_address(address)
        auth = DeviceKey(self._key) if self._key else None
        response = self._send(self._session, method, url, auth=auth, verify=self._verify, **words)
        raise_for(response, self.server, (*REFUSALS, *final))
        return response

    def put_elsewhere(self, url: str, body: Any) -> int:
        """To a link that the site gave, without our key; the status. Raises Unreachable, SiteBusy."""
        check_is_private(url)
        response = self._send(self._stores, "PUT", url, auth=NoKey(), data=body)
        if response.status_code in LATER or response.status_code >= 500:
            raise SiteBusy(f"The store answers {response.status_code} for now.", wait_of(response))
        return response.status_code

    def own_address(self, address: str) -> str:
        """A whole address on our server. Raises SiteBusy where it lies elsewhere: the key stays with its site."""
        url = urljoin(self.server + "/", address)
        if urlsplit(url)[:2] != urlsplit(self.server)[:2]:
            raise SiteBusy(f"The site sends us to {url}, which is not {self.server}. The key stays here.")
        return url

    def _send(self, session: requests.Session, method: str, url: str, **words: Any) -> requests.Response:
        with network_failures("://".join(urlsplit(url)[:2])):
            return session.request(
                method,
                url,
                timeout=(CONNECT_TIMEOUT_S, self._timeout_s),
                allow_redirects=False,
                proxies={"http": ""},  # http is for this machine, and a proxy would read the key; https may use one
                **words,
            )

    def _learn(self, answer: dict[str, Any], asked_ns: int) -> None:
        told = answer.get("server_time")
        if isinstance(told, str):
            try:
                self._site_time.measured(told, asked_ns, self._site_time.clock.monotonic_ns())
            except ValueError as wrong:
                raise Unreachable(f"Something else than Rollcall answers at {self.server}.") from wrong


class NoKey(requests.auth.AuthBase):
    """For requests that go to others than the site."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.pop("Authorization", None)
        return request


@contextmanager
def network_failures(server: str) -> Iterator[None]:
    """What can go wrong on the way, in one sentence."""
    try:
        yield
    except requests.exceptions.SSLError as wrong:
        raise Unreachable(f"{server} does not prove who it is (TLS): {innermost(wrong)}.") from wrong
    except requests.exceptions.Timeout as late:
        raise Unreachable(f"{server} does not answer in time.") from late
    except (requests.exceptions.RequestException, OSError) as wrong:
        raise Unreachable(f"{server} cannot be reached: {innermost(wrong)}.") from wrong


def innermost(error: BaseException) -> str:
    """The first cause, in its own words."""
    while (cause := error.__cause__ or error.__context__) is not None:
        error = cause
    return str(error).rstrip(".") or type(error).__name__


def raise_for(response: requests.Response, server: str, refusals: Sequence[int] = REFUSALS) -> None:
    """Only what the site itself refuses, in its JSON, is refused: a proxy's page of 404 or 413 costs no clip."""
    status = response.status_code
    if status < 300:
        return
    if status < 400:
        raise SiteBusy(f"{server} redirects to {response.headers.get('Location')}: put the right address in `server`.")
    sentence, code, ids = error_of(response)
    if status == 401 and sentence:
        raise KeyRefused(sentence)
    if sentence and status in refusals:
        raise ItemRefused(sentence, code, status, ids)
    if status in AWAY:
        raise Unreachable(sentence or f"{server} answers {status} for now.")
    raise SiteBusy(sentence or f"{server} answers {status}, and not in Rollcall's words.", wait_of(response))


def json_of(response: requests.Response) -> dict[str, Any] | None:
    """None where it is no JSON object."""
    try:
        words = response.json()
    except ValueError:
        return None
    return words if isinstance(words, dict) else None


def error_of(response: requests.Response) -> tuple[str, str, list[str]]:
    """The sentence, the short word and the ids of an answer; empty where it is none of the site's."""
    error = (json_of(response) or {}).get("error")
    if not isinstance(error, dict):
        return "", "", []
    ids = error.get("ids")
    named = [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
    return str(error.get("message") or ""), str(error.get("code") or ""), named


def wait_of(response: requests.Response) -> float | None:
    """Retry-After in seconds, whether it is a number or a date; an hour at most."""
    told = response.headers.get("Retry-After", "")
    try:
        if told.isdigit():
            return min(float(told), MOST_ASKED_S)
        asked_s = (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds() if told else None
    except (ValueError, TypeError):
        return None
    return None if asked_s is None else min(max(0.0, asked_s), MOST_ASKED_S)


def check_is_private(url: str) -> None:
    """Raises SettingsWrong where bytes would go in the clear to another machine."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise SettingsWrong(f"{parts.scheme}://{parts.hostname} is not safe: the address must begin with https://.")
