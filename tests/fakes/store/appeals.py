"""Objections and excuses, in the fake store."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attendance.model import Appeal
from attendance.rules.versions import check_as_read
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeAppeals(FakeState):
    """The AppealStore."""

    def _add_appeal(self, appeal: Appeal) -> None:
        need(self._courses, appeal.course_id, "There is no such course.")
        need(self._students, appeal.student_id, f"There is no student with the id {appeal.student_id}.")
        self._appeals[appeal.id] = in_utc(appeal)

    def _save_appeal(self, appeal: Appeal, was: Appeal) -> None:
        old = need(self._appeals, appeal.id, "There is no such objection or excuse.")
        check_as_read(old, was)
        if old.file_key != appeal.file_key:
            self._erase([old.file_key])
        self._appeals[appeal.id] = in_utc(appeal)

    def appeal(self, course_id: str, appeal_id: str) -> Appeal:
        own = {one.id: one for one in self._appeals.values() if one.course_id == course_id}
        return need(own, appeal_id, "There is no such objection or excuse.")

    def appeals_in(self, course_id: str) -> Sequence[Appeal]:
        return self._appeals_that(lambda one: one.course_id == course_id)

    def appeals_of(self, student_id: str) -> Sequence[Appeal]:
        return self._appeals_that(lambda one: one.student_id == student_id)

    def open_appeals(self) -> Sequence[Appeal]:
        return self._appeals_that(lambda one: one.is_open)

    def appeals_with_files(self) -> Sequence[Appeal]:
        return self._appeals_that(lambda one: one.file_key is not None)

    def _appeals_that(self, wanted: Callable[[Appeal], bool]) -> list[Appeal]:
        return sorted(filter(wanted, self._appeals.values()), key=lambda one: (one.at, one.id))
