"""Who did it, by name, for the entries of history and audit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.table import Table
from attendance.adapters.dynamodb.values import read
from attendance.model import User
from attendance.sentences import REMOVED_USER


def names_of(table: Table, user_ids: Iterable[str | None]) -> Mapping[str | None, str]:
    """Name or email of each; empty where nobody did it."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    users = [read(User, item) for item in table.get_many(map(keys.user, wanted)).values()]
    return {None: ""} | dict.fromkeys(wanted, REMOVED_USER) | {user.id: user.name or user.email for user in users}
