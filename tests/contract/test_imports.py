"""What every ImportStore keeps to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO

import pytest

from attendance.adapters.folder.imports import FolderImports
from attendance.adapters.s3.imports import S3Imports
from attendance.errors import Conflict, NotFound
from attendance.model import new_id
from attendance.ports import ImportPart, ImportStore
from tests.moto_bucket import open_moto_bucket

LATER = datetime.now(UTC) + timedelta(days=2)


@pytest.fixture(params=["folder", "s3"])
def imports(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ImportStore]:
    if request.param == "folder":
        yield FolderImports(tmp_path / "imports")
    else:
        yield from map(S3Imports, open_moto_bucket())


def put(imports: ImportStore, import_id: str, part: ImportPart = ImportPart.ROSTER, data: bytes = b"id,name\n") -> str:
    imports.write(import_id, part, lambda file: file.write(data))
    return import_id


def test_a_part_that_was_written_is_read(imports: ImportStore) -> None:
    waiting = put(imports, new_id())
    assert imports.read(waiting, ImportPart.ROSTER) == b"id,name\n"
    with imports.open(waiting, ImportPart.ROSTER) as stream:
        stream.seek(3)
        assert stream.read() == b"name\n"


def test_writing_again_replaces_and_an_empty_part_is_one(imports: ImportStore) -> None:
    waiting = put(imports, new_id())
    put(imports, waiting, data=b"")
    assert imports.read(waiting, ImportPart.ROSTER) == b""


def test_a_part_may_be_written_out_of_the_one_that_it_replaces(imports: ImportStore) -> None:
    waiting = put(imports, new_id(), ImportPart.PHOTOS, b"photo" * 2_000_000)
    with imports.open(waiting, ImportPart.PHOTOS) as source:
        imports.write(waiting, ImportPart.PHOTOS, partial(shutil.copyfileobj, source))
    assert imports.read(waiting, ImportPart.PHOTOS) == b"photo" * 2_000_000


def test_a_part_whose_writing_breaks_off_stays_as_it_was(imports: ImportStore) -> None:
    def break_off(file: BinaryIO) -> None:
        file.write(b"half")
        raise RuntimeError("killed")

    waiting = put(imports, new_id())
    for part in (ImportPart.ROSTER, ImportPart.PHOTOS):
        with pytest.raises(RuntimeError):
            imports.write(waiting, part, break_off)
    assert imports.read(waiting, ImportPart.ROSTER) == b"id,name\n"
    with pytest.raises(NotFound):
        imports.open(waiting, ImportPart.PHOTOS)


def test_all_that_wait_are_listed_or_those_that_are_idle(imports: ImportStore) -> None:
    assert list(imports.ids()) == []
    waiting = sorted(put(imports, new_id()) for _ in range(3))
    put(imports, waiting[0], ImportPart.REPORT)
    assert list(imports.ids()) == waiting
    assert list(imports.ids(idle_since=LATER)) == waiting
    assert list(imports.ids(idle_since=LATER - timedelta(days=3))) == []


def test_parts_are_erased_and_the_others_stay(imports: ImportStore) -> None:
    waiting = put(imports, put(imports, new_id()), ImportPart.REPORT)
    imports.erase(waiting, [ImportPart.ROSTER, ImportPart.PHOTOS])
    with pytest.raises(NotFound):
        imports.read(waiting, ImportPart.ROSTER)
    assert imports.read(waiting, ImportPart.REPORT)


def test_what_was_removed_is_gone_and_removing_again_is_no_error(imports: ImportStore) -> None:
    waiting, other = put(imports, new_id()), put(imports, new_id())
    for _ in range(2):
        imports.remove(waiting)
    assert list(imports.ids()) == [other]
    with pytest.raises(NotFound):
        imports.read(waiting, ImportPart.ROSTER)


def test_one_at_a_time_has_an_import(imports: ImportStore) -> None:
    waiting, other = put(imports, new_id()), put(imports, new_id())
    with imports.alone(waiting):
        with pytest.raises(Conflict, match=r"^This import is going on in another window\.$"), imports.alone(waiting):
            pass
        with imports.alone(other):
            pass
    with imports.alone(waiting):
        put(imports, waiting, ImportPart.REPORT)


def test_whoever_has_it_may_remove_it_and_nobody_has_it_afterwards(imports: ImportStore) -> None:
    waiting = put(imports, new_id())
    with imports.alone(waiting):
        imports.remove(waiting)
    with pytest.raises(NotFound), imports.alone(waiting):
        pass
    assert list(imports.ids()) == []


@pytest.mark.parametrize("import_id", ["", "../photos", "0" * 31, "x" * 32, f"{'0' * 32}/..", f"{'0' * 32}\n"])
def test_an_id_that_cannot_be_one_is_not_found(imports: ImportStore, import_id: str) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: put(imports, import_id),
        lambda: imports.read(import_id, ImportPart.ROSTER),
        lambda: imports.open(import_id, ImportPart.ROSTER),
        lambda: imports.erase(import_id, [ImportPart.ROSTER]),
        lambda: imports.alone(import_id).__enter__(),
    ]
    for attempt in attempts:
        with pytest.raises(NotFound):
            attempt()
    imports.remove(import_id)
    assert list(imports.ids()) == []
