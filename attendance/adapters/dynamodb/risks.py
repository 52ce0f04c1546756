"""Who is at risk, in DynamoDB: an item in the partition of the course, to which student and list lead."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, Action, Changed, as_stored, check, delete, put
from attendance.adapters.dynamodb.table import Table, TablePart, together
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.model import AtRisk, Page
from attendance.rules.paging import page_of
from attendance.sentences import moved_on, no_course, no_student


class DynamoRisks(TablePart):
    """The RiskStore."""

    def _save_at_risk(self, risk: AtRisk, was: AtRisk | None) -> None:
        """Raises NotFound, MovedOn."""
        key = keys.risk(risk.course_id, risk.student_id)
        lead = {"course_id": attribute(risk.course_id), "student_id": attribute(risk.student_id)}
        condition, old = (NEW, {}) if was is None else as_stored(was)
        actions: list[Action] = [
            check(keys.course(risk.course_id), refused=no_course()),
            check(keys.student(risk.student_id), refused=no_student(risk.student_id)),
            put(key, attributes(risk), condition, Changed(), **old),
            put(keys.student_risk(risk.student_id, risk.course_id), lead),
        ]
        stale, shown = _listed(was), _listed(risk)
        actions += [delete(one) for one in stale - shown] + [put(one, lead) for one in shown]
        try:
            self.table.transact(actions)
        except Changed:
            raise moved_on() from None

    def at_risk(self, course_ids: Sequence[str] | None = None, *, page: int = 1, size: int = 50) -> Page[AtRisk]:
        """The newest first: of all by their list, of some courses by theirs."""
        if course_ids is not None:
            found = [one for part in together(self.risks, sorted(set(course_ids))) for one in part if one.is_open]
            by_names = sorted(found, key=lambda risk: (risk.course_id, risk.student_id))
            return page_of(sorted(by_names, key=lambda risk: risk.since, reverse=True), page, size)
        leads = list(self.table.query(keys.AT_RISK))
        in_order = sorted(leads, key=lambda item: (text(item, "course_id"), text(item, "student_id")))
        shown = page_of(sorted(in_order, key=_since, reverse=True), page, size)
        wanted = [keys.risk(text(one, "course_id"), text(one, "student_id")) for one in shown.items]
        items = self.table.get_many(wanted)
        return Page([read(AtRisk, items[key]) for key in wanted if key in items], shown.number, size, shown.total)

    def risks(self, course_id: str) -> Sequence[AtRisk]:
        """By student id."""
        items = self.table.query(keys.of_course(course_id), keys.RISK)
        return sorted((read(AtRisk, item) for item in items), key=lambda risk: risk.student_id)

    def risk(self, course_id: str, student_id: str) -> AtRisk | None:
        """None where no rule ever found anything."""
        item = self.table.get(keys.risk(course_id, student_id))
        return read(AtRisk, item) if item else None


def remove_risk(table: Table, course_id: str, student_id: str) -> None:
    """With what leads to it; nothing happens where there is none."""
    item = table.get(keys.risk(course_id, student_id))
    listed = _listed(read(AtRisk, item)) if item else set()
    table.delete_many([*listed, keys.risk(course_id, student_id), keys.student_risk(student_id, course_id)])


def remove_risks(table: Table, course_id: str) -> None:
    """Of a course that is removed."""
    for item in list(table.query(keys.of_course(course_id), keys.RISK)):
        remove_risk(table, course_id, text(item, "student_id"))


def _listed(risk: AtRisk | None) -> set[keys.Key]:
    if risk is None or not risk.is_open:
        return set()
    return {keys.open_risk(risk.since, risk.course_id, risk.student_id)}


def _since(lead: Item) -> str:
    return text(lead, "sk").partition("#")[0]
