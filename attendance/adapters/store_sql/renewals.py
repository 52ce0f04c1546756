"""Faces that another engine enrols anew, in SQL: beside those in use, until they take their places."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, not_, or_, select, update

from attendance.adapters.store_sentences import no_face
from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.rows import in_parts, lock, read_all, tally
from attendance.adapters.store_sql.tables import faces, renewed_faces
from attendance.errors import Conflict
from attendance.model import EngineCount, Face

_RENEWED = ("quality", "vector", "external_id")


class SqlRenewals(Database):
    """The RenewalStore."""

    def outdated_faces(self, engine: str) -> Mapping[str, int]:
        """By the engines that made them."""
        query = select(faces.c.engine, func.count()).where(_outdated(engine)).group_by(faces.c.engine)
        with self._looking() as connection:
            return tally(connection, query)

    def faces_to_renew(self, engine: str) -> Sequence[Face]:
        """By student id, time and id."""
        query = select(faces).where(_outdated(engine), not_(_renewed(engine)))
        with self._looking() as connection:
            return read_all(connection, Face, faces, query.order_by(faces.c.student_id, faces.c.created_at, faces.c.id))

    def keep_renewed_face(self, face: Face) -> None:
        """Raises NotFound."""
        its = and_(renewed_faces.c.face_id == face.id, renewed_faces.c.engine == face.engine)
        new = {name: getattr(face, name) for name in _RENEWED}
        with self._writing() as connection:
            lock(connection, faces, face.id, no_face())
            connection.execute(delete(renewed_faces).where(its))
            connection.execute(insert(renewed_faces).values(face_id=face.id, engine=face.engine, **new))

    def use_renewed_faces(self, engine: str, passed_over: Collection[str] = ()) -> None:
        """Raises Conflict."""
        with self._writing() as connection:
            left = set(connection.scalars(select(faces.c.id).where(_outdated(engine), not_(_renewed(engine)))).all())
            if left - set(passed_over):
                raise Conflict("Photos were added meanwhile; they have not been enrolled anew yet.")
            _take_places(connection, engine)
            for some in in_parts(sorted(left)):
                connection.execute(update(faces).where(faces.c.id.in_(some)).values(passed_over_by=engine))
            connection.execute(delete(renewed_faces))

    def engine_counts(self) -> Sequence[EngineCount]:
        """Sorted by name."""
        with self._reading() as connection:
            used, anew = (
                tally(connection, select(column, func.count()).group_by(column))
                for column in (faces.c.engine, renewed_faces.c.engine)
            )
        return [EngineCount(name, used[name], anew[name]) for name in sorted(used | anew)]


def _outdated(engine: str) -> ColumnElement[bool]:
    not_passed_over = or_(faces.c.passed_over_by.is_(None), faces.c.passed_over_by != engine)
    return and_(faces.c.engine != engine, not_passed_over)


def _renewed(engine: str) -> ColumnElement[bool]:
    return exists().where(renewed_faces.c.face_id == faces.c.id, renewed_faces.c.engine == engine)


def _take_places(connection: Connection, engine: str) -> None:
    def of_its_renewal(name: str) -> ColumnElement[object]:
        its = and_(renewed_faces.c.face_id == faces.c.id, renewed_faces.c.engine == engine)
        return select(renewed_faces.c[name]).where(its).scalar_subquery()

    new = {name: of_its_renewal(name) for name in _RENEWED}
    connection.execute(
        update(faces).where(_outdated(engine), _renewed(engine)).values(engine=engine, passed_over_by=None, **new)
    )
