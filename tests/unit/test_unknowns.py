"""Who is that? People name unknown faces, and lectures are marked anew by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from attendance.errors import Conflict, ConsentMissing, InvalidInput, NotFound, ServiceUnavailable
from attendance.handlers import unknowns as unknowns_handler
from attendance.model import Course, DecisionKind, LogFilter, OutboxItem, Owner, Purpose, Recording, Role, Status, User
from attendance.searching.searches import search_recording
from attendance.use_cases.lectures.lectures import lecture_board, lecture_summaries, search_again
from attendance.use_cases.lectures.log import export_log
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.outbox import drain, follow_up
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.students.removing import remove_student, what_will_be_erased
from attendance.use_cases.unknowns.deciding import (
    ignore_group,
    merge,
    name_group,
    not_this_student,
    split,
    undo,
)
from attendance.use_cases.unknowns.groups import UnknownGroup, groups, who_it_may_be
from attendance.use_cases.unknowns.searching import numbers_of_unknown
from attendance.use_cases.unknowns.vectors import forget_expired, set_switch
from attendance.use_cases.upkeep import tidy
from tests.fakes.faces import place_of
from tests.unit.in_memory import CONSENT, NOW, MemoryServices, a_course, a_student, services_in_memory
from tests.unit.receiving import START, a_file, a_teacher, receive, statuses

ADMIN = User("admin", "admin@example.org", "Ada Example", Role.ADMIN, "", NOW)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(tmp_path: Path, clock: Clock) -> MemoryServices:
    made = replace(services_in_memory(tmp_path), now=clock)
    course = a_course(made)
    a_student(made, "21", course_ids=[course.id])
    a_student(made, "22", None, course_ids=[course.id])
    a_student(made, "23", None, course_ids=[course.id], consent_on=CONSENT)
    a_teacher(made)
    return made


def the_course(services: MemoryServices) -> Course:
    return services.store.courses()[0]


def lecture(services: MemoryServices, folder: Path, seen: str, day: int = 0) -> Recording:
    recording = receive(services, a_file(folder, f"video 3600|{seen}"), starts_at=START - timedelta(days=day))
    assert search_recording(services, recording.id)
    return recording


def switched_on(services: MemoryServices) -> None:
    set_switch(services, ADMIN, the_course(services), on=True)


def found(services: MemoryServices) -> list[UnknownGroup]:
    return groups(services, the_course(services))


def by_person(services: MemoryServices, person: float) -> UnknownGroup:
    """The group in which the stand-in engine's person was seen."""

    return next(group for group in found(services) if any(one.sighting.place == place_of(person) for one in group.seen))


def key_of(services: MemoryServices, student_id: str) -> str:
    return services.store.student(student_id).key


def history(services: MemoryServices, recording: Recording, student_id: str) -> list[tuple[str | None, str, Status]]:
    changes = services.store.mark_history(recording.lecture_id, student_id)
    return [(one.by, one.reason, one.to_status) for one in changes]


def vectors(services: MemoryServices, recording: Recording) -> list[tuple[float, ...]]:
    return [one.vector for one in services.store.sightings(recording.lecture_id) if one.vector is not None]


def test_no_vector_is_stored_and_nobody_is_grouped_over_lectures_unless_an_admin_wants_it(services, tmp_path):
    recordings = [lecture(services, tmp_path, "900 0 3000", day) for day in (0, 1)]
    assert [len(group.seen) for group in found(services)] == [1, 1]
    assert [vectors(services, one) for one in recordings] == [[], []]


def test_where_it_is_switched_on_the_same_face_is_one_group_over_lectures(services, tmp_path):
    switched_on(services)
    recordings = [lecture(services, tmp_path, "900 0 3000|901 0 3000|21 5 3000", day) for day in (0, 1)]
    assert sorted(len(group.seen) for group in found(services)) == [2, 2]
    assert [sorted(vectors(services, one)) for one in recordings] == [[(900.0,), (901.0,)]] * 2  # none of a student


