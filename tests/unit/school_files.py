"""Files of a school, made up: lists, and OneRoster ZIPs of any size."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

Rows = Sequence[Sequence[str]]
HEADINGS = {
    "orgs": ("sourcedId", "status", "dateLastModified", "name", "type", "identifier", "parentSourcedId"),
    "academicSessions": ("sourcedId", "status", "dateLastModified", "title", "type", "startDate", "endDate"),
    "courses": (
        "sourcedId",
        "status",
        "dateLastModified",
        "schoolYearSourcedId",
        "title",
        "courseCode",
        "orgSourcedId",
    ),
    "classes": (
        *("sourcedId", "status", "dateLastModified", "title", "courseSourcedId", "classCode", "classType"),
        *("schoolSourcedId", "termSourcedIds"),
    ),
    "users": (
        *("sourcedId", "status", "dateLastModified", "enabledUser", "orgSourcedIds", "role", "username"),
        *("givenName", "familyName", "identifier", "email", "password"),
    ),
    "enrollments": (
        *("sourcedId", "status", "dateLastModified", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"),
    ),
}
WHEN = "2026-03-02T09:00:00.000Z"


def oneroster(files: Mapping[str, Rows], mode: str = "bulk", version: str = "1.1", more: str = "") -> bytes:
    """A ZIP of these files, all sent in one mode."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        said = [("propertyName", "value"), ("manifest.version", "1.0"), ("oneroster.version", version)]
        said += [(f"file.{name}", mode if name in files else "absent") for name in HEADINGS]
        said += [("source.systemName", "Example SIS"), ("source.systemCode", "sis")]
        archive.writestr("manifest.csv", as_csv(said))
        for name, rows in files.items():
            archive.writestr(f"{name}.csv", as_csv([HEADINGS[name], *rows]))
        if more:
            archive.writestr(more, b"x")
    return stream.getvalue()


def as_csv(rows: Rows) -> str:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue()


def a_course(name: str, title: str, code: str, status: str = "", when: str = "") -> Sequence[str]:
    return (name, status, when, "", title, code, "org-1")


def a_class(name: str, course: str, section: str, status: str = "", when: str = "") -> Sequence[str]:
    return (name, status, when, f"Class {section}", course, section, "scheduled", "org-1", "term-1")


def a_user(
    name: str, role: str, given: str, family: str, identifier: str, email: str = "", status: str = "", when: str = ""
) -> Sequence[str]:
    return (name, status, when, "true", "org-1", role, email, given, family, identifier, email, "secret-of-theirs")


def an_enrollment(
    name: str, of_class: str, user: str, role: str = "student", status: str = "", when: str = ""
) -> Sequence[str]:
    return (name, status, when, of_class, "org-1", user, role)


def a_school(students: int = 3, classes: int = 1, teachers: int = 1, per_student: int = 1) -> dict[str, Rows]:
    """A whole school."""
    return {
        "orgs": [("org-1", "", "", "Example School", "school", "1", "")],
        "academicSessions": [("term-1", "", "", "Spring", "semester", "2026-03-01", "2026-07-31")],
        "courses": [a_course(f"course-{n}", f"Subject {n}", f"CS{n}") for n in range(1, classes + 1)],
        "classes": [a_class(f"class-{n}", f"course-{n}", "1") for n in range(1, classes + 1)],
        "users": [
            *(
                a_user(f"t-{n}", "teacher", f"Teacher {n}", "Example", f"T{n}", f"t{n}@example.org")
                for n in range(1, teachers + 1)
            ),
            *(
                a_user(f"s-{n}", "student", f"Student {n}", "Example", f"{2026000 + n}", f"s{n}@example.org")
                for n in range(1, students + 1)
            ),
        ],
        "enrollments": [
            *(
                an_enrollment(f"et-{n}", f"class-{n}", f"t-{(n - 1) % teachers + 1}", "teacher")
                for n in range(1, classes + 1)
            ),
            *(
                an_enrollment(f"e-{n}-{m}", f"class-{(n + m) % classes + 1}", f"s-{n}")
                for n in range(1, students + 1)
                for m in range(per_student)
            ),
        ],
    }
