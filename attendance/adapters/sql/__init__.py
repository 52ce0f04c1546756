"""The Store on SQLAlchemy: SQLite in WAL mode by default, and by URL MariaDB and PostgreSQL."""

from __future__ import annotations

from attendance.adapters.sql.audit import SqlAudit
from attendance.adapters.sql.connection import make_engine
from attendance.adapters.sql.courses import SqlCourses
from attendance.adapters.sql.devices import SqlDevices, SqlTimetable
from attendance.adapters.sql.lectures import SqlLectures
from attendance.adapters.sql.log import SqlLog
from attendance.adapters.sql.marks import SqlMarks
from attendance.adapters.sql.preparing import SqlPreparation, SqlPurging
from attendance.adapters.sql.readings import SqlAlarms, SqlReadings
from attendance.adapters.sql.searches import SqlSearches, SqlSpending
from attendance.adapters.sql.students import SqlRenewals, SqlStudents
from attendance.adapters.sql.users import SqlSessions, SqlUsers
from attendance.ports import Store
from attendance.settings import Settings


class SqlStore(
    SqlPreparation,
    SqlPurging,
    SqlUsers,
    SqlSessions,
    SqlCourses,
    SqlStudents,
    SqlRenewals,
    SqlLectures,
    SqlSearches,
    SqlMarks,
    SqlLog,
    SqlSpending,
    SqlDevices,
    SqlTimetable,
    SqlReadings,
    SqlAlarms,
    SqlAudit,
):
    """All that is remembered, in one SQL database."""


_keeps_the_port: type[Store] = SqlStore  # not a base class: a method that is missing here would be found there


def open_store(url: str, settings: Settings) -> SqlStore:
    """The store at a database URL. Connects to nothing yet. Raises SettingsError."""
    return SqlStore(make_engine(url))
