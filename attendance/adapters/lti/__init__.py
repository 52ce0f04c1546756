"""Learning platforms by LTI 1.3: signatures and keys by joserfc, rosters and grades by their services.

Everything that is asked goes through a guarded session: the addresses come from pages and from platforms.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from joserfc import jwe, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OctKey, RSAKey

from attendance.adapters.guarded import TIMEOUT_S, NotReached, guarded_session
from attendance.errors import InvalidInput, LaunchRefused, PlatformRefused, ServiceUnavailable, SettingsError
from attendance.model import Platform, PlatformMember, Score, new_id
from attendance.ports import PlatformServices
from attendance.rules.addresses import checked_url
from attendance.rules.lti import read_members
from attendance.settings import Settings

_BITS = 2048
_KEEP_KEYS_S, _ASK_KEYS_EVERY_S = 3600.0, 60.0
_TOKEN_S = 60
_MOST_BYTES = 5_000_000
_MOST_PAGES = 200
_RESOURCE = "rollcall-attendance"
_SCOPES = {
    "roster": "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "line items": "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "scores": "https://purl.imsglobal.org/spec/lti-ags/scope/score",
}
_ROSTER = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
_LINE_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_LINE_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_GONE = (404, 410)
_OLDER = 409  # it has a newer score
_ONE = (400, 403, 404, _OLDER, 410, 422)
"""What a platform may say of the score of one student, whom it does not know or grade: the others go on."""


class LtiPlatforms:
    """The PlatformServices on the web."""

    def __init__(self, *, private: bool, clock: Callable[[], float] = time.time) -> None:
        self._private, self._clock = private, clock
        self._session = guarded_session(private=private)
        self._keys: dict[str, tuple[float, KeySet]] = {}

    def new_key(self) -> str:
        """RSA of 2048 bits: platforms must take RS256, and need take nothing else."""
        key = RSAKey.generate_key(_BITS, {"use": "sig", "alg": "RS256"}, private=True, auto_kid=True)
        return json.dumps(key.as_dict(private=True))

    def public_keys(self, key: str) -> Mapping[str, Any]:
        """One key."""
        return {"keys": [RSAKey.import_key(json.loads(key)).as_dict(private=False)]}

    def seal(self, key: str, secret: bytes) -> str:
        """A JWE with a key of our own."""
        return jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, key.encode(), OctKey.import_key(secret))

    def unseal(self, sealed: str, secret: bytes) -> str:
        """Raises SettingsError."""
        try:
            plain = jwe.decrypt_compact(sealed, OctKey.import_key(secret)).plaintext
        except (JoseError, ValueError) as other:
            raise SettingsError("The key pair for learning platforms was stored with another secret-key.") from other
        return (plain or b"").decode()

    def claims(self, platform: Platform, id_token: str) -> Mapping[str, Any]:
        """Raises LaunchRefused, ServiceUnavailable. Where the key is not among those known, they are asked anew."""
        for fresh in (False, True):
            try:
                keys = self._keys_of(platform, fresh)
                return dict(jwt.decode(id_token, keys, algorithms=["RS256"]).claims)
            except (JoseError, ValueError):
                continue
        raise LaunchRefused("The signature of the learning platform is wrong.")

    def members(self, platform: Platform, key: str, roster_url: str) -> Sequence[PlatformMember]:
        """All pages. Raises ServiceUnavailable, PlatformRefused."""
        token = self._token(platform, key, "roster")
        found: list[PlatformMember] = []
        url: str | None = _with(roster_url, limit="100")
        for _ in range(_MOST_PAGES):
            answer = self._ask(platform, "GET", self._may_ask(platform, url), token, accept=_ROSTER)
            found += read_members(_mapping(_json(platform, answer)))
            url = answer.links.get("next", {}).get("url")
            if not url:
                return found
        raise PlatformRefused("The roster of %(platform)s has no end.", platform=platform.name)

    def line_item(self, platform: Platform, key: str, line_items_url: str, label: str) -> str:
        """Raises ServiceUnavailable, PlatformRefused."""
        token, url = self._token(platform, key, "line items"), self._may_ask(platform, line_items_url)
        listed = self._ask(platform, "GET", _with(url, resource_id=_RESOURCE), token, accept=_LINE_ITEMS)
        there = _json(platform, listed)
        for one in there if isinstance(there, list) else ():
            if _mapping(one).get("resourceId") == _RESOURCE:
                return self._may_ask(platform, _mapping(one).get("id"))
        wanted = {"scoreMaximum": 100, "label": label, "resourceId": _RESOURCE}
        made = self._ask(platform, "POST", url, token, accept=_LINE_ITEM, kind=_LINE_ITEM, body=wanted)
        return self._may_ask(platform, _mapping(_json(platform, made)).get("id"))

    def send_scores(self, platform: Platform, key: str, line_item_url: str, scores: Sequence[Score]) -> bool:
        """Raises ServiceUnavailable, PlatformRefused."""
        token, url = self._token(platform, key, "scores"), _scores_of(self._may_ask(platform, line_item_url))
        said = [self._ask(platform, "POST", url, token, kind=_SCORE, body=_written(one), passes=_ONE) for one in scores]
        codes = {answer.status_code for answer in said}
        if codes and codes <= set(_GONE):
            return False
        if codes and all(code in _ONE and code != _OLDER for code in codes):  # not of one student alone
            _check(platform, said[0], ())
        return True

    def _keys_of(self, platform: Platform, fresh: bool) -> KeySet:
        """Kept for an hour; asked anew once a minute at most, whatever comes. Raises ServiceUnavailable, ValueError."""
        now = self._clock()
        at, keys = self._keys.get(platform.keys_url, (0.0, None))
        if keys is not None and now - at < (_ASK_KEYS_EVERY_S if fresh else _KEEP_KEYS_S):
            return keys
        answer = self._ask(platform, "GET", platform.keys_url, None, accept="application/json")
        keys = KeySet.import_key_set(_mapping(_json(platform, answer)))  # type: ignore[arg-type]
        self._keys[platform.keys_url] = now, keys
        return keys

    def _token(self, platform: Platform, key: str, service: str) -> str:
        """An access token for one service, by our own signature (RFC 7523)."""
        now, own = int(self._clock()), RSAKey.import_key(json.loads(key))
        claims = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_url,
            "iat": now,
            "exp": now + _TOKEN_S,
            "jti": new_id(),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "RS256", "kid": own.kid}, claims, own),
            "scope": _SCOPES[service],
        }
        answer = self._ask(platform, "POST", platform.token_url, None, form=form, accept="application/json")
        token = _mapping(_json(platform, answer)).get("access_token")
        if not isinstance(token, str):
            raise PlatformRefused("%(platform)s gives Rollcall no access token.", platform=platform.name)
        return token

    def _may_ask(self, platform: Platform, url: object) -> str:
        """Addresses come from the platform. Raises PlatformRefused."""
        with suppress(InvalidInput):
            if isinstance(url, str):
                return checked_url(url, private=self._private, field="url")
        raise PlatformRefused("%(platform)s names an address that may not be asked.", platform=platform.name)

    def _ask(
        self,
        platform: Platform,
        method: str,
        url: str,
        token: str | None,
        *,
        accept: str = "*/*",
        kind: str | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        passes: Sequence[int] = (),
    ) -> requests.Response:
        headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
        headers |= {"Content-Type": kind} if kind else {}
        data = json.dumps(body).encode() if body is not None else form
        try:
            answer = self._session.request(
                method, url, data=data, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True
            )
            answer._content = answer.raw.read(_MOST_BYTES + 1, decode_content=True)
        except NotReached as private:
            raise PlatformRefused(
                "%(platform)s names an address that may not be asked.", platform=platform.name
            ) from private
        except (requests.RequestException, OSError) as unanswered:
            raise ServiceUnavailable("%(platform)s does not answer.", platform=platform.name) from unanswered
        finally:
            self._session.close()
        _check(platform, answer, passes)
        return answer


def _check(platform: Platform, answer: requests.Response, passes: Sequence[int]) -> None:
    code = answer.status_code
    if 200 <= code < 300 or code in passes:
        return
    if code >= 500 or code in (408, 429):
        raise ServiceUnavailable("%(platform)s answers %(code)s.", platform=platform.name, code=code)
    raise PlatformRefused("%(platform)s does not allow it: it answers %(code)s.", platform=platform.name, code=code)


def _json(platform: Platform, answer: requests.Response) -> object:
    """Raises PlatformRefused."""
    try:
        if len(answer.content) > _MOST_BYTES:
            raise ValueError("too long")
        said: object = json.loads(answer.content)
    except ValueError as wrong:
        raise PlatformRefused("%(platform)s answers what is no JSON.", platform=platform.name) from wrong
    return said


def _mapping(said: object) -> dict[str, Any]:
    return said if isinstance(said, dict) else {}


def _with(url: str, **asked: str) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True)) | asked
    return urlunsplit(parts._replace(query=urlencode(query)))


def _scores_of(line_item_url: str) -> str:
    """Before the query, which Moodle's addresses have."""
    parts = urlsplit(line_item_url)
    return urlunsplit(parts._replace(path=parts.path.rstrip("/") + "/scores"))


def _written(score: Score) -> dict[str, Any]:
    return {
        "userId": score.subject,
        "scoreGiven": score.percent,
        "scoreMaximum": 100,
        "timestamp": score.at.isoformat(),
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
    }


_keeps_the_port: type[PlatformServices] = LtiPlatforms


def open_platforms(settings: Settings) -> LtiPlatforms:
    """Connects to nothing yet."""
    return LtiPlatforms(private=settings.private_addresses)
