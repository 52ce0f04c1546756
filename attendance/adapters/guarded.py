"""Requests to addresses that people typed on a page: they reach nothing that only this machine or network may reach.

Names are looked up once, and the connection goes to the address that was checked: a name that leads elsewhere at the
second look-up leads nowhere. Redirects and proxies of the environment are not followed.
"""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import NewConnectionError

from attendance.rules.addresses import is_public

TIMEOUT_S = (5.0, 15.0)


class NotReached(requests.RequestException):
    """The name leads to an address that people's requests may not go to."""


def guarded_session(*, private: bool) -> requests.Session:
    """Whoever asks says `allow_redirects=False`. Where `private`, addresses of the own network are allowed."""
    session = requests.Session()
    session.trust_env = False
    session.headers["User-Agent"] = "Rollcall"
    if not private:
        session.mount("https://", _Guard())
        session.mount("http://", _Guard())
    return session


class _Guard(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        try:
            return super().send(request, *args, **kwargs)
        except requests.ConnectionError as failed:
            if "not public" in str(failed):
                host = urlsplit(request.url or "").hostname
                raise NotReached(f"{host} is not public", request=request) from failed
            raise


class _Checked:
    """A connection that looks its name up itself, and goes to the address that it checked."""

    def _new_conn(self) -> socket.socket:
        connection: Any = self
        named = connection._dns_host
        connection._dns_host = _public_address(connection, named, connection.port)
        try:
            return super()._new_conn()  # type: ignore[misc, no-any-return]
        finally:
            connection._dns_host = named  # by which the certificate is checked


def _public_address(connection: Any, host: str, port: int) -> str:
    try:
        found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as unknown:
        raise NewConnectionError(connection, f"the name {host} is unknown") from unknown
    if not found or not all(is_public(ip_address(one.partition("%")[0])) for one in found):
        raise NewConnectionError(connection, f"{host} is not public")
    return found[0]


class _Connection(_Checked, HTTPConnection):
    pass


class _SecureConnection(_Checked, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection
