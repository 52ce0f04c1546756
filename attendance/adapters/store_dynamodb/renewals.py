"""Faces that another engine enrols anew, in DynamoDB: kept within the face in use, until all change over at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, THERE, Action, setting, update
from attendance.adapters.store_dynamodb.face_items import (
    MADE,
    as_made,
    as_used,
    by_time,
    counting,
    counts,
    made_by,
    switching_to,
)
from attendance.adapters.store_dynamodb.table import TablePart, key_in
from attendance.adapters.store_dynamodb.values import Item, read, whole
from attendance.adapters.store_sentences import no_face
from attendance.errors import Conflict
from attendance.model import EngineCount, Face

_AT_ONCE = 24  # faces in a transaction; each may hold a vector of some KB


class DynamoRenewals(TablePart):
    """The RenewalStore."""

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """By the engines that made them. One item is read, unless all faces are changing over."""
        state = self._settled()
        outdated: Counter[str] = Counter()
        for (made, passed_over_by), number in counts(state).items():
            if number > 0 and engine not in (made, passed_over_by):
                outdated[made] += number
        return dict(outdated)

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """By student id, time and id."""
        self._settled()
        return sorted(
            (read(Face, item) for item in self.table.query(keys.FACES) if _is_to_renew(item, engine)), key=by_time
        )

    def keep_renewed_face(self, face: Face) -> None:
        """Raises NotFound."""
        self._settled()
        setting_it = "SET #renewed.#by_engine = :made"
        named = {"#by_engine": face.engine}
        kept = self.table.update(keys.face(face.id), setting_it, THERE, names=named, made=made_by(face))
        if kept is None:
            raise no_face()

    def use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        """Raises Conflict. One change of one item makes them count; the items of the faces follow."""

        def switch() -> None:
            state = self._settled()
            left = [item for item in self.table.query(keys.FACES) if _is_to_renew(item, engine)]
            if {read(Face, item).id for item in left} - set(passed_over):
                raise Conflict("Photos were added meanwhile; they have not been enrolled anew yet.")
            version = whole(state, "version")
            unchanged = "#version = :read" if version else NEW
            values: dict[str, Any] = {"read": version} if version else {}
            expression = "SET #switching_to = :engine ADD #version :one, #switches :one"
            self.table.transact([update(keys.FACES_IN_USE, expression, unchanged, engine=engine, one=1, **values)])

        self.table.again(switch)
        self._settled()

    def engine_counts(self) -> Sequence[EngineCount]:
        """Sorted by name."""
        state = self._settled()
        used: Counter[str] = Counter()
        for (made, _), number in counts(state).items():
            used[made] += number
        renewed = self.table.query(keys.FACES, only=("renewed",))
        anew = Counter(engine for item in renewed for engine in item["renewed"]["M"])
        names = sorted(name for name in used | anew if used[name] or anew[name])
        return [EngineCount(name, used[name], anew[name]) for name in names]

    def _settled(self) -> Item | None:
        """What is known of all faces, once a change to another engine that began has gone through all of them."""
        state = self.table.get(keys.FACES_IN_USE)
        engine = switching_to(state)
        if engine is None:
            return state
        items = list(self.table.query(keys.FACES))
        parts = [items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE)]
        for part in parts:
            self._rewrite([key_in(item) for item in part], state)
        self.table.update(keys.FACES_IN_USE, "REMOVE #switching_to", "#switches = :this", this=whole(state, "switches"))
        return self.table.get(keys.FACES_IN_USE)

    def _rewrite(self, face_keys: Sequence[keys.Key], state: Item | None) -> None:
        """Make the faces what they already count as."""

        def rewrite() -> None:
            pairs = []
            for item in self.table.get_many(face_keys).values():
                old, new = read(Face, item), as_used(item, state)
                if old != new or item["renewed"]["M"]:
                    pairs.append((old, new))
            changes = [_becoming(old, new) for old, new in pairs]
            different = [(old, new) for old, new in pairs if old != new]
            if changes:
                counted = counting(removed=[old for old, _ in different], added=[new for _, new in different])
                self.table.transact([*changes, *counted])

        self.table.again(rewrite)


def _is_to_renew(item: Item, engine: str) -> bool:
    return read(Face, item).is_outdated(engine) and engine not in item["renewed"]["M"]


def _becoming(old: Face, new: Face) -> Action:
    condition, unchanged = as_made(old)
    made = {name: getattr(new, name) for name in MADE}
    expression, values = setting(made | {"renewed": {}})
    return update(keys.face(old.id), expression, condition, **values, **unchanged)
