"""Visits at doors in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, true, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_found
from attendance.adapters.sql.readings import add_alarms
from attendance.adapters.sql.rows import in_parts, lock, one, read, read_all, values
from attendance.adapters.sql.tables import devices, last_visits, students, visits
from attendance.adapters.sql.unknowns import forget_of_visits
from attendance.changes import AddAlarms
from attendance.model import LastVisit, Verdict, Visit, VisitPlace
from attendance.sentences import moved_on, no_device, no_student, no_visit, visit_taken

_NEWEST_FIRST = (visits.c.at.desc(), visits.c.id.desc())


class SqlVisits(Database):
    """The VisitStore."""

    def _add_visits(self, new: Sequence[Visit], alarms: AddAlarms | None) -> None:
        """Raises NotFound, AlreadyExists, MovedOn."""
        with self._writing(visit_taken()) as connection:
            for device_id in sorted({visit.device_id for visit in new}):
                lock(connection, devices, device_id, no_device())  # one stay of a door at a time
            _lock_students(connection, new)
            connection.execute(insert(visits), [values(visit, visits) for visit in new])
            _renew_last(connection, new)
            if alarms is not None:
                add_alarms(connection, alarms.device_id, alarms.alarms, alarms.quiet)

    def _name_visit(self, old: Visit, new: Visit) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            _lock_doors(connection, [old])
            _lock_students(connection, [new])
            row = connection.execute(select(visits).where(visits.c.id == old.id).with_for_update()).one_or_none()
            if row is None or read(Visit, visits, row) != old:
                raise moved_on()
            connection.execute(update(visits).where(visits.c.id == old.id).values(values(new, visits)))
            _renew_last(connection, [old, new])

    def _remove_visits(self, visit_ids: Sequence[str]) -> None:
        """Those that are gone are passed over."""
        its = visits.c.id.in_(visit_ids)
        with self._removing() as connection:
            gone = read_all(connection, Visit, visits, select(visits).where(its))
            _lock_doors(connection, gone)
            erase_found(connection, select(visits.c.picture_key).where(its))
            connection.execute(delete(visits).where(its))
            _renew_last(connection, gone)

    def visit(self, visit_id: str) -> Visit:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Visit, visits, visits.c.id == visit_id, no_visit())

    def visits(
        self,
        device_ids: Sequence[str],
        *,
        student_id: str | None = None,
        unnamed: bool = False,
        with_vector: bool = False,
        from_at: datetime | None = None,
        before: VisitPlace | None = None,
        limit: int = 50,
    ) -> Sequence[Visit]:
        """Newest first. Each door is asked for its own newest, along an index: all at once would be sorted first."""
        wanted = and_(
            visits.c.student_id == student_id if student_id is not None else true(),
            visits.c.vector.is_not(None) if with_vector else true(),
            visits.c.at >= from_at if from_at is not None else true(),
            _is_behind(before) if before is not None else true(),
        )
        query = select(visits).where(wanted).order_by(*_NEWEST_FIRST).limit(limit)
        verdicts = [visits.c.verdict == one for one in (Verdict.UNSURE, Verdict.UNKNOWN)] if unnamed else [true()]
        parts = [query.where(visits.c.device_id == one, of) for one in sorted(set(device_ids)) for of in verdicts]
        with self._reading() as connection:
            found = [visit for part in parts for visit in read_all(connection, Visit, visits, part)]
        return sorted(found, key=lambda visit: visit.place, reverse=True)[:limit]

    def visits_by_id(self, visit_ids: Sequence[str]) -> Mapping[str, Visit]:
        """Those that exist."""
        with self._reading() as connection:
            found = [
                visit
                for some in in_parts(sorted(set(visit_ids)))
                for visit in read_all(connection, Visit, visits, select(visits).where(visits.c.id.in_(some)))
            ]
        return {visit.id: visit for visit in found}

    def last_visits(self, device_ids: Sequence[str]) -> Sequence[LastVisit]:
        """Newest first."""
        own = select(last_visits).where(last_visits.c.device_id.in_(list(device_ids)))
        query = own.order_by(last_visits.c.at.desc(), last_visits.c.visit_id.desc())
        with self._looking() as connection:
            return read_all(connection, LastVisit, last_visits, query)

    def set_visit_vectors(self, vectors: Mapping[str, tuple[float, ...] | None], engine: str | None = None) -> None:
        """Those that are gone are passed over."""
        forgotten = sorted(one for one, vector in vectors.items() if vector is None)
        # What is left of a vector in the file is still one.
        with self._removing() if forgotten else self._writing() as connection:
            forget_of_visits(connection, forgotten)
            for one_id, vector in vectors.items():
                if vector is not None:
                    own = update(visits).where(visits.c.id == one_id)
                    connection.execute(own.values(vector=vector, vector_engine=engine))


def _is_behind(place: VisitPlace) -> ColumnElement[bool]:
    return or_(visits.c.at < place.at, and_(visits.c.at == place.at, visits.c.id < place.id))


def _lock_doors(connection: Connection, changed: Iterable[Visit]) -> None:
    """Before all else: at one door one looks up at a time which visit is somebody's newest."""
    door_ids = sorted({visit.device_id for visit in changed})
    connection.execute(select(devices.c.id).where(devices.c.id.in_(door_ids)).order_by(devices.c.id).with_for_update())


def _lock_students(connection: Connection, named: Iterable[Visit]) -> None:
    for student_id in sorted({visit.student_id for visit in named if visit.student_id is not None}):
        lock(connection, students, student_id, no_student(student_id))


def _renew_last(connection: Connection, changed: Iterable[Visit]) -> None:
    """Look up anew which visit is the newest of these students at these doors."""
    places = {(visit.device_id, visit.student_id) for visit in changed if visit.student_id is not None}
    for device_id, student_id in sorted(places):
        its = and_(last_visits.c.device_id == device_id, last_visits.c.student_id == student_id)
        connection.execute(delete(last_visits).where(its))
        known = and_(visits.c.device_id == device_id, visits.c.student_id == student_id)
        newest = select(visits.c.id, visits.c.at).where(known, visits.c.verdict == Verdict.KNOWN)
        row = connection.execute(newest.order_by(*_NEWEST_FIRST).limit(1)).one_or_none()
        if row is not None:
            last = LastVisit(device_id, student_id, *row)
            connection.execute(insert(last_visits).values(values(last, last_visits)))