def test_naming_today_mends_yesterday_and_the_history_says_who_named(services, tmp_path):
    switched_on(services)
    recordings = [lecture(services, tmp_path, "900 0 3000", day) for day in (0, 1)]
    assert [statuses(services, one)["22"] for one in recordings] == [Status.UNSURE] * 2
    done = name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    assert (done.student.id, done.is_marked, done.refusal) == ("22", True, None)
    for one in recordings:
        assert statuses(services, one)["22"] is Status.PRESENT
        assert history(services, one, "22")[-1] == ("admin", "The face was named.", Status.PRESENT)
    mark = next(one for one in services.store.marks(recordings[0].lecture_id) if one.student_id == "22")
    assert mark.set_by is None
    assert mark.evidence.named_by == "admin"
    assert services.store.audit().items[0].action == "unknown.named"


def test_a_mark_that_a_person_set_stays(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000")
    set_mark(services, recording.lecture_id, "22", Status.EXCUSED, "ill", by="teacher")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    mark = next(one for one in services.store.marks(recording.lecture_id) if one.student_id == "22")
    assert (mark.status, mark.machine_status, mark.set_by) == (Status.EXCUSED, Status.PRESENT, "teacher")


def test_a_name_outlives_a_new_search_by_its_place_alone(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000|950 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    for _ in range(2):
        search_again(services, recording.id, by="admin")
        assert search_recording(services, recording.id)
        assert statuses(services, recording)["22"] is Status.PRESENT
        assert by_person(services, 900).student.id == "22"
        assert by_person(services, 950).student is None
    assert len(history(services, recording, "22")) == 2  # unsure, then present: a new search changed nothing


def test_undoing_a_name_gives_the_mark_back_and_says_so(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000")
    done = name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    undo(services, ADMIN, the_course(services), done.decision.id)
    assert statuses(services, recording)["22"] is Status.UNSURE
    assert history(services, recording, "22")[-1] == (
        "admin",
        "What was said of the face was taken back.",
        Status.UNSURE,
    )
    assert by_person(services, 900).is_open
    with pytest.raises(NotFound):
        undo(services, ADMIN, the_course(services), done.decision.id)


def test_a_name_is_no_reference_unless_who_names_keeps_a_photo(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "23"))
    assert not services.store.faces(["23"])
    later = lecture(services, tmp_path, "900 0 3000", day=5)
    assert statuses(services, later)["23"] is Status.UNSURE  # nobody knows the face


def test_a_kept_photo_says_where_it_came_from_and_is_known_from_then_on(services, tmp_path, monkeypatch):
    lecture(services, tmp_path, "900 0 3000")
    # What the stand-in cuts out of a recording says who is in it, in another way than a photo does.
    enrol = services.faces.enrol
    monkeypatch.setattr(
        services.faces, "enrol", lambda student, photo, **how: enrol(student, _as_photo(services, photo), **how)
    )
    done = name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "23"), keep_photo=True)
    assert done.refusal is None
    assert [face.vector for face in services.store.faces(["23"])] == [(900.0,)]
    assert services.faces.taken_as_they_lie == ["23"]
    added = next(entry for entry in services.store.audit().items if entry.action == "student.photo_added")
    assert added.detail.startswith("from CS101 (1) 2026-03-02 07:00:00 UTC, recording lecture.mp4")
    later = lecture(services, tmp_path, "900 0 3000", day=5)
    assert statuses(services, later)["23"] is Status.PRESENT
    undo(services, ADMIN, the_course(services), done.decision.id)
    assert not services.store.faces(["23"])


def _as_photo(services: MemoryServices, picture: bytes) -> bytes:
    vector = services.faces.vector_of(picture)
    return b"face:%g" % vector[0] if vector else picture


def test_a_teacher_teaches_no_face_to_courses_of_others(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000")
    a_student(services, "99", None, consent_on=CONSENT)  # of no course of this teacher
    teacher = services.store.teachers(the_course(services).id)[0]
    group = by_person(services, 900).id
    with pytest.raises(InvalidInput, match="Only an admin"):
        name_group(services, teacher, group, key_of(services, "99"), keep_photo=True)
    assert by_person(services, 900).is_open
    assert not services.store.faces(["99"])
    assert name_group(services, teacher, group, key_of(services, "99")).student.id == "99"


def test_a_photo_needs_consent_and_nothing_is_named_without_it(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000")
    with pytest.raises(ConsentMissing):
        name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"), keep_photo=True)
    assert by_person(services, 900).is_open


def test_a_picture_that_cannot_be_a_photo_is_told_and_the_name_stays(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000")
    done = name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "23"), keep_photo=True)
    assert done.refusal is not None
    assert by_person(services, 900).student.id == "23"


def test_somebody_of_no_roster_gets_a_name_and_no_mark(services, tmp_path):
    a_student(services, "60")
    recording = lecture(services, tmp_path, "900 0 3000")
    done = name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "60"))
    assert not done.is_marked
    assert "60" not in statuses(services, recording)
    board = lecture_board(services, recording.lecture_id)
    assert not board.strangers
    assert [(one.student.id, one.sighting.recording_id) for one in board.guests] == [("60", recording.id)]


