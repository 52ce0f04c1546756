"""Views for those who read attendance by SQL: `student` and `Check_in_out`, a row a student and day, as kiosks had it.

They are made after each migration and taken down before it: a table under a view cannot be changed on SQLite. Times are
what the school's clock showed, which no two databases reckon alike; so they stand in the rows already.
"""

from __future__ import annotations

from sqlalchemy import Connection

_STUDENT = """
CREATE VIEW {student} AS
SELECT s.id AS {ID}, s.name AS {Name},
       (SELECT MIN(f.id) FROM faces f WHERE f.student_id = s.id) AS {FaceID},
       (SELECT {classes} FROM rosters r JOIN courses c ON c.id = r.course_id WHERE r.student_id = s.id) AS {Class}
FROM students s
"""
# A student's first row of a day is the one before which that day has none; the last to be over, likewise.
_CHECK_IN_OUT = """
CREATE VIEW {Check_in_out} AS
SELECT d.day AS {Date},
       d.first_in AS {CheckInTime},
       (SELECT MAX(i.in_temperature_c) FROM check_ins i WHERE i.student_id = d.student_id AND i.day = d.day
           AND i.taken_back_at IS NULL AND i.local_in = d.first_in) AS {CheckInTemp},
       d.last_out AS {CheckOutTime},
       (SELECT MAX(o.out_temperature_c) FROM check_ins o WHERE o.student_id = d.student_id AND o.day = d.day
           AND o.taken_back_at IS NULL AND o.out_method IS NOT NULL AND o.local_out = d.last_out) AS {CheckOutTemp},
       d.student_id AS {studentID}
FROM (SELECT c.student_id AS student_id, c.day AS day, MIN(c.local_in) AS first_in,
             MAX(CASE WHEN c.out_method IS NOT NULL THEN c.local_out END) AS last_out
      FROM check_ins c WHERE c.taken_back_at IS NULL GROUP BY c.student_id, c.day) d
"""
_NAMES = (
    *("student", "ID", "Name", "FaceID", "Class", "Check_in_out", "Date"),
    *("CheckInTime", "CheckInTemp", "CheckOutTime", "CheckOutTemp", "studentID"),
)
_LABEL = "CASE WHEN c.section = '' THEN c.code ELSE c.section END"


def drop_views(connection: Connection) -> None:
    """Those that are there."""
    names = _quoted(connection)
    for name in ("Check_in_out", "student"):
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {names[name]}")


def make_views(connection: Connection) -> None:
    """Where there are none."""
    names = _quoted(connection)
    is_postgresql = connection.dialect.name == "postgresql"
    classes = f"STRING_AGG({_LABEL}, ', ')" if is_postgresql else f"GROUP_CONCAT({_LABEL})"
    for view in (_STUDENT, _CHECK_IN_OUT):
        connection.exec_driver_sql(view.format(classes=classes, **names))


def _quoted(connection: Connection) -> dict[str, str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    return {name: quote(name) for name in _NAMES}
