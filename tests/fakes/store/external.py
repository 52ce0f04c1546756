"""Ids of other systems of the fake store."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import ExternalId
from tests.fakes.store.state import FakeState, in_utc, locked


@locked
class FakeExternalIds(FakeState):
    """The ExternalIdStore."""

    def _save_external_ids(self, saved: Sequence[ExternalId], gone: Sequence[ExternalId]) -> None:
        for one in gone:
            self._external.pop((one.source, one.kind, one.external_id), None)
        for one in saved:
            if self._is_here(one):
                self._external[one.source, one.kind, one.external_id] = in_utc(one)

    def _is_here(self, one: ExternalId) -> bool:
        named = ((one.course_id, self._courses), (one.student_id, self._students), (one.user_id, self._users))
        return all(name is None or name in there for name, there in named)

    def external_ids(self, source: str) -> Sequence[ExternalId]:
        found = [one for one in self._external.values() if one.source == source]
        return sorted(found, key=lambda one: (one.kind, one.external_id))
