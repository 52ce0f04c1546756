"""The Store on SQLAlchemy: SQLite in WAL mode by default, and by URL MariaDB and PostgreSQL."""

from __future__ import annotations

from attendance.adapters.store_sql.alarms import SqlAlarms
from attendance.adapters.store_sql.audit import SqlAudit
from attendance.adapters.store_sql.connection import make_engine
from attendance.adapters.store_sql.courses import SqlCourses
from attendance.adapters.store_sql.devices import SqlDevices
from attendance.adapters.store_sql.lectures import SqlLectures
from attendance.adapters.store_sql.log import SqlLog
from attendance.adapters.store_sql.marks import SqlMarks
from attendance.adapters.store_sql.preparing import SqlPreparation
from attendance.adapters.store_sql.purging import SqlPurging
from attendance.adapters.store_sql.readings import SqlReadings
from attendance.adapters.store_sql.renewals import SqlRenewals
from attendance.adapters.store_sql.searches import SqlSearches
from attendance.adapters.store_sql.sessions import SqlSessions
from attendance.adapters.store_sql.spending import SqlSpending
from attendance.adapters.store_sql.students import SqlStudents
from attendance.adapters.store_sql.timetable import SqlTimetable
from attendance.adapters.store_sql.users import SqlUsers
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
