"""A drawn authenticator: one key on P-256, as a phone or a security key has it. It imports nothing of Rollcall."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def text(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()


def content_of(words: str) -> bytes:
    return urlsafe_b64decode(words + "=" * (-len(words) % 4))


class Authenticator:
    """Makes one passkey, and signs with it; each flaw can be asked for."""

    def __init__(self, origin: str = "http://localhost") -> None:
        self.origin, self.count = origin, 0
        self.id = os.urandom(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.user = b""

    def make(self, options: dict[str, Any], **flaws: Any) -> str:
        """The answer to `navigator.credentials.create`."""
        self.user = content_of(options["user"]["id"])
        public = self.key.public_key().public_numbers()
        x, y = public.x.to_bytes(32, "big"), public.y.to_bytes(32, "big")
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(_HAS_KEY, {"site": options["rp"]["id"]} | flaws) + attested
        said = self._said("webauthn.create", options["challenge"], **flaws)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=said, attestationObject=attestation)

    def sign(self, options: dict[str, Any], **flaws: Any) -> str:
        """The answer to `navigator.credentials.get`."""
        self.count += 1
        data = self._data(0, {"site": options["rpId"]} | flaws)
        said = self._said("webauthn.get", options["challenge"], **flaws)
        seal = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        user = flaws.get("user", self.user)
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=seal, userHandle=user)

    def _data(self, more: int, flaws: dict[str, Any]) -> bytes:
        flags = _PRESENT | more | (0 if flaws.get("unverified") else _VERIFIED)
        count = flaws.get("count", self.count)
        return hashlib.sha256(flaws["site"].encode()).digest() + struct.pack(">BI", flags, count)

    def _said(self, kind: str, challenge: str, **flaws: Any) -> bytes:
        origin = flaws.get("origin", self.origin)
        said = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **parts: bytes) -> str:
        response = {name: text(part) for name, part in parts.items()}
        return json.dumps({"id": text(self.id), "rawId": text(self.id), "type": "public-key", "response": response})
