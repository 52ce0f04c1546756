"""Who looked at alarms, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attendance.errors import NotFound
from attendance.services import Services


def names_of_users(services: Services, user_ids: Iterable[str]) -> Mapping[str, str]:
    """Names, or emails of those who have none; accounts that were removed are left out."""
    names = {}
    for user_id in set(user_ids):
        try:
            user = services.store.user(user_id)
        except NotFound:
            continue
        names[user_id] = user.name or user.email
    return names
