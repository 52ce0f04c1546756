"""What every Store keeps to with objections and excuses of students."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from attendance.changes import AddAppeal, AddCourse, RemoveCourse, RemoveStudent, SaveAppeal
from attendance.errors import MovedOn, NotFound
from attendance.model import Appeal, AppealKind, AppealState
from attendance.ports import Store
from tests.contract.samples import NOW, a_class, a_course


def an_appeal(appeal_id: str = "a1", **more: object) -> Appeal:
    given = {"kind": AppealKind.OBJECTION, "course_id": "c1", "student_id": "21", "by": "u1", "at": NOW} | more
    return Appeal(**({"id": appeal_id, "words": "I sat at the back. 뒤에 앉았습니다.", "lecture_id": "l1"} | given))  # type: ignore[arg-type]


def an_excuse(appeal_id: str = "a2", **more: object) -> Appeal:
    days = {"first_day": date(2026, 3, 9), "last_day": date(2026, 3, 13), "lecture_id": None}
    return an_appeal(appeal_id, **({"kind": AppealKind.EXCUSE, "file_key": f"file of {appeal_id}"} | days | more))


@pytest.fixture
def school(store: Store) -> Store:
    """A course with two students, and another course."""
    a_class(store, "21", "22")
    store.commit(AddCourse(a_course("c2")))
    return store


def test_they_come_back_whole_and_oldest_first(school: Store):
    late, first = an_appeal("a1", at=NOW + timedelta(seconds=1)), an_excuse("a2")
    elsewhere, of_other = an_appeal("a3", course_id="c2"), an_appeal("a4", student_id="22")
    for one in (late, first, elsewhere, of_other):
        school.commit(AddAppeal(one))
    assert school.appeal("c1", "a2") == first
    assert list(school.appeals_in("c1")) == [first, of_other, late]
    assert list(school.appeals_of("21")) == [first, elsewhere, late]
    assert [one.id for one in school.open_appeals()] == ["a2", "a3", "a4", "a1"]
    assert list(school.appeals_with_files()) == [first]
    with pytest.raises(NotFound):
        school.appeal("c2", "a2")


@pytest.mark.parametrize("named", [{"course_id": "c9"}, {"student_id": "99"}])
def test_one_needs_its_course_and_its_student(school: Store, named: dict[str, object]):
    with pytest.raises(NotFound):
        school.commit(AddAppeal(an_appeal(**named)))
    assert list(school.open_appeals()) == []


def test_an_answer_is_kept_and_closes_it(school: Store):
    asked = an_excuse()
    school.commit(AddAppeal(asked))
    said = {"answered_by": "u2", "answered_at": NOW + timedelta(hours=1), "answer": "Get well."}
    answered = replace(asked, state=AppealState.ACCEPTED, **said)  # type: ignore[arg-type]
    school.commit(SaveAppeal(answered, asked))
    assert school.appeal("c1", "a2") == answered
    assert list(school.open_appeals()) == []
    assert list(school.appeals_with_files()) == [answered]
    with pytest.raises(MovedOn):
        school.commit(SaveAppeal(replace(asked, state=AppealState.DECLINED), asked))
    with pytest.raises(NotFound):
        school.commit(SaveAppeal(an_appeal("a9"), an_appeal("a9")))


def test_a_file_that_is_no_longer_named_is_erased(school: Store):
    asked = an_excuse()
    school.commit(AddAppeal(asked))
    assert list(school.unclaimed(["file of a2", "other"])) == ["other"]
    school.commit(SaveAppeal(replace(asked, file_key=None), asked))
    assert "file of a2" in school.pending_erasures()
    assert list(school.appeals_with_files()) == []
    assert list(school.unclaimed(["file of a2"])) == ["file of a2"]


@pytest.mark.parametrize("removal", [RemoveStudent("21"), RemoveCourse("c1")])
def test_it_goes_with_its_student_and_with_its_course(school: Store, removal: RemoveStudent | RemoveCourse):
    school.commit(AddAppeal(an_excuse()))
    school.commit(AddAppeal(other := an_appeal("a3", student_id="22", course_id="c2")))
    school.commit(removal)
    assert list(school.appeals_in("c1")) == []
    assert list(school.appeals_of("21")) == []
    assert list(school.open_appeals()) == [other]
    assert list(school.appeals_with_files()) == []
    assert "file of a2" in school.pending_erasures()
