"""Tells systemd that the service is ready and alive: a few words to the socket that it names, and none elsewhere."""

from __future__ import annotations

import os
import socket


def notify(words: str) -> None:
    """`READY=1`, `WATCHDOG=1`, `STATUS=...` (sd_notify). Without systemd, nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(words.encode(), "\0" + address[1:] if address.startswith("@") else address)