def test_somebody_of_no_roster_without_consent_cannot_be_named(services, tmp_path):
    a_student(services, "61", None)
    lecture(services, tmp_path, "900 0 3000")
    with pytest.raises(InvalidInput):
        name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "61"))


def test_the_roster_is_proposed_first_then_everybody_who_consented(services):
    a_student(services, "60", name="Student Other")
    a_student(services, "61", None, name="Student Without")
    course = the_course(services)
    assert [one.id for one in who_it_may_be(services, course)] == ["21", "22", "23"]
    assert [one.id for one in who_it_may_be(services, course, "Student")] == ["21", "22", "23", "60"]
    assert [one.id for one in who_it_may_be(services, course, "other")] == ["60"]


def test_who_is_ignored_leaves_no_vector_and_is_no_stranger_of_the_lecture(services, tmp_path):
    switched_on(services)
    recording = lecture(services, tmp_path, "900 0 3000|950 0 3000")
    ignore_group(services, ADMIN, by_person(services, 900).id)
    assert vectors(services, recording) == [(950.0,)]
    assert [one.id for one in lecture_board(services, recording.lecture_id).strangers] == [by_person(services, 950).id]
    search_again(services, recording.id, by="admin")
    assert search_recording(services, recording.id)
    assert by_person(services, 900).ignored
    assert vectors(services, recording) == [(950.0,)]


def test_a_group_is_split_and_merged_and_both_are_undone(services, tmp_path):
    switched_on(services)
    for day in (0, 1, 2):
        lecture(services, tmp_path, "900 0 3000", day)
    (group,) = found(services)
    apart = split(services, ADMIN, group.id, [group.seen[0].sighting.id])
    one, other = found(services)
    assert sorted((len(one.seen), len(other.seen))) == [1, 2]
    together = merge(services, ADMIN, one.id, other.id)
    assert len(found(services)) == 1
    undo(services, ADMIN, the_course(services), together.id)
    assert len(found(services)) == 2
    undo(services, ADMIN, the_course(services), apart.id)
    assert len(found(services)) == 1
    for chosen in ([], [seen.sighting.id for seen in group.seen]):
        with pytest.raises(InvalidInput):
            split(services, ADMIN, group.id, chosen)


def test_what_is_merged_with_somebody_who_was_named_has_that_name(services, tmp_path):
    today, yesterday = (lecture(services, tmp_path, "900 0 3000", day) for day in (0, 1))
    one, other = found(services)
    name_group(services, ADMIN, one.id, key_of(services, "22"))
    merge(services, ADMIN, other.id, one.id)
    assert {statuses(services, recording)["22"] for recording in (today, yesterday)} == {Status.PRESENT}
    assert [group.student.id for group in found(services)] == ["22"]


