"""What people said of unknown faces in DynamoDB, their vectors, and where these may be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, check, delete, put
from attendance.adapters.dynamodb.media_items import delete_with_media
from attendance.adapters.dynamodb.table import Table, TablePart, key_in, together
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.adapters.dynamodb.visit_items import remove_visits, set_visit_vectors
from attendance.model import Owner, OwnerKind, UnknownDecision, UnknownsSwitch
from attendance.rules.unknowns import gone_with
from attendance.sentences import no_course, no_device, no_student, undone_already


class DynamoUnknowns(TablePart):
    """The UnknownStore."""

    def _add_unknown_decision(self, decision: UnknownDecision) -> None:
        """Raises NotFound."""
        actions = [
            _there(decision.owner),
            put(keys.unknown_decision(decision.owner, decision.id), attributes(decision), NEW),
        ]
        if decision.student_id is not None:
            name = "course_id" if decision.owner.kind is OwnerKind.COURSE else "device_id"
            lead = {name: attribute(decision.owner.id), "decision_id": attribute(decision.id)}
            actions += [
                check(keys.student(decision.student_id), refused=no_student(decision.student_id)),
                put(keys.student_spoken_of(decision.student_id, decision.owner, decision.id), lead),
            ]
        self.table.transact(actions)

    def _remove_unknown_decision(self, owner: Owner, decision_id: str) -> None:
        """Raises NotFound."""
        item = self.table.get(keys.unknown_decision(owner, decision_id))
        if item is None:
            raise undone_already()
        self.table.transact(_removing(read(UnknownDecision, item), THERE))

    def unknown_decisions(self, owner: Owner) -> Sequence[UnknownDecision]:
        """Oldest first."""
        return decisions_of(self.table, owner)

    def _set_unknowns_switch(self, switch: UnknownsSwitch) -> None:
        """Raises NotFound."""
        put_switch = put(keys.unknowns_switch(switch.owner), attributes(switch))
        self.table.transact([_there(switch.owner), put_switch])

    def unknowns_switch(self, owner: Owner) -> UnknownsSwitch | None:
        """None where it was never set."""
        item = self.table.get(keys.unknowns_switch(owner))
        return read(UnknownsSwitch, item) if item else None

    def unknowns_switches(self) -> Sequence[UnknownsSwitch]:
        """By kind and id."""
        found = [read(UnknownsSwitch, item) for item in self.table.query(keys.SWITCHES)]
        return sorted(found, key=lambda one: (one.owner.kind.value, one.owner.id))

    def set_vectors(self, vectors: Mapping[str, tuple[float, ...] | None]) -> None:
        """Those that are gone are passed over."""
        together(lambda one: _set_vector(self.table, *one), list(vectors.items()))


def decisions_of(table: Table, owner: Owner) -> list[UnknownDecision]:
    """Oldest first."""
    found = [read(UnknownDecision, item) for item in table.query(keys.said_in(owner), keys.UNKNOWN)]
    return sorted(found, key=lambda one: (one.at, one.id))


def remove_decisions(table: Table, owner: Owner) -> None:
    """All of a course or door that is removed, with what leads to them."""
    for decision in decisions_of(table, owner):
        table.delete_many(_places(decision))


def sightings_named(table: Table, course_id: str, student_id: str) -> list[Item]:
    """Of a course, those that a person named so."""
    named, _ = gone_with(student_id, decisions_of(table, Owner.course(course_id)))
    return list(_sightings(table, named))


def drop_what_was_said_of(table: Table, student_id: str, lead: Item) -> None:
    """Sightings and visits that a person named so go with their pictures, and vectors of faces that were refused are
    forgotten.
    """
    is_course = "course_id" in lead
    owner = Owner.course(text(lead, "course_id")) if is_course else Owner.door(text(lead, "device_id"))
    named, refused = gone_with(student_id, decisions_of(table, owner))
    if is_course:
        delete_with_media(table, list(_sightings(table, named)))
        together(lambda one: _set_vector(table, one, None), sorted(refused))
    else:
        for visit_id in sorted(named):
            remove_visits(table, [visit_id])
        set_visit_vectors(table, dict.fromkeys(refused), None)
    table.delete_many([keys.unknown_decision(owner, text(lead, "decision_id"))])


def _sightings(table: Table, sighting_ids: Iterable[str]) -> Iterable[Item]:
    found = together(lambda one: table.found(keys.sighting_index(one)), sorted(sighting_ids))
    return table.get_many(key for some in found for key in some).values()


def _set_vector(table: Table, sighting_id: str, vector: tuple[float, ...] | None) -> None:
    for item in _sightings(table, [sighting_id]):
        if vector is None:
            table.update(key_in(item), "REMOVE #vector", THERE)
        else:
            table.update(key_in(item), "SET #vector = :vector", THERE, vector=vector)


def _removing(decision: UnknownDecision, condition: str) -> list[Action]:
    own, *leads = _places(decision)
    return [delete(own, condition, undone_already()), *map(delete, leads)]


def _places(decision: UnknownDecision) -> list[keys.Key]:
    own = keys.unknown_decision(decision.owner, decision.id)
    if decision.student_id is None:
        return [own]
    return [own, keys.student_spoken_of(decision.student_id, decision.owner, decision.id)]


def _there(owner: Owner) -> Action:
    if owner.kind is OwnerKind.COURSE:
        return check(keys.course(owner.id), refused=no_course())
    return check(keys.device(owner.id), refused=no_device())
