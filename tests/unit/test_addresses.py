"""Which addresses an admin may type on a page, and where a name may lead."""

from __future__ import annotations

import socket
from ipaddress import ip_address
from typing import Any

import pytest
import requests

from attendance.adapters.guarded import NotReached, guarded_session
from attendance.errors import InvalidInput
from attendance.rules.addresses import checked_url, is_public


@pytest.mark.parametrize(
    "url",
    [
        "http://receiver.example/",
        "ftp://receiver.example/",
        "https://",
        "receiver.example",
        "https://user:word@receiver.example/",
        "https://receiver.example/#part",
        "https://localhost/",
        "https://127.0.0.1/",
        "https://10.0.0.8/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a9fe:a9fe]/",
        "https://printer.local/",
        "https://receiver.example:x/",
        "https://receiver .example/",
        "https://receiver.example/" + "x" * 1000,
    ],
)
def test_an_address_that_is_not_of_the_internet_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        checked_url(url, private=False, field="url")


def test_an_address_of_the_internet_is_taken_as_it_is() -> None:
    assert checked_url(" https://receiver.example:8443/a?b=c ", private=False, field="url") == (
        "https://receiver.example:8443/a?b=c"
    )


def test_private_addresses_are_for_settings_that_allow_them_and_http_for_this_machine_alone() -> None:
    for url in ("https://10.0.0.8/", "http://localhost:8000/", "http://127.0.0.1:1/"):
        assert checked_url(url, private=True, field="url") == url
    with pytest.raises(InvalidInput):
        checked_url("http://10.0.0.8/", private=True, field="url")


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1",
     "fd00::1", "::ffff:127.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1"],
)  # fmt: skip
def test_addresses_of_a_machine_or_network_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_a_name_that_leads_to_this_machine_is_not_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: here)

    def connect(*_: Any, **__: Any) -> socket.socket:
        raise AssertionError("connected")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with guarded_session(private=False) as session, pytest.raises(NotReached):
        session.post("https://receiver.example/", timeout=1, allow_redirects=False)


def test_the_connection_goes_to_the_address_that_was_checked_under_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: there)
    seen: list[Any] = []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        seen.append(address)
        raise OSError("no network here")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    with guarded_session(private=False) as session, pytest.raises(requests.ConnectionError) as failed:
        session.post("https://receiver.example/", timeout=1, allow_redirects=False)
    assert seen == [("93.184.215.14", 443)]
    assert "receiver.example" in str(failed.value)
