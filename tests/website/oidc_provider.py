"""A school's sign-on that is not ours, in a process of its own: the package oidc-provider-mock from PyPI."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import Any

import requests


class OidcProvider:
    """Signs in whom a test names, with the claims that the test gives them."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        assert self._process.stderr is not None
        while "running on" not in (line := self._process.stderr.readline()):
            assert line, "the sign-on did not start"

    def knows(self, subject: str, **claims: Any) -> None:
        """What it says of somebody from now on."""
        assert requests.put(f"{self.url}/users/{subject}", json=claims, timeout=10).status_code == 204

    def sign_in(self, address: str, subject: str) -> str:
        """Somebody signs in there, at the address to which our site sent them; where they are sent back to."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, address: str) -> str:
        """Somebody says no there."""
        answer = requests.post(address, data={"action": "deny"}, allow_redirects=False, timeout=10)
        return answer.headers["Location"]

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)
        assert self._process.stderr is not None
        self._process.stderr.close()
