"""What is written beside an import from its beginning: whose it is, and what it is to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from attendance.errors import NotFound
from attendance.ports import ImportPart
from attendance.services import Services

STUDENTS, SCHOOL = "students", "school"
"""The kinds of imports."""


@dataclass(frozen=True, slots=True)
class ImportDetails:
    """`began_at` in ISO 8601: who was removed since then is not brought back.

    `source`, `accounts` and `confirmed` are those of a school's files, which wait until somebody has seen what they do.
    """

    user_id: str
    csv_name: str
    course_ids: list[str]
    total: int
    began_at: str
    kind: str = STUDENTS
    source: str = ""
    accounts: bool = False
    confirmed: bool = False

    @property
    def since(self) -> datetime:
        """When it was begun."""
        return datetime.fromisoformat(self.began_at)


def write_bytes(services: Services, import_id: str, part: ImportPart, data: bytes) -> None:
    """Raises NotFound, OutOfSpace."""
    services.imports.write(import_id, part, lambda file: file.write(data))


def write_details(services: Services, import_id: str, details: ImportDetails) -> None:
    """Raises OutOfSpace."""
    write_bytes(services, import_id, ImportPart.DETAILS, json.dumps(asdict(details)).encode())


def read_details(services: Services, import_id: str) -> ImportDetails | None:
    """None where the import was not begun to its end, or is gone."""
    try:
        return ImportDetails(**json.loads(services.imports.read(import_id, ImportPart.DETAILS)))
    except (NotFound, ValueError):  # a former version wrote them in place, so that a kill left a part
        return None


def imports_of(services: Services, user_id: str, kind: str | None = None) -> Iterator[str]:
    """The ids of all that this user began, or of those of a kind."""
    for import_id in services.imports.ids():
        details = read_details(services, import_id)
        if details is not None and details.user_id == user_id and kind in (None, details.kind):
            yield import_id


def remove_imports_of(services: Services, user_id: str) -> None:
    """A request that is at one at this moment finds it gone."""
    for import_id in imports_of(services, user_id):
        services.imports.remove(import_id)
