"""What people said of unknown faces in SQL, their vectors, and where these may be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_keys
from attendance.adapters.sql.rows import in_parts, lock, read_all, values
from attendance.adapters.sql.tables import courses, devices, sightings, students, unknown_decisions, unknown_switches
from attendance.model import Owner, OwnerKind, UnknownDecision, UnknownsSwitch
from attendance.rules.unknowns import gone_with
from attendance.sentences import no_course, no_device, no_student, undone_already


class SqlUnknowns(Database):
    """The UnknownStore."""

    def _add_unknown_decision(self, decision: UnknownDecision) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, courses, decision.course_id, no_course())
            if decision.student_id is not None:
                lock(connection, students, decision.student_id, no_student(decision.student_id))
            connection.execute(insert(unknown_decisions).values(values(decision, unknown_decisions)))

    def _remove_unknown_decision(self, course_id: str, decision_id: str) -> None:
        """Raises NotFound."""
        its = and_(unknown_decisions.c.course_id == course_id, unknown_decisions.c.id == decision_id)
        with self._writing() as connection:
            if not connection.execute(delete(unknown_decisions).where(its)).rowcount:
                raise undone_already()

    def unknown_decisions(self, course_id: str) -> Sequence[UnknownDecision]:
        """Oldest first."""
        with self._looking() as connection:
            return decisions_of(connection, course_id)

    def _set_unknowns_switch(self, switch: UnknownsSwitch) -> None:
        """Raises NotFound."""
        is_course = switch.owner.kind is OwnerKind.COURSE
        table, missing = (courses, no_course()) if is_course else (devices, no_device())
        row = {"owner_kind": switch.owner.kind, "owner_id": switch.owner.id}
        with self._writing() as connection:
            lock(connection, table, switch.owner.id, missing)
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


def decisions_of(connection: Connection, course_id: str) -> list[UnknownDecision]:
    """Oldest first."""
    query = select(unknown_decisions).where(unknown_decisions.c.course_id == course_id)
    query = query.order_by(unknown_decisions.c.at, unknown_decisions.c.id)
    return read_all(connection, UnknownDecision, unknown_decisions, query)


def named_as(connection: Connection, student_id: str) -> list[str]:
    """The sightings that a person named so."""
    own = unknown_decisions.c.student_id == student_id
    found: set[str] = set()
    for course_id in connection.scalars(select(unknown_decisions.c.course_id).where(own).distinct()).all():
        found |= gone_with(student_id, decisions_of(connection, course_id))[0]
    return sorted(found)


def drop_pictures_of(connection: Connection, student_id: str) -> None:
    """Of the sightings that a person named so, which stay."""
    for some in in_parts(named_as(connection, student_id)):
        theirs = sightings.c.id.in_(some)
        erase_keys(connection, connection.scalars(select(sightings.c.picture_key).where(theirs)).all())
        connection.execute(update(sightings).where(theirs).values(picture_key=None))


def drop_what_was_said_of(connection: Connection, student_id: str) -> None:
    """Sightings that a person named so go with their pictures, and vectors of faces that were refused are forgotten."""
    own = unknown_decisions.c.student_id == student_id
    for course_id in connection.scalars(select(unknown_decisions.c.course_id).where(own).distinct()).all():
        named, refused = gone_with(student_id, decisions_of(connection, course_id))
        for some in in_parts(sorted(named)):
            theirs = sightings.c.id.in_(some)
            erase_keys(connection, connection.scalars(select(sightings.c.picture_key).where(theirs)).all())
            connection.execute(delete(sightings).where(theirs))
        _forget(connection, sorted(refused))
    connection.execute(delete(unknown_decisions).where(own))


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
