"""A face as an item: which engine's work on it counts, how it comes and goes, and how faces are counted."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, Changed, delete, put, update
from attendance.adapters.store_dynamodb.erasing import erasing, media_of
from attendance.adapters.store_dynamodb.table import Table, key_in
from attendance.adapters.store_dynamodb.values import Item, attributes, read, text, whole
from attendance.adapters.store_sentences import face_taken
from attendance.model import Face

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
    """What an engine made of the photo, as it is kept beside the face in use."""
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
