"""Objections and excuses in DynamoDB: in the course's partition, led to from the student and from two lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, Action, as_stored, check, delete, put
from attendance.adapters.dynamodb.media_items import erase, erasing
from attendance.adapters.dynamodb.table import Table, TablePart
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.model import Appeal
from attendance.rules.versions import check_as_read
from attendance.sentences import no_appeal, no_course, no_student


class DynamoAppeals(TablePart):
    """The AppealStore."""

    def _add_appeal(self, appeal: Appeal) -> None:
        """Raises NotFound."""
        self.table.transact(
            [
                check(keys.course(appeal.course_id), refused=no_course()),
                check(keys.student(appeal.student_id), refused=no_student(appeal.student_id)),
                put(_own(appeal), attributes(appeal), NEW),
                *_listing(appeal),
            ]
        )

    def _save_appeal(self, appeal: Appeal, was: Appeal) -> None:
        """Raises NotFound, MovedOn."""

        def save() -> None:
            item = self.table.get(_own(appeal))
            if item is None:
                raise no_appeal()
            old = read(Appeal, item)
            check_as_read(old, was)
            unchanged, old_values = as_stored(old)
            gone = [old.file_key] if old.file_key is not None and old.file_key != appeal.file_key else []
            self.table.transact(
                [put(_own(appeal), attributes(appeal), unchanged, **old_values), *_listing(appeal), *erasing(gone)]
            )

        self.table.again(save)

    def appeal(self, course_id: str, appeal_id: str) -> Appeal:
        """Raises NotFound."""
        item = self.table.get(keys.appeal(course_id, appeal_id))
        if item is None:
            raise no_appeal()
        return read(Appeal, item)

    def appeals_in(self, course_id: str) -> Sequence[Appeal]:
        """Oldest first."""
        return appeals_of_course(self.table, course_id)

    def appeals_of(self, student_id: str) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals_led_to(self.table.query(keys.of_student(student_id), keys.APPEAL))

    def open_appeals(self) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals_led_to(self.table.query(keys.OPEN_APPEALS))

    def appeals_with_files(self) -> Sequence[Appeal]:
        """Oldest first."""
        return self._appeals_led_to(self.table.query(keys.APPEALS_WITH_FILES))

    def _appeals_led_to(self, leads: Iterable[Item]) -> list[Appeal]:
        wanted = [keys.appeal(text(lead, "course_id"), text(lead, "appeal_id")) for lead in leads]
        return _in_order(self.table.get_many(wanted).values())


def appeals_of_course(table: Table, course_id: str) -> list[Appeal]:
    """Oldest first."""
    return _in_order(table.query(keys.of_course(course_id), keys.APPEAL))


def remove_appeals(table: Table, found: Sequence[Appeal]) -> None:
    """With their files, and what leads to them."""
    erase(table, [one.file_key for one in found if one.file_key is not None])
    table.delete_many(key for one in found for key in (_own(one), *_leads(one)))


def remove_led_to(table: Table, lead: Item) -> None:
    """The same of the one that an item leads to."""
    item = table.get(keys.appeal(text(lead, "course_id"), text(lead, "appeal_id")))
    if item is not None:
        remove_appeals(table, [read(Appeal, item)])


def _in_order(items: Iterable[Item]) -> list[Appeal]:
    return sorted((read(Appeal, item) for item in items), key=lambda one: (one.at, one.id))


def _own(appeal: Appeal) -> keys.Key:
    return keys.appeal(appeal.course_id, appeal.id)


def _leads(appeal: Appeal) -> list[keys.Key]:
    lists = (keys.OPEN_APPEALS, keys.APPEALS_WITH_FILES)
    listed = [keys.listed_appeal(one, appeal.course_id, appeal.id) for one in lists]
    return [keys.student_appeal(appeal.student_id, appeal.course_id, appeal.id), *listed]


def _listing(appeal: Appeal) -> list[Action]:
    """It stands in each list as long as it belongs there."""
    lead = {"course_id": attribute(appeal.course_id), "appeal_id": attribute(appeal.id)}
    of_student, opened, with_file = _leads(appeal)
    file: Item = {} if appeal.file_key is None else {"file_key": attribute(appeal.file_key)}
    return [
        put(of_student, lead),
        put(opened, lead) if appeal.is_open else delete(opened),
        put(with_file, lead | file) if file else delete(with_file),
    ]
