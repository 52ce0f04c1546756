"""What people said of unknown faces, in the fake store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from attendance.model import Owner, OwnerKind, UnknownDecision, UnknownsSwitch
from tests.fakes.store.state import FakeState, in_utc, locked, need


@locked
class FakeUnknowns(FakeState):
    """The UnknownStore."""

    def _add_unknown_decision(self, decision: UnknownDecision) -> None:
        self._need_owner(decision.owner)
        if decision.student_id is not None:
            need(self._students, decision.student_id, f"There is no student with the id {decision.student_id}.")
        self._decisions[decision.id] = in_utc(decision)

    def _remove_unknown_decision(self, owner: Owner, decision_id: str) -> None:
        own = {one.id: one for one in self._decisions.values() if one.owner == owner}
        need(own, decision_id, "This was undone already.")
        del self._decisions[decision_id]

    def unknown_decisions(self, owner: Owner) -> Sequence[UnknownDecision]:
        own = [one for one in self._decisions.values() if one.owner == owner]
        return sorted(own, key=lambda one: (one.at, one.id))

    def _set_unknowns_switch(self, switch: UnknownsSwitch) -> None:
        self._need_owner(switch.owner)
        self._switches[switch.owner] = in_utc(switch)

    def _need_owner(self, owner: Owner) -> None:
        is_course = owner.kind is OwnerKind.COURSE
        missing = "There is no such course." if is_course else "There is no such device."
        need(self._courses if is_course else self._devices, owner.id, missing)  # type: ignore[attr-defined]

    def unknowns_switch(self, owner: Owner) -> UnknownsSwitch | None:
        return self._switches.get(owner)

    def unknowns_switches(self) -> Sequence[UnknownsSwitch]:
        return sorted(self._switches.values(), key=lambda one: (one.owner.kind.value, one.owner.id))

    def set_vectors(self, vectors: Mapping[str, tuple[float, ...] | None]) -> None:
        for one, vector in vectors.items():
            if one in self._sightings:
                self._sightings[one] = replace(self._sightings[one], vector=vector)
