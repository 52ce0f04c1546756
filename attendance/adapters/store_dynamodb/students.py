"""Students in DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, Changed, put, setting, update
from attendance.adapters.store_dynamodb.changing_over import settled
from attendance.adapters.store_dynamodb.courses import by_name, enrolling, roster_ids, students_by_name
from attendance.adapters.store_dynamodb.face_items import counting, counting_new, forgetting, keeping
from attendance.adapters.store_dynamodb.faces import DynamoFaces
from attendance.adapters.store_dynamodb.pages import contains, page_of
from attendance.adapters.store_dynamodb.parallel import together
from attendance.adapters.store_dynamodb.removing_students import remove_student
from attendance.adapters.store_dynamodb.values import attributes, read, text, texts
from attendance.adapters.store_sentences import no_consent, no_student, no_such_student, student_taken
from attendance.errors import AlreadyExists, NotFound
from attendance.list_model import Page
from attendance.model import Face, Student

_MOST_FACES = 16  # four actions each, and one a renewal, of the 100 of a transaction


class DynamoStudents(DynamoFaces):
    """The StudentStore."""

    def add_student_once(self, student: Student, faces: Sequence[Face] = (), course_ids: Sequence[str] = ()) -> None:
        """All or nothing. Raises AlreadyExists, ConsentMissing, NotFound (course)."""
        if faces and student.consent_on is None:
            raise no_consent(student)
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
            remove_student(self.table, student.id)  # it broke off, and must not take the new one along
            self.table.again(add)

    def save_student(self, student: Student) -> None:
        """Raises NotFound. Without consent the faces go in the same transaction."""

        def save() -> None:
            item = self.table.get(keys.student(student.id))
            if item is None or "removing" in item:
                raise no_student(student.id)
            new: dict[str, object] = {"name": student.name, "consent_on": student.consent_on}
            if student.consent_on is None:
                self._save_without_faces(student.id, new, self._as_many_as_fit(texts(item, "face_ids")))
            else:
                self.table.transact([_changing(student.id, new)])

        self.table.again(save)

    def remove_student(self, student_id: str) -> None:
        """Raises NotFound."""
        remove_student(self.table, student_id)

    def student(self, student_id: str) -> Student:
        """Raises NotFound."""
        item = self.table.get(keys.student(student_id))
        if item is None:
            raise no_student(student_id)
        return read(Student, item)

    def student_by_key(self, key: str) -> Student:
        """Raises NotFound."""
        lead = self.table.get(keys.student_key(key))
        item = self.table.get(keys.student(text(lead, "student_id"))) if lead else None
        if item is None:
            raise no_such_student()
        return read(Student, item)

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
            found = sorted((read(Student, item) for item in self.table.query(keys.STUDENTS)), key=by_name)
        return page_of([one for one in found if contains(text, one.id, one.name)], page, size)

    def _taught_by(self, teacher_id: str) -> set[str]:
        courses = [text(item, "course_id") for item in self.table.query(keys.of_user(teacher_id), keys.COURSE)]
        return {one for roster in together(lambda course: roster_ids(self.table, course), courses) for one in roster}

    def _as_many_as_fit(self, face_ids: set[str]) -> set[str]:
        """The faces that are left once those are removed that a transaction would not hold."""
        surplus = sorted(face_ids)[_MOST_FACES:]
        for face_id in surplus:
            with suppress(NotFound):
                self.remove_face(face_id)
        return face_ids - set(surplus)

    def _save_without_faces(self, student_id: str, new: dict[str, object], face_ids: set[str]) -> None:
        faces = list(self.table.get_many(map(keys.face, face_ids)).values())
        self.table.transact(
            [
                _changing(student_id, new | {"face_ids": None}, face_ids),
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


def _changing(student_id: str, new: dict[str, object], face_ids: set[str] | None = None) -> Action:
    """Change the student; where `face_ids` is given, only while these are the faces."""
    expression, values = setting(new)
    condition = "attribute_exists(#pk) AND attribute_not_exists(#removing)"
    if face_ids:
        condition, values = f"{condition} AND #face_ids = :old", values | {"old": face_ids}
    elif face_ids is not None:
        condition += " AND attribute_not_exists(#face_ids)"
    return update(keys.student(student_id), expression, condition, Changed(), **values)
