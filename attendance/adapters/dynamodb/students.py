"""Students in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, Action, Changed, delete, put, setting, update
from attendance.adapters.dynamodb.appeals import remove_led_to
from attendance.adapters.dynamodb.check_in_items import remove_check_in
from attendance.adapters.dynamodb.consents import read_student, remove_evidence, unchanged
from attendance.adapters.dynamodb.courses import by_name, enrolling, roster_ids, students_by_name
from attendance.adapters.dynamodb.external import forget_external, led_to
from attendance.adapters.dynamodb.faces import DynamoFaces, counting, counting_new, forgetting, keeping, settled
from attendance.adapters.dynamodb.live import remove_led_to_post, remove_led_to_witness
from attendance.adapters.dynamodb.marks import deleting, transaction
from attendance.adapters.dynamodb.media_items import delete_with_media
from attendance.adapters.dynamodb.risks import remove_risk
from attendance.adapters.dynamodb.table import Table, key_in, together
from attendance.adapters.dynamodb.unknowns import drop_what_was_said_of
from attendance.adapters.dynamodb.users import DynamoUsers
from attendance.adapters.dynamodb.values import Item, attributes, read, text, texts
from attendance.adapters.dynamodb.visit_items import remove_visits
from attendance.errors import AlreadyExists, NotFound
from attendance.model import Consent, Face, Page, Purpose, Student
from attendance.rules.consent import check_consent, has_consent
from attendance.rules.paging import page_of
from attendance.rules.texts import contains
from attendance.sentences import moved_on, no_student, no_such_student, student_taken

_MOST_FACES = 16  # four actions each, and one a renewal, of the 100 of a transaction


class DynamoStudents(DynamoFaces):
    """The StudentStore."""

    def _add_student(self, student: Student, faces: Sequence[Face] = (), course_ids: Sequence[str] = ()) -> None:
        """All or nothing. Raises AlreadyExists, ConsentMissing, NotFound (course)."""
        check_consent(student, faces)
        actions = [
            *(action for course_id in sorted(set(course_ids)) for action in enrolling(course_id, [student.id])),
            *_adding(student, [face.id for face in faces]),
            *(keeping(face) for face in faces),
            *counting_new(faces),
        ]

        def add() -> None:
            if faces:
                settled(self.table)
            self.table.transact(actions)

        try:
            self.table.again(add)
        except AlreadyExists:
            left = self.table.get(keys.student(student.id))
            if left is None or "removing" not in left:
                raise
            remove_student(self.table.steps, student.id)  # it broke off, and must not take the new one along
            self.table.again(add)

    def _save_student(self, student: Student) -> None:
        """Raises NotFound."""
        expression, values = setting({"name": student.name, "contact_email": student.contact_email})
        changed = update(keys.student(student.id), expression, STAYS, no_student(student.id), **values)
        self.table.transact([changed])

    def _save_consents(self, student_id: str, before: tuple[Consent, ...], after: tuple[Consent, ...]) -> None:
        """Raises NotFound, MovedOn. Without consent the faces go in the same transaction."""

        def save() -> None:
            item = self.table.get(keys.student(student_id))
            if item is None or "removing" in item:
                raise no_student(student_id)
            if read_student(item).consents != before:
                raise moved_on()
            if has_consent(after, Purpose.FACE):
                self.table.transact([_agreeing(item, after)])
            else:
                self._save_without_faces(item, after, self._as_many_as_fit(texts(item, "face_ids")))

        self.table.again(save)

    def _remove_student(self, student_id: str) -> None:
        """Raises NotFound."""
        remove_student(self.table, student_id)

    def _remove_evidence(self, student_id: str) -> None:
        """Raises NotFound."""
        self.student(student_id)
        remove_evidence(self.table.steps, student_id)

    def student(self, student_id: str) -> Student:
        """Raises NotFound."""
        item = self.table.get(keys.student(student_id))
        if item is None:
            raise no_student(student_id)
        return read_student(item)

    def student_by_key(self, key: str) -> Student:
        """Raises NotFound."""
        lead = self.table.get(keys.student_key(key))
        item = self.table.get(keys.student(text(lead, "student_id"))) if lead else None
        if item is None:
            raise no_such_student()
        return read_student(item)

    def students(
        self,
        *,
        text: str = "",
        course_id: str | None = None,
        teacher_id: str | None = None,
        page: int = 1,
        size: int = 50,
    ) -> Page[Student]:
        """Sorted by name, then id."""
        limits = []
        if course_id is not None:
            limits.append(set(roster_ids(self.table, course_id)))
        if teacher_id is not None:
            limits.append(self._taught_by(teacher_id))
        if limits:
            found = students_by_name(self.table, set.intersection(*limits))
        else:
            found = sorted((read_student(item) for item in self.table.query(keys.STUDENTS)), key=by_name)
        return page_of([one for one in found if contains(text, one.id, one.name)], page, size)

    def _taught_by(self, teacher_id: str) -> set[str]:
        courses = [text(item, "course_id") for item in self.table.query(keys.of_user(teacher_id), keys.COURSE)]
        return {one for roster in together(lambda course: roster_ids(self.table, course), courses) for one in roster}

    def _as_many_as_fit(self, face_ids: set[str]) -> set[str]:
        """The faces that are left once those are removed that a transaction would not hold."""
        surplus = sorted(face_ids)[_MOST_FACES:]
        for face_id in surplus:
            with suppress(NotFound):
                DynamoFaces(self.table.steps)._remove_face(face_id)
        return face_ids - set(surplus)

    def _save_without_faces(self, student: Item, consents: tuple[Consent, ...], face_ids: set[str]) -> None:
        faces = list(self.table.get_many(map(keys.face, face_ids)).values())
        self.table.transact(
            [
                _agreeing(student, consents, face_ids),
                *(action for item in faces for action in forgetting(item)),
                *counting(removed=[read(Face, item) for item in faces]),
            ]
        )


def _adding(student: Student, face_ids: Sequence[str]) -> list[Action]:
    item = attributes(student)
    if face_ids:
        item["face_ids"] = {"SS": sorted(face_ids)}
    taken = student_taken(student)
    lead = {"student_id": {"S": student.id}}
    return [put(keys.student(student.id), item, NEW, taken), put(keys.student_key(student.key), lead, NEW, taken)]


def _agreeing(student: Item, consents: tuple[Consent, ...], without: set[str] | None = None) -> Action:
    """Save the consents while they are as they were read; where faces go, only while `without` are the faces."""
    new: dict[str, object] = {"consents": consents, "consent_on": None}
    as_read, read_values = unchanged(student)
    condition = f"{STAYS} AND {as_read}"
    if without is not None:
        new["face_ids"] = None
        condition += " AND #face_ids = :old" if without else " AND attribute_not_exists(#face_ids)"
    expression, values = setting(new)
    values |= read_values | ({"old": without} if without else {})
    return update(key_in(student), expression, condition, Changed(), **values)


def remove_student(table: Table, student_id: str) -> None:
    """Roster, faces, sightings that name them, marks, history and the linked account. Raises NotFound."""
    item = table.update(keys.student(student_id), "SET #removing = :yes", THERE, yes=True)
    if item is None:
        raise no_student(student_id)
    leads = list(table.query(keys.of_student(student_id)))
    together(partial(_follow, table.steps, student_id), leads)
    for face_id in sorted(texts(item, "face_ids")):
        table.again(partial(_remove_face, table.steps, face_id))
    key = read(Student, item).key
    with suppress(Changed):  # who registers the student anew has completed it, and that student stays
        still_removing = "attribute_exists(#removing)"
        table.transact([delete(keys.student_key(key)), delete(keys.student(student_id), still_removing)])


def _follow(table: Table, student_id: str, lead: Item) -> None:
    """Delete what an item leads to, and then the item."""
    place = text(lead, "sk")
    if place.startswith(keys.LECTURE):
        table.again(partial(_remove_mark, table, text(lead, "lecture_id"), student_id))
    elif place.startswith(keys.SEEN):
        _remove_sightings(table, text(lead, "lecture_id"), text(lead, "recording_id"), student_id)
    elif place.startswith(keys.VISIT):
        remove_visits(table, [text(lead, "visit_id")])
    elif place.startswith(keys.COURSE):
        table.delete_many(keys.on_roster(text(lead, "course_id"), student_id))
    elif place.startswith(keys.RISK):
        remove_risk(table, text(lead, "course_id"), student_id)
    elif place.startswith(keys.UNKNOWN):
        drop_what_was_said_of(table, student_id, lead)
    elif place.startswith(keys.EXTERNAL):
        forget_external(table, [led_to(lead)])
    elif place.startswith(keys.APPEAL):
        remove_led_to(table, lead)
    elif place.startswith(keys.CHECK_IN):
        remove_check_in(table, text(lead, "check_in_id"))
    elif place.startswith(keys.POST):
        remove_led_to_post(table, lead)
    elif place.startswith(keys.WITNESS):
        remove_led_to_witness(table, lead)
    elif place.startswith(keys.USER):
        _remove_account(table, text(lead, "user_id"))
    table.delete_many([key_in(lead)])


def _remove_mark(table: Table, lecture_id: str, student_id: str) -> None:
    """A mark that was changed since it was read has other evidence: then it is read again."""
    item = table.get(keys.mark(lecture_id, student_id))
    if item is not None:
        table.transact(transaction(lecture_id, [deleting(item)], condition=THERE))
    changes = table.query(keys.of_lecture(lecture_id), keys.changes_of(student_id))
    table.delete_many([key_in(change) for change in changes])


def _remove_sightings(table: Table, lecture_id: str, recording_id: str, student_id: str) -> None:
    seen = table.query(keys.of_lecture(lecture_id), keys.seen_in(recording_id))
    delete_with_media(table, [one for one in seen if one.get("student_id") == {"S": student_id}])


def _remove_account(table: Table, user_id: str) -> None:
    with suppress(NotFound):  # a removal that broke off had done so already
        DynamoUsers(table)._remove_user(user_id)


def _remove_face(table: Table, face_id: str) -> None:
    item = table.get(keys.face(face_id))
    if item is not None:
        table.transact([*forgetting(item), *counting(removed=[read(Face, item)])])