def test_two_names_are_not_merged(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000|950 0 3000")
    one, other = found(services)
    name_group(services, ADMIN, one.id, key_of(services, "22"))
    name_group(services, ADMIN, other.id, key_of(services, "23"))
    with pytest.raises(Conflict):
        merge(services, ADMIN, one.id, other.id)
    with pytest.raises(InvalidInput):
        merge(services, ADMIN, one.id, one.id)


def test_a_face_that_is_not_the_student_is_not_marked_again(services, tmp_path):
    recording = lecture(services, tmp_path, "21.2 0 3000")
    assert statuses(services, recording)["21"] is Status.PRESENT
    (sighting,) = services.store.sightings(recording.lecture_id)
    not_this_student(services, ADMIN, sighting.id, key_of(services, "21"))
    assert statuses(services, recording)["21"] is Status.ABSENT
    assert history(services, recording, "21")[-1] == ("admin", "The face is not this student's.", Status.ABSENT)
    search_again(services, recording.id, by="admin")
    assert search_recording(services, recording.id)
    assert statuses(services, recording)["21"] is Status.ABSENT
    assert vectors(services, recording) == []
    (group,) = found(services)
    assert group.is_open


def test_where_vectors_are_kept_a_refused_face_is_refused_in_other_recordings_too(services, tmp_path):
    switched_on(services)
    recording = lecture(services, tmp_path, "21.2 0 3000")
    (sighting,) = services.store.sightings(recording.lecture_id)
    not_this_student(services, ADMIN, sighting.id, key_of(services, "21"))
    assert vectors(services, recording) == [(21.2,)]
    later = lecture(services, tmp_path, "21.21 0 3000", day=5)
    assert statuses(services, later)["21"] is Status.ABSENT
    other = lecture(services, tmp_path, "21 0 3000", day=6)
    assert statuses(services, other)["21"] is Status.PRESENT


def test_the_remaining_unknowns_are_proposed_to_be_the_one_who_was_named(services, tmp_path):
    switched_on(services)
    for day, person in enumerate((900, 900.3, 950)):
        lecture(services, tmp_path, f"{person} 0 3000", day)
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "23"))
    near = by_person(services, 900.3)
    assert near.is_open
    assert near.may_be is not None
    assert (near.may_be[0].id, round(near.may_be[1])) == ("23", 70)
    assert by_person(services, 950).may_be is None
    not_this_student(services, ADMIN, near.id, key_of(services, "23"))
    assert by_person(services, 900.3).may_be is None
    later = lecture(services, tmp_path, "900.1 0 3000", day=5)  # seen after the name: a name is no photo
    assert by_person(services, 900.1).may_be is None
    assert statuses(services, later)["23"] is Status.UNSURE


def test_vectors_are_forgotten_after_the_days_that_are_set(services, tmp_path, clock):
    switched_on(services)
    recording = lecture(services, tmp_path, "900 0 3000")
    clock.now += timedelta(days=13, hours=23)
    assert forget_expired(services) == 0
    clock.now += timedelta(hours=2)
    tidy(services)
    assert vectors(services, recording) == []
    assert len(found(services)) == 1


def test_switching_it_off_forgets_all_vectors_at_once(services, tmp_path):
    switched_on(services)
    recording = lecture(services, tmp_path, "900 0 3000")
    assert vectors(services, recording)
    set_switch(services, ADMIN, the_course(services), on=False)
    assert vectors(services, recording) == []
    actions = [entry.action for entry in services.store.audit().items]
    assert actions[0] == "course.unknown_vectors_off"
    assert "course.unknown_vectors_on" in actions


