"""Whom an address belongs to, for all that is counted or shared out by where somebody comes from."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address, ip_network


def network_of(address: str) -> str:
    """The address, or of IPv6 its /64, which is what one household or attacker has; what is no address is itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return address
    # A socket for both gives IPv4 as ::ffff:a.b.c.d, all in one /64.
    return str(found.ipv4_mapped or ip_network((found, 64), strict=False))
