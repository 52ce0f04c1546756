"""Access tokens and requests that may be sent twice, in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, check, put, setting, update
from attendance.adapters.dynamodb.preparing import LATER
from attendance.adapters.dynamodb.table import Table, TablePart, key_in
from attendance.adapters.dynamodb.values import attribute, attributes, read, text
from attendance.errors import AlreadyExists
from attendance.model import AccessToken, RepeatableRequest
from attendance.sentences import no_access_token, no_user, token_taken

_KEEP_REQUESTS = timedelta(days=2)
"""Longer than any use case asks for them."""


class DynamoTokens(TablePart):
    """The TokenStore."""

    def _add_access_token(self, token: AccessToken) -> None:
        """Raises NotFound (user), AlreadyExists."""
        lead = {"user_id": attribute(token.user_id), "token_id": attribute(token.id)}
        self.table.transact(
            [
                check(keys.user(token.user_id), THERE, no_user()),
                put(keys.access_token(token.user_id, token.id), attributes(token), NEW, token_taken()),
                put(keys.token_secret(token.secret_hash), lead, NEW, token_taken()),
            ]
        )

    def _revoke_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        """Raises NotFound."""
        expression = "SET #revoked_at = if_not_exists(#revoked_at, :at)"
        key = keys.access_token(user_id, token_id)
        self.table.transact([update(key, expression, THERE, no_access_token(), at=at)])

    def find_access_token(self, secret_hash: str) -> AccessToken | None:
        """Also one that was revoked or has expired."""
        lead = self.table.get(keys.token_secret(secret_hash))
        item = self.table.get(keys.access_token(text(lead, "user_id"), text(lead, "token_id"))) if lead else None
        return read(AccessToken, item) if item else None

    def access_tokens(self, user_id: str) -> Sequence[AccessToken]:
        """The newest first."""
        found = [read(AccessToken, item) for item in self.table.query(keys.of_user(user_id), keys.TOKEN)]
        return sorted(sorted(found, key=lambda one: one.id), key=lambda one: one.created_at, reverse=True)

    def see_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        """Nothing happens where it is gone."""
        expression, values = setting({"used_at": at})
        self.table.update(keys.access_token(user_id, token_id), expression, THERE, **values)


class DynamoRequests(TablePart):
    """The RequestStore."""

    def claim_request(self, request: RepeatableRequest) -> RepeatableRequest | None:
        """None where it is this one's turn. Raises NotFound (user)."""
        key = keys.request(request.user_id, request.id)
        item = attributes(request) | {LATER: attribute(int((request.at + _KEEP_REQUESTS).timestamp()))}
        there = check(keys.user(request.user_id), THERE, no_user())
        try:
            self.table.transact([there, put(key, item, NEW, token_taken())])
        except AlreadyExists:
            found = self.table.get(key)
            return read(RepeatableRequest, found) if found else self.claim_request(request)
        return None

    def finish_request(self, request: RepeatableRequest) -> None:
        """Nothing happens where it is gone."""
        expression, values = setting({"status": request.status, "location": request.location})
        same = f"{THERE} AND #at = :claimed_at"
        key = keys.request(request.user_id, request.id)
        self.table.update(key, expression, same, claimed_at=request.at, **values)

    def forget_request(self, request: RepeatableRequest) -> None:
        """Only the one that was claimed at that moment."""
        found = self.table.get(keys.request(request.user_id, request.id))
        if found is not None and read(RepeatableRequest, found).at == request.at:
            self.table.delete_many([key_in(found)])

    def remove_old_requests(self, before: datetime) -> None:
        """DynamoDB does, within days."""


def remove_programs(table: Table, user_id: str) -> None:
    """The tokens and links of a user, and what their programs asked; what leads to a secret goes first."""
    links = list(table.query(keys.of_user(user_id), keys.LINK))
    table.delete_many([keys.link_secret(text(item, "secret_hash")) for item in links])
    tokens = list(table.query(keys.of_user(user_id), keys.TOKEN))
    table.delete_many([keys.token_secret(text(item, "secret_hash")) for item in tokens])
    requests = table.query(keys.of_user(user_id), keys.REQUEST)
    table.delete_many([key_in(item) for item in (*tokens, *links, *requests)])
