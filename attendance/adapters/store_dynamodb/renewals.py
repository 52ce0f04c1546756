"""Faces that another engine enrols anew, in DynamoDB: kept within the face in use, until all change over at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, THERE, update
from attendance.adapters.store_dynamodb.changing_over import settled
from attendance.adapters.store_dynamodb.face_items import by_time, counts, made_by
from attendance.adapters.store_dynamodb.table import TablePart
from attendance.adapters.store_dynamodb.values import Item, read, whole
from attendance.adapters.store_sentences import no_face
from attendance.errors import Conflict
from attendance.model import EngineCount, Face


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

    def keep_renewed_face(self, face: Face) -> None:
        """Raises NotFound."""
        settled(self.table)
        setting_it = "SET #renewed.#by_engine = :made"
        named = {"#by_engine": face.engine}
        kept = self.table.update(keys.face(face.id), setting_it, THERE, names=named, made=made_by(face))
        if kept is None:
            raise no_face()

    def use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
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
