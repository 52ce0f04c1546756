"""Faces that an engine keeps and no row names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import AddFace, AddRenewedFace
from attendance.errors import Conflict
from attendance.model import Face
from attendance.ports import EnrolledFace
from attendance.use_cases.students.photos import add_photo
from attendance.use_cases.students.removing import forget_strays, remove_student, strays
from tests.fakes import FakeFaces
from tests.unit.in_memory import MemoryServices, a_student, services_in_memory


class KeepingFaces(FakeFaces):
    """It keeps every face that it enrols, as a service does."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: set[str] = set()

    def enrol(self, student_id: str, photo: bytes, *, is_upright: bool = False) -> EnrolledFace:
        face_id = f"face-{len(self.kept)}"
        self.kept.add(face_id)
        return replace(super().enrol(student_id, photo, is_upright=is_upright), external_id=face_id)

    def remove(self, faces: Sequence[Face]) -> None:
        self.kept -= {face.external_id for face in faces if face.engine == self.name and face.external_id}

    def enrolled_ids(self) -> set[str]:
        return set(self.kept)


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = replace(services_in_memory(tmp_path), faces=KeepingFaces())
    a_student(made, "21", b"face:21")
    return made


def test_what_a_killed_process_enrolled_is_forgotten_and_the_rest_kept(services):
    services.faces.enrol("22", b"face:22")
    assert strays(services) == {"face-1"}
    assert forget_strays(services, patience_s=0) == 1
    assert services.faces.kept == {"face-0"}
    assert forget_strays(services, patience_s=0) == 0


def test_a_face_whose_row_comes_meanwhile_is_kept(services):
    enrolled = services.faces.enrol("21", b"face:21.1")
    (own,) = services.store.faces(["21"])

    def write_its_row(seconds: float) -> None:
        services.store.commit(AddFace(replace(own, id="1" * 32, external_id=enrolled.external_id)))

    assert forget_strays(services, sleep=write_its_row) == 0
    assert services.faces.kept == {"face-0", "face-1"}


def test_while_photos_are_enrolled_anew_nothing_is_told_to_be_a_stray(services):
    (own,) = services.store.faces(["21"])
    services.store.commit(AddRenewedFace(replace(own, engine="another", external_id="face-9")))
    with pytest.raises(Conflict, match="enrolled anew"):
        forget_strays(services, patience_s=0)


def test_an_engine_that_keeps_nothing_has_no_strays():
    assert forget_strays(services_in_memory(), patience_s=0) == 0


def test_removing_photo_and_student_leaves_no_stray(services):
    add_photo(services, "21", b"face:21.1", by="admin")
    assert len(services.faces.kept) == 2
    remove_student(services, "21", by="admin")
    assert services.faces.kept == set()
