"""The school's sign-on by OpenID Connect: discovery and the code flow with PKCE by Authlib, signatures by joserfc.

Its addresses come from the environment and from the discovery document of that issuer, so that they may be in the
school's own network. Nothing else is asked, and no redirect is followed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from attendance.errors import ServiceUnavailable, SettingsError, SignInRefused
from attendance.ports.sign_on import Said, SignOn
from attendance.settings import Settings

_TIMEOUT_S = (5.0, 15.0)
_KEEP_S, _ASK_KEYS_EVERY_S = 3600.0, 60.0
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""With keys of two halves alone: what is signed with a shared secret, or not at all, is refused."""
_SERVER_ERROR = 500
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcSignOn:
    """The SignOn on the web."""

    def __init__(
        self, issuer: str, client_id: str, secret: str, scopes: str, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._issuer, self._client_id, self._secret, self._scopes = issuer, client_id, secret, scopes
        self._clock = clock
        self._kept: dict[str, tuple[float, Any]] = {}

    def address(self, *, back_to: str, state: str, nonce: str, verifier: str) -> str:
        """Raises ServiceUnavailable, SignInRefused."""
        with self._session(back_to) as session:
            endpoint = self._discovered()["authorization_endpoint"]
            url, _ = session.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        return str(url)

    def said(self, *, code: str, back_to: str, verifier: str) -> Said:
        """Raises ServiceUnavailable, SignInRefused."""
        found = self._discovered()
        with self._session(back_to) as session:
            try:
                token = session.fetch_token(
                    found["token_endpoint"], code=code, grant_type="authorization_code", code_verifier=verifier
                )
            except requests.RequestException as unanswered:
                raise _unanswered() from unanswered
            except (AuthlibBaseError, ValueError) as refused:
                raise SignInRefused(
                    "The sign-on does not take this sign-in any more, or not from this site. Begin it again."
                ) from refused
            claims = self._checked(str(token.get("id_token", "")))
            return Said(claims, {**self._user_info(session, claims), **claims})

    def _session(self, back_to: str) -> Any:
        found = self._discovered()
        ways = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        by_form = "client_secret_basic" not in ways and "client_secret_post" in ways
        way = "none" if not self._secret else "client_secret_post" if by_form else "client_secret_basic"
        session = OAuth2Session(
            self._client_id,
            self._secret or None,
            token_endpoint_auth_method=way,
            scope=self._scopes,
            redirect_uri=back_to,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT_S,
        )
        session.trust_env, session.max_redirects = False, 0
        session.headers["User-Agent"] = "Rollcall"
        return session

    def _discovered(self) -> Mapping[str, Any]:
        """Kept for an hour. Raises ServiceUnavailable; SignInRefused where it says another issuer."""
        address = self._issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = self._asked(address, _KEEP_S)
        if not isinstance(found, Mapping) or found.get("issuer") != self._issuer:
            self._kept.pop(address, None)
            raise SignInRefused("Another sign-on answered than the one that was asked.")
        secure = self._issuer.startswith("https://")
        for name in _ENDPOINTS:
            if not str(found.get(name, "")).startswith("https://" if secure else ("https://", "http://")):
                raise SignInRefused("The sign-on does not say where to go on.")
        return found

    def _checked(self, id_token: str) -> Mapping[str, Any]:
        """Where the key is not among those known, they are asked anew. Raises SignInRefused, ServiceUnavailable."""
        for at_most_s in (_KEEP_S, _ASK_KEYS_EVERY_S):
            try:
                keys = KeySet.import_key_set(self._asked(self._discovered()["jwks_uri"], at_most_s))
                return dict(jwt.decode(id_token, keys, algorithms=_ALGORITHMS).claims)
            except (JoseError, ValueError, KeyError, TypeError):
                continue
        raise SignInRefused("The signature of the sign-on is wrong.")

    def _user_info(self, session: Any, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        """What it says beside the ID token, of the same person (OpenID Connect Core 5.3.2)."""
        endpoint = self._discovered().get("userinfo_endpoint")
        if not isinstance(endpoint, str):
            return {}
        try:
            answer = session.get(endpoint, allow_redirects=False)
            found = answer.json() if answer.ok else {}
        except (requests.RequestException, ValueError, AuthlibBaseError):
            return {}
        same = isinstance(found, Mapping) and found.get("sub") == claims.get("sub")
        return found if same else {}

    def _asked(self, address: str, most_s: float) -> Any:
        now = self._clock()
        at, kept = self._kept.get(address, (0.0, None))
        if kept is not None and now - at < most_s:
            return kept
        try:
            with requests.Session() as session:
                session.trust_env = False
                answer = session.get(address, timeout=_TIMEOUT_S, allow_redirects=False)
            if answer.status_code >= _SERVER_ERROR:
                raise _unanswered()
            found = answer.json() if answer.ok else None
        except (requests.RequestException, ValueError) as unanswered:
            raise _unanswered() from unanswered
        if found is None:
            raise SignInRefused("Another sign-on answered than the one that was asked.")
        self._kept[address] = now, found
        return found


def _unanswered() -> ServiceUnavailable:
    return ServiceUnavailable("The sign-on of the school does not answer. Try again in a little while.")


def open_sign_on(settings: Settings) -> SignOn:
    """Connects to nothing yet. Raises SettingsError."""
    if settings.oidc_issuer is None:
        raise SettingsError("ROLLCALL_OIDC_ISSUER is missing: set it beside the other ROLLCALL_OIDC settings.")
    return OidcSignOn(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret.reveal(),
        settings.oidc_scopes,
    )
