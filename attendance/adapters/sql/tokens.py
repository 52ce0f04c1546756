"""Access tokens and requests that may be sent twice, in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import lock, read, read_all, values
from attendance.adapters.sql.tables import access_tokens, repeatable_requests, users
from attendance.errors import AlreadyExists
from attendance.model import AccessToken, RepeatableRequest
from attendance.sentences import no_access_token, no_user, token_taken


class SqlTokens(Database):
    """The TokenStore."""

    def _add_access_token(self, token: AccessToken) -> None:
        """Raises NotFound (user), AlreadyExists."""
        with self._writing(token_taken()) as connection:
            lock(connection, users, token.user_id, no_user())
            connection.execute(insert(access_tokens).values(values(token, access_tokens)))

    def _revoke_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            found = connection.execute(select(access_tokens.c.revoked_at).where(_its(user_id, token_id))).one_or_none()
            if found is None:
                raise no_access_token()
            if found.revoked_at is None:
                connection.execute(update(access_tokens).where(_its(user_id, token_id)).values(revoked_at=at))

    def find_access_token(self, secret_hash: str) -> AccessToken | None:
        """Also one that was revoked or has expired."""
        with self._looking() as connection:
            query = select(access_tokens).where(access_tokens.c.secret_hash == secret_hash)
            row = connection.execute(query).one_or_none()
            return read(AccessToken, access_tokens, row) if row else None

    def access_tokens(self, user_id: str) -> Sequence[AccessToken]:
        """The newest first."""
        query = select(access_tokens).where(access_tokens.c.user_id == user_id)
        with self._looking() as connection:
            newest_first = query.order_by(access_tokens.c.created_at.desc(), access_tokens.c.id)
            return read_all(connection, AccessToken, access_tokens, newest_first)

    def see_access_token(self, user_id: str, token_id: str, at: datetime) -> None:
        """Nothing happens where it is gone."""
        with self._writing() as connection:
            connection.execute(update(access_tokens).where(_its(user_id, token_id)).values(used_at=at))


def _its(user_id: str, token_id: str) -> ColumnElement[bool]:
    return (access_tokens.c.id == token_id) & (access_tokens.c.user_id == user_id)


class SqlRequests(Database):
    """The RequestStore."""

    def claim_request(self, request: RepeatableRequest) -> RepeatableRequest | None:
        """None where it is this one's turn. Raises NotFound (user)."""
        try:
            with self._writing(token_taken()) as connection:
                lock(connection, users, request.user_id, no_user())
                connection.execute(insert(repeatable_requests).values(values(request, repeatable_requests)))
        except AlreadyExists:
            return self._claimed(request) or self.claim_request(request)  # it was forgotten at this moment
        return None

    def finish_request(self, request: RepeatableRequest) -> None:
        """Nothing happens where it is gone."""
        done = {"status": request.status, "location": request.location}
        with self._writing() as connection:
            connection.execute(update(repeatable_requests).where(_this(request)).values(done))

    def forget_request(self, request: RepeatableRequest) -> None:
        """Only the one that was claimed at that moment."""
        with self._writing() as connection:
            connection.execute(delete(repeatable_requests).where(_this(request)))

    def remove_old_requests(self, before: datetime) -> None:
        """Those of before that moment."""
        with self._writing() as connection:
            connection.execute(delete(repeatable_requests).where(repeatable_requests.c.at < before))

    def _claimed(self, request: RepeatableRequest) -> RepeatableRequest | None:
        query = select(repeatable_requests).where(repeatable_requests.c.id == request.id)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(RepeatableRequest, repeatable_requests, row) if row else None


def _this(request: RepeatableRequest) -> ColumnElement[bool]:
    return (repeatable_requests.c.id == request.id) & (repeatable_requests.c.at == request.at)
