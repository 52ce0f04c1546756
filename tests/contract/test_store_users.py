"""What every Store keeps to about users."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from attendance.changes import AddCourse, AddStudent, AddUser, RemoveUser, SaveUser, SetTeachers
from attendance.errors import AlreadyExists, NotAllowed, NotFound, ServiceUnavailable
from attendance.model import Role
from attendance.ports import Store
from tests.contract.samples import NOW, a_course, a_student, a_user


def test_a_user_is_read_as_it_was_added(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    user = a_user("u1", "Ada@Example.org", name="Ada Example", student_id="21", timezone="Asia/Seoul", language="ko")
    store.commit(AddUser(user))
    assert store.user("u1") == user
    assert store.user("u1").created_at == NOW
    assert store.user("u1").created_at.tzinfo is not None


def test_an_email_is_found_in_any_case(store: Store) -> None:
    store.commit(AddUser(a_user("u1", "Zoë.Straße@Example.org")))
    found = store.find_user("ZOË.STRASSE@example.ORG")
    assert found is not None
    assert found.id == "u1"
    assert store.find_user("zoe.strasse@example.org") is None


def test_an_email_is_taken_in_any_case_and_the_sentence_says_so(store: Store) -> None:
    store.commit(AddUser(a_user("u1", "ada@example.org")))
    with pytest.raises(AlreadyExists) as refused:
        store.commit(AddUser(a_user("u2", "ADA@example.org")))
    assert refused.value.sentence == "The email address ADA@example.org is already taken."
    assert store.users().total == 1


def test_an_account_cannot_be_linked_to_nobody(store: Store) -> None:
    with pytest.raises(NotFound, match="no student with the id 99"):
        store.commit(AddUser(a_user("u1", student_id="99")))
    assert store.users().total == 0


def test_a_saved_user_replaces_the_old_one(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    changed = replace(a_user("u1", "new@example.org"), name="New", role=Role.ADMIN, session_key="k", password_hash="h")
    store.commit(SaveUser(changed))
    assert store.user("u1") == changed
    assert store.find_user("u1@example.org") is None


def test_a_user_may_be_saved_with_the_same_email(store: Store) -> None:
    user = a_user("u1")
    store.commit(AddUser(user))
    store.commit(SaveUser(replace(user, email="U1@example.org")))
    assert store.user("u1").email == "U1@example.org"


def test_saving_refuses_unknown_users_and_taken_emails(store: Store) -> None:
    with pytest.raises(NotFound):
        store.commit(SaveUser(a_user("u1")))
    store.commit(AddUser(a_user("u1", "one@example.org")))
    store.commit(AddUser(a_user("u2", "two@example.org")))
    with pytest.raises(AlreadyExists):
        store.commit(SaveUser(a_user("u2", "ONE@example.org")))
    assert store.user("u2").email == "two@example.org"


def test_a_removed_user_is_gone_and_teaches_no_more(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.commit(AddCourse(a_course("c1")))
    store.commit(SetTeachers("c1", ["u1"]))
    store.commit(RemoveUser("u1"))
    with pytest.raises(NotFound):
        store.user("u1")
    with pytest.raises(NotFound):
        store.commit(RemoveUser("u1"))
    assert store.teachers("c1") == []
    assert store.courses(teacher_id="u1") == []


def test_users_are_sorted_by_email_and_come_in_pages(store: Store) -> None:
    for name in ("c", "A", "e", "B", "d"):
        store.commit(AddUser(a_user(name, f"{name}@example.org")))
    page = store.users(page=2, size=2)
    assert [user.id for user in page.items] == ["c", "d"]
    assert (page.number, page.size, page.total, page.pages) == (2, 2, 5, 3)


@pytest.mark.parametrize("number", [4, 10**30])
def test_a_page_after_the_last_is_empty(store: Store, number: int) -> None:
    store.commit(AddUser(a_user("u1")))
    page = store.users(page=number)
    assert (list(page.items), page.total) == ([], 1)


@pytest.mark.parametrize("text", ["ada", "ADA", "example.O", "코드", " émile ", "E\u0301MILE", "emile", "ＡＤＡ"])
def test_users_are_found_by_a_part_of_email_or_name_in_any_case(store: Store, text: str) -> None:
    store.commit(AddUser(a_user("u1", "Ada@Example.org", name="Émile 코드")))
    store.commit(AddUser(a_user("u2", "other@elsewhere.net", name="Other")))
    assert [user.id for user in store.users(text=text).items] == ["u1"]


def test_an_admin_is_noticed_and_counted(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    assert not store.has_admin()
    assert store.count_admins() == 0
    store.commit(AddUser(a_user("u2", role=Role.ADMIN)))
    assert store.has_admin()
    assert store.count_admins() == 1


def test_the_last_admin_is_neither_removed_nor_made_less(store: Store) -> None:
    first, second = a_user("u1", role=Role.ADMIN), a_user("u2", role=Role.ADMIN)
    store.commit(AddUser(first))
    store.commit(AddUser(second))
    store.commit(SaveUser(replace(first, role=Role.TEACHER)))
    for change in (RemoveUser("u2"), SaveUser(replace(second, role=Role.TEACHER))):
        with pytest.raises(NotAllowed):
            store.commit(change)
    assert store.user("u2") == second
    store.commit(SaveUser(replace(second, name="Ada")))
    store.commit(RemoveUser("u1"))
    assert store.count_admins() == 1


def test_of_two_admins_who_go_at_the_same_moment_one_stays(store: Store) -> None:
    for name in ("u1", "u2", "u3"):
        store.commit(AddUser(a_user(name, role=Role.ADMIN)))
    at_once = Barrier(3)

    def go(change: RemoveUser | SaveUser) -> bool:
        at_once.wait()
        try:
            store.commit(change)
        except (NotAllowed, ServiceUnavailable):
            return False
        return True

    changes = (RemoveUser("u1"), SaveUser(a_user("u2")), RemoveUser("u3"))
    with ThreadPoolExecutor(3) as pool:
        gone = list(pool.map(go, changes))
    assert sum(gone) == 2
    assert store.count_admins() == 1
