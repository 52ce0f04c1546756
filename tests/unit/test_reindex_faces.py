"""Enrolling all photos anew: nothing is done twice, nothing is half in use, and nobody is absent because of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import Part, UseRenewedFaces
from attendance.errors import ServiceUnavailable
from attendance.model import EngineCount, Purpose, Status
from attendance.ports import EnrolledFace
from attendance.searching.searches import search_recording
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.students.photos import add_photo, remove_photo
from attendance.use_cases.students.reindexing import outdated_faces, reindex_faces
from attendance.use_cases.students.removing import remove_student
from tests.fakes import FakeFaces
from tests.unit.in_memory import MemoryServices
from tests.unit.receiving import statuses
from tests.unit.two_engines import Blind, a_class_of_before, received, with_another_engine


@pytest.fixture
def before(tmp_path: Path) -> MemoryServices:
    return a_class_of_before(tmp_path)


@pytest.fixture
def services(before: MemoryServices) -> MemoryServices:
    return with_another_engine(before)


class Interrupting(FakeFaces):
    """Does something when the photo of that number (from 1) is enrolled."""

    def __init__(self, number: int, act: Callable[[], object]) -> None:
        super().__init__("fake-2")
        self.enrolled = 0
        self._number, self._act = number, act

    def enrol(self, student_id: str, photo: bytes, *, is_upright: bool = False) -> EnrolledFace:
        self.enrolled += 1
        if self.enrolled == self._number:
            self._act()
        return super().enrol(student_id, photo, is_upright=is_upright)


def engines(services: MemoryServices) -> list[EngineCount]:
    return list(services.store.engine_counts())


def killed() -> None:
    raise KeyboardInterrupt


def test_all_faces_become_those_of_the_engine_in_use(services):
    told: list[tuple[int, int]] = []
    done = reindex_faces(services, progress=lambda *counts: told.append(counts))
    assert (done.engine, done.renewed, done.unusable, done.complete) == ("fake-2", 4, (), True)
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]
    assert engines(services) == [EngineCount("fake-2", 4, 0)]
    assert outdated_faces(services) is None


def test_photos_keys_and_times_stay(before, services):
    kept = [replace(face, engine="", vector=None, external_id=None, quality=0) for face in before.store.faces()]
    reindex_faces(services)
    assert [
        replace(face, engine="", vector=None, external_id=None, quality=0) for face in services.store.faces()
    ] == kept
    assert services.store.pending_erasures() == []


def test_the_old_vectors_serve_until_all_photos_are_through(before, services, tmp_path):
    def look() -> None:
        assert {face.engine for face in before.store.faces()} == {"fake-1"}
        recording = received(before, tmp_path)
        assert search_recording(before, recording.id)
        assert statuses(before, recording)["21"] is Status.PRESENT

    reindex_faces(replace(services, faces=Interrupting(4, look)))
    assert {face.engine for face in services.store.faces()} == {"fake-2"}


def test_what_is_done_is_not_done_again_after_a_kill(services):
    engine = Interrupting(3, killed)
    with pytest.raises(KeyboardInterrupt):
        reindex_faces(replace(services, faces=engine))
    assert engines(services) == [EngineCount("fake-1", 4, 0), EngineCount("fake-2", 0, 2)]
    second = Interrupting(99, killed)
    told: list[tuple[int, int]] = []
    done = reindex_faces(replace(services, faces=second), progress=lambda *counts: told.append(counts))
    assert (second.enrolled, done.renewed, done.complete) == (2, 2, True)
    assert told == [(2, 4), (3, 4), (4, 4)]
    assert engines(services) == [EngineCount("fake-2", 4, 0)]


def test_a_second_call_has_nothing_to_do(services):
    reindex_faces(services)
    audit = services.store.audit().total
    assert reindex_faces(services).renewed == 0
    assert services.store.audit().total == audit


def test_it_is_written_down(services):
    reindex_faces(services)
    entry = services.store.audit().items[0]
    assert (entry.action, entry.subject, entry.detail) == (
        "faces.reindexed",
        "fake-2",
        "enrolled anew 4, passed over 0",
    )


def test_going_back_to_the_old_engine_forgets_what_was_begun(before, services):
    with pytest.raises(KeyboardInterrupt):
        reindex_faces(replace(services, faces=Interrupting(3, killed)))
    assert reindex_faces(before).complete
    assert engines(before) == [EngineCount("fake-1", 4, 0)]


def test_an_engine_that_does_not_answer_is_no_unusable_photo(services):
    def down() -> None:
        raise ServiceUnavailable("The face service does not answer.")

    with pytest.raises(ServiceUnavailable):
        reindex_faces(replace(services, faces=Interrupting(2, down)))
    assert engines(services) == [EngineCount("fake-1", 4, 0), EngineCount("fake-2", 0, 1)]


# What changes meanwhile


def test_a_photo_that_is_added_by_the_running_site_is_enrolled_anew_too(before, services):
    engine = Interrupting(4, lambda: add_photo(before, "22", b"face:22.2", by=None))
    assert reindex_faces(replace(services, faces=engine)).renewed == 5
    assert engines(services) == [EngineCount("fake-2", 5, 0)]


def test_a_photo_that_is_added_at_the_last_moment_is_enrolled_anew_too(before, services, monkeypatch):
    use = services.store.commit

    def use_a_moment_later(*parts: Part) -> None:
        if isinstance(parts[0], UseRenewedFaces):
            monkeypatch.undo()
            add_photo(before, "22", b"face:22.2", by=None)
        use(*parts)

    monkeypatch.setattr(services.store, "commit", use_a_moment_later)
    assert reindex_faces(services).renewed == 5


def test_a_student_who_is_removed_meanwhile_leaves_nothing(before, services):
    engine = Interrupting(3, lambda: remove_student(before, "22", by=None))
    done = reindex_faces(replace(services, faces=engine))
    assert (done.renewed, done.unusable, done.complete) == (3, (), True)
    assert len(engine.removed) == 1  # what was made of the photo after it had gone
    assert {face.student_id for face in services.store.faces()} == {"21", "23"}


def test_a_student_removed_after_being_done_leaves_nothing(before, services):
    engine = Interrupting(4, lambda: remove_student(before, "21", by=None))
    assert reindex_faces(replace(services, faces=engine)).complete
    assert engines(services) == [EngineCount("fake-2", 2, 0)]


def test_a_photo_that_is_removed_meanwhile_leaves_nothing(before, services):
    (face,) = before.store.faces(["22"])
    engine = Interrupting(3, lambda: remove_photo(before, "22", face.id, by=None))
    assert reindex_faces(replace(services, faces=engine)).complete
    assert services.store.faces(["22"]) == []


def test_a_student_who_withdraws_consent_meanwhile_gets_no_vector(before, services):
    def withdraw() -> None:
        withdraw_consent(before, "22", [Purpose.FACE], by=None)

    assert reindex_faces(replace(services, faces=Interrupting(3, withdraw))).complete
    assert services.store.faces(["22"]) == []
    assert engines(services) == [EngineCount("fake-2", 3, 0)]


def test_without_consent_there_is_no_vector(services):
    reindex_faces(services)
    assert services.store.faces(["24"]) == []


# Photos that the engine cannot use


def test_a_photo_without_a_face_is_named_and_the_old_vectors_stay_in_use(services):
    done = reindex_faces(replace(services, faces=Blind(22.0)))
    assert not done.complete
    assert [(one.face.student_id, one.reason.sentence) for one in done.unusable] == [
        ("22", "There is no face in this photo.")
    ]
    assert engines(services) == [EngineCount("fake-1", 4, 0), EngineCount("fake-2", 0, 3)]


def test_a_photo_whose_file_is_gone_is_named(services):
    (face,) = services.store.faces(["23"])
    services.media.delete([face.photo_key])
    (one,) = reindex_faces(services).unusable
    assert (one.face, one.reason.sentence) == (face, "The file of this photo is not there any more.")


def test_skipping_changes_over_without_them_and_keeps_their_old_vectors(services):
    (kept,) = services.store.faces(["22"])
    blind = replace(services, faces=Blind(22.0))
    done = reindex_faces(blind, skip_missing=True)
    assert (done.complete, len(done.unusable)) == (True, 1)
    assert services.store.faces(["22"]) == [replace(kept, passed_over_by="fake-2")]
    assert engines(services) == [EngineCount("fake-1", 1, 0), EngineCount("fake-2", 3, 0)]
    assert outdated_faces(blind) is None
    assert reindex_faces(blind).complete


def test_removing_an_unusable_photo_completes_the_rest(services):
    blind = replace(services, faces=Blind(22.0))
    reindex_faces(blind)
    remove_photo(services, "22", services.store.faces(["22"])[0].id, by=None)
    assert reindex_faces(blind).complete
