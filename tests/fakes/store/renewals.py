"""Faces enrolled anew, in the fake store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from attendance.errors import Conflict
from attendance.model import EngineCount, Face
from tests.fakes.store.state import FakeState, locked, need


@locked
class FakeRenewals(FakeState):
    """The RenewalStore."""

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        return Counter(face.engine for face in self._outdated(engine))

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        return [face for face in self._outdated(engine) if (face.id, engine) not in self._renewed]

    def _add_renewed_face(self, face: Face) -> None:
        need(self._faces, face.id, "There is no such photo.")
        self._renewed[face.id, face.engine] = face

    def _use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        left = {face.id for face in self.faces_to_renew(engine)}
        if left - set(passed_over):
            raise Conflict("Photos were added meanwhile; they have not been enrolled anew yet.")
        for face in self._outdated(engine):
            if face.id in left:
                self._faces[face.id] = replace(face, passed_over_by=engine)
            else:
                new = self._renewed[face.id, engine]
                changed = {name: getattr(new, name) for name in ("engine", "quality", "vector", "external_id")}
                self._faces[face.id] = replace(face, passed_over_by=None, **changed)
        self._renewed.clear()

    def engine_counts(self) -> Sequence[EngineCount]:
        used = Counter(face.engine for face in self._faces.values())
        anew = Counter(face.engine for face in self._renewed.values())
        return [EngineCount(name, used[name], anew[name]) for name in sorted(used | anew)]

    def _outdated(self, engine: str) -> Sequence[Face]:
        outdated = [face for face in self._faces.values() if face.is_outdated(engine)]
        return sorted(outdated, key=lambda face: (face.student_id, face.created_at, face.id))
