"""What every Store keeps to about students and their faces."""

from dataclasses import replace

import pytest

from attendance.changes import (
    AddCourse,
    AddFace,
    AddStudent,
    AddUser,
    RemoveFace,
    RemoveStudent,
    SaveStudent,
    SetTeachers,
)
from attendance.errors import AlreadyExists, ConsentMissing, NotFound
from attendance.ports import Store
from tests.contract.samples import MINUTE, NOW, a_course, a_face, a_student, a_user


def test_a_student_is_read_as_it_was_added_with_faces_and_courses(store: Store) -> None:
    student = a_student("2021-7", name="김하나 🙂")
    face = a_face("f1", "2021-7")
    for course_id in ("c1", "c2"):
        store.commit(AddCourse(a_course(course_id)))
    store.commit(AddStudent(student, [face], ["c1", "c2"]))
    assert store.student("2021-7") == student
    assert store.student_by_key(student.key) == student
    assert store.faces(["2021-7"]) == [face]
    assert [course.id for course in store.courses(student_id="2021-7")] == ["c1", "c2"]


def test_a_vector_comes_back_exactly(store: Store) -> None:
    vector = tuple((-1) ** number / (3 + number) for number in range(128))
    store.commit(AddStudent(a_student(), [a_face(vector=vector)]))
    assert store.faces()[0].vector == vector


def test_a_face_may_be_kept_elsewhere(store: Store) -> None:
    store.commit(AddStudent(a_student(), [a_face(vector=None, external_id="elsewhere-1")]))
    assert (store.faces()[0].vector, store.faces()[0].external_id) == (None, "elsewhere-1")


def test_an_id_is_registered_once_and_the_sentence_names_it(store: Store) -> None:
    store.commit(AddStudent(a_student("21", name="First")))
    with pytest.raises(AlreadyExists) as refused:
        store.commit(AddStudent(replace(a_student("21"), key="another", name="Second"), [a_face("f1")]))
    assert refused.value.sentence == "The student id 21 is already registered."
    assert store.student("21").name == "First"
    assert store.faces() == []


def test_ids_differ_by_case_and_accent(store: Store) -> None:
    for student_id in ("a1", "A1", "á1"):
        store.commit(AddStudent(a_student(student_id)))
    assert store.students().total == 3


def test_no_consent_no_face(store: Store) -> None:
    with pytest.raises(ConsentMissing):
        store.commit(AddStudent(a_student("21", consents=()), [a_face()]))
    assert store.students().total == 0
    store.commit(AddStudent(a_student("21", consents=())))
    with pytest.raises(ConsentMissing) as refused:
        store.commit(AddFace(a_face()))
    assert refused.value.sentence == "Student 21 has not consented to face recognition."
    assert store.faces() == []


def test_registering_for_an_unknown_course_stores_nothing(store: Store) -> None:
    store.commit(AddCourse(a_course("c1")))
    with pytest.raises(NotFound):
        store.commit(AddStudent(a_student("21"), [a_face()], ["c1", "c2"]))
    assert store.students().total == 0
    assert store.faces() == []
    assert store.roster("c1") == []


def test_saving_changes_the_name_only(store: Store) -> None:
    store.commit(AddStudent(a_student("21"), [a_face()]))
    store.commit(SaveStudent(replace(a_student("21"), name="Renamed", consents=(), key="x", created_at=NOW + MINUTE)))
    assert store.student("21") == a_student("21", name="Renamed")
    assert len(store.faces()) == 1
    assert [student.id for student in store.students(text="RENAMED").items] == ["21"]
    with pytest.raises(NotFound):
        store.commit(SaveStudent(a_student("22")))


def test_unknown_students_are_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="no student with the id 21"):
        store.student("21")
    with pytest.raises(NotFound):
        store.student_by_key("21")
    with pytest.raises(NotFound):
        store.commit(RemoveStudent("21"))
    with pytest.raises(NotFound):
        store.commit(AddFace(a_face()))


def test_names_in_hangul_are_sorted_as_a_korean_list_is_after_those_in_latin(store: Store) -> None:
    names = ["하늘", "가람", "Zoe", "나래", "까치", "각시", "ada", "다솜", "갸름"]
    for number, name in enumerate(names):
        store.commit(AddStudent(a_student(str(number), name=name)))
    assert [one.name for one in store.students().items] == [
        *("ada", "Zoe"),
        *("가람", "각시", "갸름", "까치", "나래", "다솜", "하늘"),
    ]


def test_students_are_sorted_by_name_then_id_and_come_in_pages(store: Store) -> None:
    for student_id, name in (("4", "beta"), ("2", "alpha"), ("3", "Alpha"), ("1", "gamma")):
        store.commit(AddStudent(a_student(student_id, name=name)))
    assert [student.id for student in store.students(page=1, size=3).items] == ["2", "3", "4"]
    last = store.students(page=2, size=3)
    assert ([student.id for student in last.items], last.total, last.pages) == (["1"], 4, 2)


