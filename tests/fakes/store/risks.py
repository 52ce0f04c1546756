"""Who is at risk, in the fake store."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.model import AtRisk, Page
from attendance.rules.paging import page_of
from attendance.sentences import moved_on, no_student
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeRisks(FakeState):
    """The RiskStore."""

    def _save_at_risk(self, risk: AtRisk, was: AtRisk | None) -> None:
        need(self._courses, risk.course_id, "There is no such course.")
        if risk.student_id not in self._students:
            raise no_student(risk.student_id)
        if self.risk(risk.course_id, risk.student_id) != was:
            raise moved_on()
        self._risks[risk.course_id, risk.student_id] = in_utc(risk)

    def at_risk(self, course_ids: Sequence[str] | None = None, *, page: int = 1, size: int = 50) -> Page[AtRisk]:
        wanted = [one for one in self._risks.values() if one.is_open]
        found = [one for one in wanted if course_ids is None or one.course_id in course_ids]
        by_names = sorted(found, key=lambda risk: (risk.course_id, risk.student_id))
        return page_of(sorted(by_names, key=lambda risk: risk.since, reverse=True), page, size)

    def risks(self, course_id: str) -> Sequence[AtRisk]:
        return [risk for key, risk in sorted(self._risks.items()) if key[0] == course_id]

    def risk(self, course_id: str, student_id: str) -> AtRisk | None:
        return self._risks.get((course_id, student_id))
