"""What is not signed by a key of the sign-on is not believed."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from attendance.adapters.oidc import OidcSignOn
from attendance.errors import ServiceUnavailable, SignInRefused

ISSUER = "https://login.school.example"
KEY = RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)
OTHER = RSAKey.generate_key(2048, {"use": "sig", "kid": KEY.kid})


class Asked(OidcSignOn):
    """Answers itself, and counts what it would have asked."""

    def __init__(self, **discovered: Any) -> None:
        super().__init__(ISSUER, "rollcall", "secret", "openid")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        self.document = {"issuer": ISSUER} | {name: f"{ISSUER}/{name}" for name in names} | discovered
        self.keys = KeySet([KEY]).as_dict(private=False)

    def _asked(self, address: str, most_s: float) -> Any:
        return self.document if address.endswith("openid-configuration") else self.keys


def signed(key: Any, alg: str = "RS256") -> str:
    header = {"alg": alg, "kid": KEY.kid}
    return jwt.encode(header, {"sub": "7", "exp": time.time() + 60}, key, algorithms=[alg])


def signed_with_the_public_key() -> str:
    """As if it were a secret that both know: what a lax library believes."""
    parts = ({"alg": "HS256", "kid": KEY.kid}, {"sub": "7", "exp": time.time() + 60})
    body = b".".join(_base64(json.dumps(part).encode()) for part in parts)
    seal = hmac.digest(KEY.as_pem(private=False), body, "sha256")
    return (body + b"." + _base64(seal)).decode()


def _base64(content: bytes) -> bytes:
    return urlsafe_b64encode(content).rstrip(b"=")


def test_the_key_of_the_sign_on_is_believed() -> None:
    assert Asked()._checked(signed(KEY))["sub"] == "7"


def test_another_key_a_shared_one_and_none_are_not() -> None:
    unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3In0."
    for token in (signed(OTHER), signed_with_the_public_key(), unsigned, "", "a.b.c", signed(KEY)[:-4] + "AAAA"):
        with pytest.raises(SignInRefused, match="signature"):
            Asked()._checked(token)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"issuer": f"{ISSUER}/"},
        {"token_endpoint": "http://login.school.example/token"},
        {"jwks_uri": None},
    ],
)
def test_a_discovery_document_of_another_or_without_secrecy_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(SignInRefused):
        Asked(**document).address(back_to="https://us.example/sign-on/back", state="s", nonce="n", verifier="v" * 43)


def test_the_way_of_the_secret_is_the_one_that_the_sign_on_takes() -> None:
    for ways, way in ((None, "client_secret_basic"), (["client_secret_post"], "client_secret_post")):
        found = Asked(token_endpoint_auth_methods_supported=ways)
        with found._session("https://us.example") as session:
            assert session.token_endpoint_auth_method == way
            assert session.trust_env is False


def test_who_does_not_answer_is_unavailable_and_not_believed() -> None:
    with pytest.raises(ServiceUnavailable):
        OidcSignOn("http://127.0.0.1:9", "rollcall", "", "openid")._discovered()