@pytest.mark.parametrize("text", ["하나", "ÉMI", "émi", "e\u0301mi", "2021-a", "2021-A", " 김 "])
def test_students_are_found_by_a_part_of_id_or_name_in_any_case(store: Store, text: str) -> None:
    store.commit(AddStudent(a_student("2021-A", name="김하나 (Émile)")))
    store.commit(AddStudent(a_student("22", name="Eric")))
    assert [student.id for student in store.students(text=text).items] == ["2021-A"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ipek", ["1"]), ("IŞIK", ["1"]), ("İPEK ı", ["1"]), ("zoe", ["2"]), ("ZOE\u0308", ["2"]), ("ＺＯＥ", ["2"]),
        ("strasse", ["3"]), ("\u1100\u1175\u11b7\u1112\u1161", ["4"]), ("기", []), ("\u0301", []),
        ("1\n", ["1"]), ("1 ipek", []), ("s_r", ["5"]), ("s%r", []), ("a\\b", ["5"]), ("ﷺ", ["6"]),
    ],
)  # fmt: skip
def test_students_are_found_without_case_marks_and_composition(store: Store, text: str, found: list[str]) -> None:
    names = ["İpek Işık", "Zoë", "Weißstraße", "김하나", r"s_r a\b", "ﷺ" * 200]
    for number, name in enumerate(names, start=1):
        store.commit(AddStudent(a_student(str(number), name=name)))
    assert [student.id for student in store.students(text=text).items] == found


def test_a_renamed_student_is_found_by_the_new_name_only(store: Store) -> None:
    student = a_student("1", name="Zoë")
    store.commit(AddStudent(student))
    store.commit(SaveStudent(replace(student, name="Şule")))
    assert [store.students(text=text).total for text in ("zoe", "sule")] == [0, 1]


@pytest.mark.parametrize("text", ["%", "_", "/", "\\", "100%", "'", "x" * 100_000])
def test_signs_that_mean_something_to_a_database_mean_themselves(store: Store, text: str) -> None:
    store.commit(AddStudent(a_student("1", name="Plain")))
    assert store.students(text=text).total == 0
    store.commit(AddStudent(a_student("2", name=r"100% /_\' sure")))
    assert store.students(text=text).total == (0 if text.startswith("x") else 1)


def test_blanks_are_no_text_to_look_for(store: Store) -> None:
    store.commit(AddStudent(a_student("1", name="Plain")))
    assert store.students(text="   ").total == 1


def test_students_are_limited_to_a_course_or_to_the_rosters_of_a_teacher(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    for course_id in ("c1", "c2", "c3"):
        store.commit(AddCourse(a_course(course_id)))
    store.commit(SetTeachers("c1", ["u1"]))
    store.commit(SetTeachers("c2", ["u1"]))
    for student_id, course_ids in (("1", ["c1", "c2"]), ("2", ["c2", "c3"]), ("3", ["c3"]), ("4", [])):
        store.commit(AddStudent(a_student(student_id), course_ids=course_ids))
    assert [student.id for student in store.students(course_id="c3").items] == ["2", "3"]
    taught = store.students(teacher_id="u1")
    assert ([student.id for student in taught.items], taught.total) == (["1", "2"], 2)
    assert [student.id for student in store.students(teacher_id="u1", course_id="c3").items] == ["2"]
    assert store.students(teacher_id="u2").total == 0


def test_faces_are_sorted_by_student_and_time(store: Store) -> None:
    for student_id in ("2", "10"):
        store.commit(AddStudent(a_student(student_id)))
    store.commit(AddFace(a_face("f1", "2", created_at=NOW + MINUTE)))
    store.commit(AddFace(a_face("f2", "2", created_at=NOW)))
    store.commit(AddFace(a_face("f3", "10")))
    assert [face.id for face in store.faces()] == ["f3", "f2", "f1"]
    assert [face.id for face in store.faces(["2"])] == ["f2", "f1"]
    assert store.faces([]) == []
    assert store.faces(["nobody"]) == []


def test_a_face_is_read_by_its_id(store: Store) -> None:
    store.commit(AddStudent(a_student("21"), [a_face("f1", "21")]))
    assert store.face("f1") == a_face("f1", "21")
    with pytest.raises(NotFound):
        store.face("f2")


def test_a_face_is_stored_once(store: Store) -> None:
    store.commit(AddStudent(a_student(), [a_face("f1")]))
    with pytest.raises(AlreadyExists):
        store.commit(AddFace(a_face("f1")))


def test_a_removed_face_leaves_its_media_to_be_erased(store: Store) -> None:
    store.commit(AddStudent(a_student(), [a_face("f1"), a_face("f2")]))
    store.commit(RemoveFace("f1"))
    assert [face.id for face in store.faces()] == ["f2"]
    assert set(store.pending_erasures()) == {"photo of f1", "thumbnail of f1"}
    with pytest.raises(NotFound):
        store.commit(RemoveFace("f1"))
