"""Which addresses an admin may type on a page, for requests that this machine then makes."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from attendance.errors import InvalidInput

MOST_CHARACTERS = 1000
_HERE = ("localhost", "127.0.0.1", "::1")
_NAT64 = IPv6Network("64:ff9b::/96")


def checked_url(url: str, *, private: bool, field: str) -> str:
    """An address by https; by http only of this machine, where private ones are allowed. Raises InvalidInput."""
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if not host or len(url) > MOST_CHARACTERS or any(sign.isspace() or not sign.isprintable() for sign in url):
        raise InvalidInput("Type a whole address, such as https://receiver.example/path.", field=field)
    if parts.username or parts.password or parts.fragment:
        raise InvalidInput("The address must have no user, password or part behind #.", field=field)
    if parts.scheme != "https" and not (private and parts.scheme == "http" and host in _HERE):
        raise InvalidInput("The address must begin with https://.", field=field)
    if not private and _is_private(host):
        raise InvalidInput(
            "The address is of this machine or its own network; ROLLCALL_PRIVATE_ADDRESSES allows such ones.",
            field=field,
        )
    return url


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is of the internet, also where it stands within another: not of a machine, network or cloud's own."""
    if isinstance(address, IPv6Address):
        within = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if within is None and address in _NAT64:
            within = IPv4Address(int(address) & 0xFFFFFFFF)
        if within is not None:
            return is_public(within)
    return address.is_global and not address.is_multicast


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        return not is_public(ip_address(host))
    except ValueError:
        return False  # a name, which is looked up when it is asked
