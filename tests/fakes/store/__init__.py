"""A Store in memory that behaves as the SQL store does; the contract suite holds both to it."""

from __future__ import annotations

from tests.fakes.store.devices import FakeAlarms, FakeDevices, FakeReadings, FakeTimetable
from tests.fakes.store.lectures import FakeLectures, FakeSearches
from tests.fakes.store.marks import FakeAudit, FakeMarks
from tests.fakes.store.people import FakeCourses, FakeSessions, FakeStudents, FakeUsers
from tests.fakes.store.renewals import FakeRenewals
from tests.fakes.store.spending import FakeSpending


class FakeStore(
    FakeUsers,
    FakeSessions,
    FakeCourses,
    FakeStudents,
    FakeRenewals,
    FakeLectures,
    FakeSearches,
    FakeMarks,
    FakeSpending,
    FakeDevices,
    FakeTimetable,
    FakeReadings,
    FakeAlarms,
    FakeAudit,
):
    """All that is remembered, until the test ends."""

    def prepare(self) -> None:
        """Nothing to make."""

    def check(self) -> None:
        """Always there."""

    def purge(self) -> bool:
        """It has no files."""
        return True