def test_no_vector_is_kept_of_whom_a_person_named_without_consent(services, tmp_path):
    switched_on(services)
    recording = lecture(services, tmp_path, "900 0 3000|950 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    assert vectors(services, recording) == [(950.0,)]
    name_group(services, ADMIN, by_person(services, 950).id, key_of(services, "23"))
    assert vectors(services, recording) == [(950.0,)]
    withdraw_consent(services, "23", [Purpose.FACE], by=None)
    follow_up(services)
    assert vectors(services, recording) == []


def test_an_engine_without_vectors_keeps_none(services):
    services.faces.gives_vectors = False
    with pytest.raises(InvalidInput):
        switched_on(services)


def test_removing_a_student_takes_names_pictures_and_negative_examples_along(services, tmp_path):
    switched_on(services)
    recording = lecture(services, tmp_path, "900 0 3000|21.2 0 3000|950 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "21"))
    not_this_student(services, ADMIN, by_seen_as(services, recording, "21"), key_of(services, "21"))
    picture = by_person(services, 900).seen[0].sighting.picture_key
    assert what_will_be_erased(services, "21").evidence_pictures == 1
    remove_student(services, "21", by="admin")
    assert picture not in services.media.files
    assert vectors(services, recording) == [(950.0,)]
    assert [one.kind for one in services.store.unknown_decisions(Owner.course(the_course(services).id))] == []


def by_seen_as(services: MemoryServices, recording: Recording, student_id: str) -> str:
    return next(one.id for one in services.store.sightings(recording.lecture_id) if one.student_id == student_id)


def test_who_does_not_teach_the_course_cannot_name_anybody(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000")
    group = by_person(services, 900)
    stranger = replace(ADMIN, id="other", role=Role.TEACHER)
    for act in (
        lambda: name_group(services, stranger, group.id, key_of(services, "22")),
        lambda: ignore_group(services, stranger, group.id),
        lambda: split(services, stranger, group.id, [group.id]),
        lambda: not_this_student(services, stranger, group.id, key_of(services, "21")),
        lambda: undo(services, stranger, the_course(services), "any"),
    ):
        with pytest.raises(NotFound):
            act()
    assert not services.store.unknown_decisions(Owner.course(the_course(services).id))
    teacher = services.store.user("teacher")
    assert name_group(services, teacher, group.id, key_of(services, "22")).decision.kind is DecisionKind.NAMED
    assert statuses(services, recording)["22"] is Status.PRESENT


def test_nobody_is_told_of_somebody_unknown_whom_a_person_has_named(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000|950 0 3000")
    assert numbers_of_unknown(services, recording) == (1, 2)
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    left = by_person(services, 950).seen[0].sighting.number
    assert numbers_of_unknown(services, recording) == (left,)


def test_a_download_says_nothing_of_the_similarity_of_whom_a_person_named(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000|21 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    wanted = LogFilter(course_ids=[the_course(services).id])
    lines = export_log(services, wanted, format="csv", timezone="Asia/Seoul").decode("utf-8-sig").splitlines()
    place = lines[0].split(",").index("Similarity (0-100)")
    assert [line.split(",")[place] for line in sorted(lines[1:], key=lambda line: line.partition("Student")[2])] == [
        "100.0",
        "",
        "",
    ]


def test_lectures_are_marked_by_a_later_sweep_where_that_broke_off(services, tmp_path, clock, monkeypatch):
    recording = lecture(services, tmp_path, "900 0 3000")

    def broken(*_: object) -> None:
        raise ServiceUnavailable("The database does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(unknowns_handler, "mark_lecture", broken)
        name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    assert statuses(services, recording)["22"] is Status.UNSURE
    clock.now += timedelta(minutes=10)
    assert drain(services)
    assert statuses(services, recording)["22"] is Status.PRESENT
    assert history(services, recording, "22")[-1] == ("admin", "The face was named.", Status.PRESENT)


def test_nothing_that_waits_names_a_student_by_the_schools_id(services, tmp_path, monkeypatch):
    lecture(services, tmp_path, "900 0 3000")
    bodies: list[str] = []
    commit = services.store.commit
    monkeypatch.setattr(
        services.store, "commit", lambda *parts: (bodies.extend(_waiting(parts)), commit(*parts))[1], raising=False
    )
    a_student(services, "school-id-77", course_ids=[the_course(services).id])
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "school-id-77"))
    assert bodies
    assert not any("school-id-77" in body for body in bodies)


def _waiting(parts: tuple[object, ...]) -> list[str]:
    return [part.body + part.subject for part in parts if isinstance(part, OutboxItem)]


def test_the_list_of_lectures_counts_the_strangers_who_are_left(services, tmp_path):
    lecture(services, tmp_path, "900 0 3000|950 0 3000|970 0 3000")
    name_group(services, ADMIN, by_person(services, 900).id, key_of(services, "22"))
    ignore_group(services, ADMIN, by_person(services, 950).id)
    (summary,) = lecture_summaries(services, services.store.courses()).items
    assert summary.counts.strangers == 1


def test_no_picture_is_left_of_whoever_has_not_agreed_to_pictures_as_evidence(services, tmp_path):
    recording = lecture(services, tmp_path, "900 0 3000|950 0 3000")
    group = by_person(services, 900)
    picture, other = group.seen[0].sighting.picture_key, by_person(services, 950).seen[0].sighting.picture_key
    name_group(services, ADMIN, group.id, key_of(services, "22"))
    assert picture not in services.media.files
    assert other in services.media.files
    mark = next(one for one in services.store.marks(recording.lecture_id) if one.student_id == "22")
    assert (mark.status, mark.evidence.picture_key) == (Status.PRESENT, None)
    name_group(services, ADMIN, by_person(services, 950).id, key_of(services, "23"))
    assert other in services.media.files
