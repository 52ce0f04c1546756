"""The Store on one table of Amazon DynamoDB; docs/store-dynamodb.md says what is read for each question."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

from attendance.adapters.dynamodb.alarms import DynamoAlarms
from attendance.adapters.dynamodb.audit import DynamoAudit
from attendance.adapters.dynamodb.courses import DynamoCourses
from attendance.adapters.dynamodb.devices import DynamoDevices
from attendance.adapters.dynamodb.faces import DynamoRenewals
from attendance.adapters.dynamodb.lectures import DynamoLectures
from attendance.adapters.dynamodb.log import DynamoLog
from attendance.adapters.dynamodb.marks import DynamoMarks
from attendance.adapters.dynamodb.preparing import DynamoPreparation
from attendance.adapters.dynamodb.readings import DynamoReadings
from attendance.adapters.dynamodb.searches import DynamoSearches, DynamoSpending
from attendance.adapters.dynamodb.students import DynamoStudents
from attendance.adapters.dynamodb.table import Table
from attendance.adapters.dynamodb.timetable import DynamoTimetable
from attendance.adapters.dynamodb.users import DynamoSessions, DynamoUsers
from attendance.errors import SettingsError
from attendance.ports import Store
from attendance.settings import Settings

_NAME = re.compile(r"[A-Za-z0-9_.-]{3,255}")


class DynamoStore(
    DynamoPreparation,
    DynamoUsers,
    DynamoSessions,
    DynamoCourses,
    DynamoStudents,
    DynamoRenewals,
    DynamoLectures,
    DynamoSearches,
    DynamoMarks,
    DynamoLog,
    DynamoSpending,
    DynamoDevices,
    DynamoTimetable,
    DynamoReadings,
    DynamoAlarms,
    DynamoAudit,
):
    """All that is remembered, in one table."""

    def __init__(self, name: str, client: Any = None, pause: Callable[[float], object] = time.sleep) -> None:
        super().__init__(Table(name, client, pause))


_keeps_the_port: type[Store] = DynamoStore  # not a base class: a method that is missing here would be found there


def open_store(url: str, settings: Settings) -> DynamoStore:
    """The store of `dynamodb://TABLE`. Connects to nothing yet. Raises SettingsError."""
    name = url.removeprefix("dynamodb://").rstrip("/")
    if not url.startswith("dynamodb://") or not _NAME.fullmatch(name):
        raise SettingsError("ROLLCALL_STORE must name a table, such as dynamodb://rollcall.")
    return DynamoStore(name)
