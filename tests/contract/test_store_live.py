"""What every Store keeps to with meetings, what people write to lectures, and who meeting services saw."""

from dataclasses import replace
from datetime import timedelta

import pytest

from attendance.changes import (
    AddCourse,
    AddLecture,
    AddNotice,
    AddPost,
    AddWitness,
    RemoveCourse,
    RemoveLecture,
    RemoveStudent,
    SaveMeeting,
    SavePost,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import LiveVersion, Meeting, Notice, NoticeKind, OldCode, Passage, Place, Post, Witness
from attendance.ports import Store
from tests.contract.samples import NOW, a_class, a_course, a_lecture

LATER = NOW + timedelta(minutes=1)


def a_post(post_id: str = "p1", **more: object) -> Post:
    given = {"course_id": "c1", "by": "u1", "at": NOW, "words": "Is the room open? 강의실이 열렸나요?"} | more
    return Post(post_id, **given)  # type: ignore[arg-type]


def a_meeting(**more: object) -> Meeting:
    given = {"place": Place.BOTH, "room": "A 101", "url": "https://zoom.us/j/12345678901", "number": "12345678901"}
    codes = {"passcode": "new", "old_codes": (OldCode("old", NOW),), "changed_at": LATER, "event_id": "e1"}
    return Meeting("c1", **(given | codes | more))  # type: ignore[arg-type]


def a_witness(witness_id: str = "w1", **more: object) -> Witness:
    given = {"lecture_id": "l1", "student_id": "21", "passage": Passage.JOINED, "at": NOW} | more
    return Witness(witness_id, **given)  # type: ignore[arg-type]


@pytest.fixture
def school(store: Store) -> Store:
    """A course with two students and a lecture, and another course."""
    a_class(store, "21", "22")
    store.commit(AddCourse(a_course("c2")))
    if all(one.id != "l1" for one in store.lectures().items):
        store.commit(AddLecture(a_lecture("l1")))
    return store


def test_a_meeting_comes_back_whole_and_is_changed_by_one_at_a_time(school: Store):
    assert school.meeting("c1") is None
    school.commit(SaveMeeting(of_course := a_meeting()))
    school.commit(SaveMeeting(of_lecture := Meeting("c1", "l1", room="B 2", is_closed=True)))
    assert school.meeting("c1") == of_course
    assert school.meeting("c1", "l1") == of_lecture
    assert school.meeting("c2", "l1") is None
    assert set(school.meetings(["c1"])) == {of_course, of_lecture}
    assert list(school.meetings(["c2"])) == []
    changed = replace(of_course, number="999", passcode="", old_codes=())
    school.commit(SaveMeeting(changed, of_course))
    assert school.meeting("c1") == changed
    for was in (of_course, None):
        with pytest.raises(MovedOn):
            school.commit(SaveMeeting(a_meeting(room="C"), was))
    assert list(school.meetings_numbered("12345678901")) == []
    assert list(school.meetings_numbered("999")) == [changed]
    assert list(school.meetings_numbered("")) == []


@pytest.mark.parametrize("named", [{"course_id": "c9"}, {"lecture_id": "l9"}])
def test_a_meeting_and_a_post_need_their_place(school: Store, named: dict[str, str]):
    with pytest.raises(NotFound):
        school.commit(SaveMeeting(Meeting(**({"course_id": "c1"} | named))))
    with pytest.raises(NotFound):
        school.commit(AddPost(a_post(**named)))
    assert school.live_version("c1") == LiveVersion()


def test_posts_come_back_oldest_first_with_the_version_of_their_course(school: Store):
    late = a_post("p1", at=LATER, student_id="21", mentions=frozenset({"u2", "u3"}), answers="p2")
    first = a_post("p2", is_announcement=True, is_pinned=True)
    in_lecture = a_post("p3", lecture_id="l1")
    for one in (late, first, in_lecture):
        school.commit(AddPost(one))
    assert list(school.posts("c1")) == [replace(first, version=2), replace(late, version=1)]
    assert list(school.posts("c1", after=1)) == [replace(first, version=2)]
    assert list(school.posts("c1", "l1")) == [replace(in_lecture, version=3)]
    assert school.post("c1", None, "p1") == replace(late, version=1)
    assert school.live_version("c1") == LiveVersion(3, 0)
    assert school.live_version("c2") == LiveVersion()
    for course_id, lecture_id in (("c1", "l1"), ("c2", None)):
        with pytest.raises(NotFound):
            school.post(course_id, lecture_id, "p1")
    with pytest.raises(AlreadyExists):
        school.commit(AddPost(late))
    with pytest.raises(NotFound):
        school.commit(AddPost(a_post("p9", student_id="99")))


def test_a_changed_post_has_a_later_version(school: Store):
    school.commit(AddPost(a_post()))
    school.commit(AddPost(a_post("p2")))
    was = school.post("c1", None, "p1")
    school.commit(SavePost(replace(was, is_hidden=True), was))
    assert [one.id for one in school.posts("c1", after=2)] == ["p1"]
    assert school.post("c1", None, "p1") == replace(was, is_hidden=True, version=3)
    with pytest.raises(MovedOn):
        school.commit(SavePost(replace(was, is_pinned=True), was))
    with pytest.raises(NotFound):
        school.commit(SavePost(a_post("p9"), a_post("p9")))


def test_what_a_student_wrote_goes_with_them_and_open_pages_find_out(school: Store):
    school.commit(AddPost(a_post("p1", student_id="21", lecture_id="l1")))
    school.commit(AddPost(a_post("p2", student_id="22", lecture_id="l1")))
    school.commit(AddWitness(a_witness()))
    school.commit(RemoveStudent("21"))
    assert [one.id for one in school.posts("c1", "l1")] == ["p2"]
    assert list(school.witnesses("l1")) == []
    version = school.live_version("c1")
    assert version.number > 2
    assert version.floor == version.number


def test_what_is_old_is_erased(school: Store):
    school.commit(AddPost(a_post("p1")))
    school.commit(AddPost(a_post("p2", at=LATER)))
    school.commit(AddWitness(a_witness("w1")))
    school.commit(AddWitness(a_witness("w2", at=LATER)))
    school.remove_live(LATER)
    assert [one.id for one in school.posts("c1")] == ["p2"]
    assert [one.id for one in school.witnesses("l1")] == ["w2"]
    assert school.live_version("c1") == LiveVersion(3, 3)
    school.remove_live(LATER)
    assert school.live_version("c1") == LiveVersion(3, 3)


@pytest.mark.parametrize("removal", [RemoveLecture("l1"), RemoveCourse("c1")])
def test_all_goes_with_the_lecture_and_with_the_course(school: Store, removal: RemoveLecture | RemoveCourse):
    school.commit(SaveMeeting(Meeting("c1", "l1", number="5")))
    school.commit(AddPost(a_post("p1", student_id="21", lecture_id="l1")))
    school.commit(AddWitness(a_witness()))
    school.commit(removal)
    assert school.meeting("c1", "l1") is None
    assert list(school.meetings(["c1"])) == []
    assert list(school.meetings_numbered("5")) == []
    assert list(school.posts("c1", "l1")) == []
    assert list(school.witnesses("l1")) == []
    school.commit(RemoveStudent("21"))


def test_a_passage_is_told_once(school: Store):
    school.commit(AddWitness(late := a_witness("w1", at=LATER, passage=Passage.LEFT)))
    school.commit(AddWitness(first := a_witness("w2")))
    assert list(school.witnesses("l1")) == [first, late]
    with pytest.raises(AlreadyExists):
        school.commit(AddWitness(late))
    for named in ({"lecture_id": "l9"}, {"student_id": "99"}):
        with pytest.raises(NotFound):
            school.commit(AddWitness(a_witness("w3", **named)))


def test_notices_are_read_by_many_ids_at_once(school: Store):
    one = Notice("n1", NoticeKind.EVENT, "mail", "user u1", "course c1", "{}", NOW)
    school.commit(AddNotice(one))
    assert school.notices_by_id(["n1", "n2"]) == {"n1": one}
    assert school.notices_by_id([]) == {}
