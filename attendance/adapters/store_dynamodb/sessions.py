"""Where users are signed in, in DynamoDB: with their user, from where DynamoDB deletes them after their end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import THERE, check, put, setting
from attendance.adapters.store_dynamodb.preparing import LATER
from attendance.adapters.store_dynamodb.table import TablePart, key_in
from attendance.adapters.store_dynamodb.values import attribute, attributes, read
from attendance.adapters.store_sentences import no_user
from attendance.model import Session


class DynamoSessions(TablePart):
    """The SessionStore."""

    def add_session(self, session: Session) -> None:
        """Raises NotFound (user)."""
        item = attributes(session) | {LATER: attribute(_later(session.ends_at))}
        there = check(keys.user(session.user_id), THERE, no_user())
        self.table.transact([there, put(keys.session(session.user_id, session.id), item)])

    def session(self, user_id: str, session_id: str) -> Session | None:
        """None where it was ended."""
        item = self.table.get(keys.session(user_id, session_id))
        return read(Session, item) if item else None

    def sessions(self, user_id: str, now: datetime) -> Sequence[Session]:
        """Last seen first."""
        found = [read(Session, item) for item in self.table.query(keys.of_user(user_id), keys.SESSION)]
        alive = sorted((session for session in found if session.ends_at > now), key=lambda session: session.id)
        return sorted(alive, key=lambda session: session.seen_at, reverse=True)

    def see_session(self, user_id: str, session_id: str, at: datetime, ends_at: datetime) -> None:
        """Nothing happens where it was ended."""
        changes: dict[str, Any] = {"seen_at": at, "ends_at": ends_at, LATER: _later(ends_at)}
        expression, values = setting(changes)
        self.table.update(keys.session(user_id, session_id), expression, THERE, **values)

    def remove_session(self, user_id: str, session_id: str) -> None:
        """Nothing happens where it was ended."""
        self.table.delete_many([keys.session(user_id, session_id)])

    def remove_sessions(self, user_id: str, keep: str | None = None) -> None:
        """All of the user's, or all but one."""
        found = [key_in(item) for item in self.table.query(keys.of_user(user_id), keys.SESSION)]
        self.table.delete_many([key for key in found if keep is None or key != keys.session(user_id, keep)])

    def remove_ended_sessions(self, now: datetime) -> None:
        """DynamoDB does, within days; until then `sessions` passes them over."""


def _later(ends_at: datetime) -> int:
    return int(ends_at.timestamp()) + 1
