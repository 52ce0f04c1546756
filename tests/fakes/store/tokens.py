"""Access tokens and requests of programs of the fake store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from attendance.errors import AlreadyExists
from attendance.model import AccessToken, RepeatableRequest
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeTokens(FakeState):
    """The TokenStore."""

    def _add_access_token(self, token: AccessToken) -> None:
        need(self._users, token.user_id, "There is no such user.")
        if token.id in self._access_tokens or self.find_access_token(token.secret_hash):
            raise AlreadyExists("This token exists already.")
        self._access_tokens[token.id] = in_utc(token)

    def _revoke_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        own = {one.id: one for one in self.access_tokens(user_id)}
        token = need(own, token_id, "There is no such access token.")
        if token.revoked_at is None:
            self._access_tokens[token_id] = in_utc(replace(token, revoked_at=at))

    def find_access_token(self, secret_hash: str) -> AccessToken | None:
        return next((one for one in self._access_tokens.values() if one.secret_hash == secret_hash), None)

    def access_tokens(self, user_id: str) -> Sequence[AccessToken]:
        own = sorted((one for one in self._access_tokens.values() if one.user_id == user_id), key=lambda one: one.id)
        return sorted(own, key=lambda one: one.created_at, reverse=True)

    def see_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        for token in self.access_tokens(user_id):
            if token.id == token_id:
                self._access_tokens[token_id] = in_utc(replace(token, used_at=at))


@locked
class FakeRequests(FakeState):
    """The RequestStore."""

    def claim_request(self, request: RepeatableRequest) -> RepeatableRequest | None:
        need(self._users, request.user_id, "There is no such user.")
        if request.id in self._requests:
            return self._requests[request.id]
        self._requests[request.id] = in_utc(request)
        return None

    def finish_request(self, request: RepeatableRequest) -> None:
        found = self._requests.get(request.id)
        if found is not None and found.at == request.at:
            self._requests[request.id] = replace(found, status=request.status, location=request.location)

    def forget_request(self, request: RepeatableRequest) -> None:
        found = self._requests.get(request.id)
        if found is not None and found.at == request.at:
            del self._requests[request.id]

    def remove_old_requests(self, before: datetime) -> None:
        self._requests = {one.id: one for one in self._requests.values() if one.at >= before}
