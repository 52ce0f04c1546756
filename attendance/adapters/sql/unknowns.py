"""What people said of unknown faces in SQL, their vectors, and where these may be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys
from attendance.adapters.sql.rows import in_parts, lock, read_all, values
from attendance.adapters.sql.tables import (
    courses,
    devices,
    sightings,
    students,
    unknown_decisions,
    unknown_switches,
    visits,
)
from attendance.model import Owner, OwnerKind, UnknownDecision, UnknownsSwitch
from attendance.rules.unknowns import gone_with
from attendance.sentences import no_course, no_device, no_student, undone_already


class SqlUnknowns(Database):
    """The UnknownStore."""

    def _add_unknown_decision(self, decision: UnknownDecision) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            _lock_owner(connection, decision.owner)
            if decision.student_id is not None:
                lock(connection, students, decision.student_id, no_student(decision.student_id))
            connection.execute(insert(unknown_decisions).values(values(decision, unknown_decisions)))

    def _remove_unknown_decision(self, owner: Owner, decision_id: str) -> None:
        """Raises NotFound."""
        its = and_(_said_in(owner), unknown_decisions.c.id == decision_id)
        with self._writing() as connection:
            if not connection.execute(delete(unknown_decisions).where(its)).rowcount:
                raise undone_already()

    def unknown_decisions(self, owner: Owner) -> Sequence[UnknownDecision]:
        """Oldest first."""
        with self._looking() as connection:
            return decisions_of(connection, owner)

    def _set_unknowns_switch(self, switch: UnknownsSwitch) -> None:
        """Raises NotFound."""
        row = {"owner_kind": switch.owner.kind, "owner_id": switch.owner.id}
        with self._writing() as connection:
            _lock_owner(connection, switch.owner)
            connection.execute(delete(unknown_switches).where(_of(switch.owner)))
            connection.execute(insert(unknown_switches).values(**row, on=switch.on, at=switch.at, by=switch.by))

    def unknowns_switch(self, owner: Owner) -> UnknownsSwitch | None:
        """None where it was never set."""
        with self._looking() as connection:
            row = connection.execute(select(unknown_switches).where(_of(owner))).one_or_none()
            return _switch(row) if row else None

    def unknowns_switches(self) -> Sequence[UnknownsSwitch]:
        """By kind and id."""
        query = select(unknown_switches).order_by(unknown_switches.c.owner_kind, unknown_switches.c.owner_id)
        with self._looking() as connection:
            return [_switch(row) for row in connection.execute(query).all()]

    def set_vectors(self, vectors: Mapping[str, tuple[float, ...] | None]) -> None:
        """Those that are gone are passed over."""
        forgotten = sorted(one for one, vector in vectors.items() if vector is None)
        # What is left of a vector in the file is still one.
        with self._removing() if forgotten else self._writing() as connection:
            _forget(connection, forgotten)
            for one, vector in vectors.items():
                if vector is not None:
                    connection.execute(update(sightings).where(sightings.c.id == one).values(vector=vector))


def decisions_of(connection: Connection, owner: Owner) -> list[UnknownDecision]:
    """Oldest first."""
    query = select(unknown_decisions).where(_said_in(owner))
    query = query.order_by(unknown_decisions.c.at, unknown_decisions.c.id)
    return read_all(connection, UnknownDecision, unknown_decisions, query)


def named_as(connection: Connection, student_id: str) -> list[str]:
    """The sightings that a person named so."""
    found: set[str] = set()
    for owner in _where_spoken_of(connection, student_id):
        if owner.kind is OwnerKind.COURSE:
            found |= gone_with(student_id, decisions_of(connection, owner))[0]
    return sorted(found)


def drop_pictures_of(connection: Connection, student_id: str) -> None:
    """Of the sightings that a person named so, which stay."""
    for some in in_parts(named_as(connection, student_id)):
        theirs = sightings.c.id.in_(some)
        erase_keys(connection, connection.scalars(select(sightings.c.picture_key).where(theirs)).all())
        connection.execute(update(sightings).where(theirs).values(picture_key=None))


def drop_what_was_said_of(connection: Connection, student_id: str) -> None:
    """Sightings and visits that a person named so go with their pictures, and vectors of faces that were refused are
    forgotten.
    """
    for owner in _where_spoken_of(connection, student_id):
        named, refused = gone_with(student_id, decisions_of(connection, owner))
        table = sightings if owner.kind is OwnerKind.COURSE else visits
        for some in in_parts(sorted(named)):
            theirs = table.c.id.in_(some)
            erase_keys(connection, connection.scalars(select(table.c.picture_key).where(theirs)).all())
            connection.execute(delete(table).where(theirs))
        if owner.kind is OwnerKind.COURSE:
            _forget(connection, sorted(refused))
        else:
            forget_of_visits(connection, sorted(refused))
    connection.execute(delete(unknown_decisions).where(unknown_decisions.c.student_id == student_id))


def forget_of_visits(connection: Connection, visit_ids: Sequence[str]) -> None:
    """Their vectors."""
    for some in in_parts(visit_ids):
        own = update(visits).where(visits.c.id.in_(some))
        connection.execute(own.values(vector=None, vector_engine=None))


def _where_spoken_of(connection: Connection, student_id: str) -> list[Owner]:
    named = unknown_decisions.c.student_id == student_id
    rows = connection.execute(select(unknown_decisions.c.course_id, unknown_decisions.c.device_id).where(named)).all()
    owners = {
        Owner.course(course_id) if course_id is not None else Owner.door(device_id) for course_id, device_id in rows
    }
    return sorted(owners, key=lambda owner: (owner.kind.value, owner.id))


def _said_in(owner: Owner) -> ColumnElement[bool]:
    is_course = owner.kind is OwnerKind.COURSE
    return (unknown_decisions.c.course_id if is_course else unknown_decisions.c.device_id) == owner.id


def _lock_owner(connection: Connection, owner: Owner) -> None:
    """Raises NotFound."""
    is_course = owner.kind is OwnerKind.COURSE
    table, missing = (courses, no_course()) if is_course else (devices, no_device())
    lock(connection, table, owner.id, missing)


def drop_switch(connection: Connection, owner: Owner) -> None:
    """Nothing happens where it was never set."""
    connection.execute(delete(unknown_switches).where(_of(owner)))


def _forget(connection: Connection, sighting_ids: Sequence[str]) -> None:
    for some in in_parts(sighting_ids):
        connection.execute(update(sightings).where(sightings.c.id.in_(some)).values(vector=None))


def _of(owner: Owner) -> ColumnElement[bool]:
    return and_(unknown_switches.c.owner_kind == owner.kind, unknown_switches.c.owner_id == owner.id)


def _switch(row: Row[Any]) -> UnknownsSwitch:
    return UnknownsSwitch(Owner(OwnerKind(row.owner_kind), row.owner_id), row.on, row.at, row.by)
