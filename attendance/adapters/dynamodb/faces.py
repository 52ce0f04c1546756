"""Faces in DynamoDB, and how all of them change over to another engine at once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, STAYS, THERE, Action, Changed, check, delete, put, setting, update
from attendance.adapters.dynamodb.consents import read_student, unchanged
from attendance.adapters.dynamodb.media_items import erasing, media_of
from attendance.adapters.dynamodb.table import Table, TablePart, key_in
from attendance.adapters.dynamodb.values import Item, attributes, read, text, texts, whole
from attendance.errors import Conflict
from attendance.model import EngineCount, Face
from attendance.rules.consent import check_consent
from attendance.sentences import face_taken, no_face, no_student

MADE = ("engine", "quality", "vector", "external_id", "passed_over_by")

MadeBy = tuple[str, str | None]  # the engine of a face, and the one that passed over it


def by_time(face: Face) -> tuple[str, Any, str]:
    """What faces are sorted by."""
    return face.student_id, face.created_at, face.id


def in_use(table: Table, items: Callable[[], Iterable[Item]]) -> list[Face]:
    """The faces as they are in use; read anew where they change over to another engine meanwhile."""

    def read_faces() -> list[Face]:
        before = table.get(keys.FACES_IN_USE)
        faces = [as_used(item, before) for item in items()]
        if whole(table.get(keys.FACES_IN_USE), "switches") != whole(before, "switches"):
            raise Changed
        return faces

    return table.again(read_faces)


def as_used(item: Item, state: Item | None) -> Face:
    """The face as it counts: while all change over to an engine, what that made of the photo counts already."""
    face = read(Face, item)
    engine = switching_to(state)
    if engine is None or not face.is_outdated(engine):
        return face
    made = item["renewed"]["M"].get(engine)
    if made is None:
        return read(Face, item | {"passed_over_by": {"S": engine}})
    return read(Face, {name: value for name, value in item.items() if name not in MADE} | made["M"])


def switching_to(state: Item | None) -> str | None:
    """The engine to which all faces change over at this moment."""
    return text(state, "switching_to") if state and "switching_to" in state else None


def made_by(face: Face) -> dict[str, Any]:
    """What an engine made of the photo, as it is stored beside the face in use."""
    made = {name: getattr(face, name) for name in MADE}
    return {name: value for name, value in made.items() if value is not None}


def keeping(face: Face) -> Action:
    """Stores a new face."""
    return put(keys.face(face.id), attributes(face) | {"renewed": {"M": {}}}, NEW, face_taken())


def forgetting(item: Item) -> list[Action]:
    """Deletes a face as it was read, and writes down its media keys as erasures."""
    face = read(Face, item)
    condition, values = as_made(face)
    return [delete(key_in(item), condition, **values), *erasing(media_of(item))]


def as_made(face: Face) -> tuple[str, dict[str, Any]]:
    """The condition that a face is still of the engines that it was read with."""
    if face.passed_over_by is None:
        return "#engine = :engine_read AND attribute_not_exists(#passed_over_by)", {"engine_read": face.engine}
    values = {"engine_read": face.engine, "passed_over_read": face.passed_over_by}
    return "#engine = :engine_read AND #passed_over_by = :passed_over_read", values


def counting(
    *,
    added: Iterable[Face] = (),
    removed: Iterable[Face] = (),
    condition: str = "",
    refused: Exception | None = None,
    **values: Any,
) -> list[Action]:
    """Keeps count of the faces of each engine, so that nobody has to read them all; nothing where none came or went."""
    steps: Counter[MadeBy] = Counter()
    steps.update(map(_made_by, added))
    steps.subtract(map(_made_by, removed))
    if not steps:
        return []
    adding = "ADD " + ", ".join(["#version :one", *(f"#n{place} :n{place}" for place in range(len(steps)))])
    numbers = {f"n{place}": number for place, number in enumerate(steps.values())}
    action = update(keys.FACES_IN_USE, adding, condition, refused, one=1, **numbers, **values)
    named = {f"#n{place}": json.dumps(made) for place, made in enumerate(steps)}
    action.parameters["ExpressionAttributeNames"] |= named
    return [action]


def counting_new(faces: Iterable[Face]) -> list[Action]:
    """Counts faces that come; not while all change over to another engine, which would take these along."""
    return counting(added=faces, condition="attribute_not_exists(#switching_to)")


def counts(state: Item | None) -> Mapping[MadeBy, int]:
    """How many faces there are of each engine, as they were counted."""
    counted = {}
    for name in state or ():
        if name.startswith("["):
            engine, passed_over_by = json.loads(name)
            counted[engine, passed_over_by] = whole(state, name)
    return counted


def _made_by(face: Face) -> MadeBy:
    return face.engine, face.passed_over_by


class DynamoFaces(TablePart):
    """The faces of the StudentStore."""

    def _add_face(self, face: Face) -> None:
        """Raises NotFound, ConsentMissing."""

        def add() -> None:
            settled(self.table)
            student = self.table.get(keys.student(face.student_id))
            if student is None or "removing" in student:
                raise no_student(face.student_id)
            check_consent(read_student(student), [face])
            condition, values = unchanged(student)
            joining = update(
                keys.student(face.student_id),
                "ADD #face_ids :face",
                f"{STAYS} AND {condition}",
                face={face.id},
                **values,
            )
            self.table.transact([joining, keeping(face), *counting_new([face])])

        self.table.again(add)

    def _remove_face(self, face_id: str) -> None:
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


_AT_ONCE = 24  # faces in a transaction; each may hold a vector of some KB
_THIS_CHANGE = "attribute_exists(#switching_to) AND #switches = :this"


class _Finished(Exception):
    """Another process finished this change, and faces may have come since."""


def settled(table: Table) -> Item | None:
    """What is known of all faces, once a change to another engine that began has gone through all of them."""
    table = table.steps
    state = table.get(keys.FACES_IN_USE)
    if state is None or switching_to(state) is None:
        return state
    try:
        face_keys = [key_in(item) for item in table.query(keys.FACES, only=("pk", "sk"))]
        for start in range(0, len(face_keys), _AT_ONCE):
            _rewrite(table, face_keys[start : start + _AT_ONCE], state)
    except _Finished:
        return settled(table)
    table.update(keys.FACES_IN_USE, "REMOVE #switching_to", _THIS_CHANGE, this=whole(state, "switches"))
    return settled(table)


def _rewrite(table: Table, face_keys: Sequence[keys.Key], state: Item) -> None:
    """Make the faces what they already count as."""
    this = whole(state, "switches")

    def rewrite() -> None:
        items = table.get_many(face_keys).values()
        pairs = [(item, read(Face, item), as_used(item, state)) for item in items]
        changes = [_becoming(old, new) for item, old, new in pairs if old != new or item["renewed"]["M"]]
        different = [(old, new) for _, old, new in pairs if old != new]
        if changes:
            counted = counting(
                removed=[old for old, _ in different],
                added=[new for _, new in different],
                condition=_THIS_CHANGE,
                refused=_Finished(),
                this=this,
            ) or [check(keys.FACES_IN_USE, _THIS_CHANGE, _Finished(), this=this)]
            table.transact([*counted, *changes])

    table.again(rewrite)


def _becoming(old: Face, new: Face) -> Action:
    condition, unchanged = as_made(old)
    made = {name: getattr(new, name) for name in MADE}
    expression, values = setting(made | {"renewed": {}})
    return update(keys.face(old.id), expression, condition, **values, **unchanged)


class DynamoRenewals(TablePart):
    """The RenewalStore."""

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """By the engines that made them. One item is read, unless all faces are changing over."""
        state = settled(self.table)
        outdated: Counter[str] = Counter()
        for (made, passed_over_by), number in counts(state).items():
            if number > 0 and engine not in (made, passed_over_by):
                outdated[made] += number
        return dict(outdated)

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """By student id, time and id."""
        settled(self.table)
        return sorted(
            (read(Face, item) for item in self.table.query(keys.FACES) if _is_to_renew(item, engine)), key=by_time
        )

    def _add_renewed_face(self, face: Face) -> None:
        """Raises NotFound."""
        settled(self.table)
        setting_it = "SET #renewed.#by_engine = :made"
        named = {"#by_engine": face.engine}
        kept = self.table.update(keys.face(face.id), setting_it, THERE, names=named, made=made_by(face))
        if kept is None:
            raise no_face()

    def _use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        """Raises Conflict. One change of one item makes them count; the items of the faces follow."""

        def switch() -> None:
            state = settled(self.table)
            left = [item for item in self.table.query(keys.FACES) if _is_to_renew(item, engine)]
            if {read(Face, item).id for item in left} - set(passed_over):
                raise Conflict("Photos were added meanwhile; they have not been enrolled anew yet.")
            version = whole(state, "version")
            unchanged = "#version = :read" if version else NEW
            values: dict[str, Any] = {"read": version} if version else {}
            expression = "SET #switching_to = :engine ADD #version :one, #switches :one"
            self.table.transact([update(keys.FACES_IN_USE, expression, unchanged, engine=engine, one=1, **values)])

        self.table.again(switch)
        settled(self.table)

    def engine_counts(self) -> Sequence[EngineCount]:
        """Sorted by name."""
        state = settled(self.table)
        used: Counter[str] = Counter()
        for (made, _), number in counts(state).items():
            used[made] += number
        renewed = self.table.query(keys.FACES, only=("renewed",))
        anew = Counter(engine for item in renewed for engine in item["renewed"]["M"])
        names = sorted(name for name in used | anew if used[name] or anew[name])
        return [EngineCount(name, used[name], anew[name]) for name in names]


def _is_to_renew(item: Item, engine: str) -> bool:
    return read(Face, item).is_outdated(engine) and engine not in item["renewed"]["M"]
