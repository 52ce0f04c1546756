"""Students' faces in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import STAYS, update
from attendance.adapters.store_dynamodb.changing_over import settled
from attendance.adapters.store_dynamodb.face_items import by_time, counting, counting_new, forgetting, in_use, keeping
from attendance.adapters.store_dynamodb.table import TablePart
from attendance.adapters.store_dynamodb.values import Item, read, texts
from attendance.adapters.store_sentences import no_consent, no_face, no_student
from attendance.model import Face, Student


class DynamoFaces(TablePart):
    """The faces of the StudentStore."""

    def add_face(self, face: Face) -> None:
        """Raises NotFound, ConsentMissing."""

        def add() -> None:
            settled(self.table)
            student = self.table.get(keys.student(face.student_id))
            if student is None or "removing" in student:
                raise no_student(face.student_id)
            if "consent_on" not in student:
                raise no_consent(read(Student, student))
            joining = update(
                keys.student(face.student_id),
                "ADD #face_ids :face",
                f"{STAYS} AND attribute_exists(#consent_on)",
                face={face.id},
            )
            self.table.transact([joining, keeping(face), *counting_new([face])])

        self.table.again(add)

    def remove_face(self, face_id: str) -> None:
        """Raises NotFound."""

        def remove() -> None:
            item = self.table.get(keys.face(face_id))
            if item is None:
                raise no_face()
            face = read(Face, item)
            leaving = update(
                keys.student(face.student_id), "DELETE #face_ids :face", "attribute_exists(#pk)", face={face_id}
            )
            self.table.transact([leaving, *forgetting(item), *counting(removed=[face])])

        self.table.again(remove)

    def face(self, face_id: str) -> Face:
        """Raises NotFound."""
        found = in_use(self.table, lambda: self.table.get_many([keys.face(face_id)]).values())
        if not found:
            raise no_face()
        return found[0]

    def faces(self, student_ids: Sequence[str] | None = None) -> Sequence[Face]:
        """Sorted by student id and time."""
        return sorted(in_use(self.table, lambda: self._items(student_ids)), key=by_time)

    def _items(self, student_ids: Sequence[str] | None) -> Iterable[Item]:
        if student_ids is None:
            return self.table.query(keys.FACES)
        students = self.table.get_many(map(keys.student, student_ids)).values()
        return self.table.get_many(keys.face(one) for item in students for one in texts(item, "face_ids")).values()
