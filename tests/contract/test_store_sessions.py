"""What every Store keeps to about sessions."""

import pytest

from attendance.changes import AddStudent, AddUser, RemoveStudent, RemoveUser
from attendance.errors import NotFound
from attendance.ports import Store
from tests.contract.samples import HOUR, MINUTE, NOW, a_session, a_student, a_user


def test_a_session_is_read_as_it_was_added(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    session = a_session(browser="브라우저 " + "x" * 290, address="2001:db8::1")
    store.add_session(session)
    assert store.session("u1", "s1") == session
    assert store.sessions("u1", NOW) == [session]


def test_a_session_is_its_users_alone(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.commit(AddUser(a_user("u2")))
    store.add_session(a_session())
    assert store.session("u2", "s1") is None
    assert store.session("u1", "s2") is None
    assert store.sessions("u2", NOW) == []
    store.see_session("u2", "s1", NOW + MINUTE, NOW + 2 * HOUR)
    store.remove_session("u2", "s1")
    store.remove_sessions("u2")
    assert store.session("u1", "s1") == a_session()


def test_nobody_who_does_not_exist_has_a_session(store: Store) -> None:
    with pytest.raises(NotFound):
        store.add_session(a_session())
    assert store.session("u1", "s1") is None


def test_a_visit_says_when_it_was_seen_and_moves_its_end(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.add_session(a_session())
    store.see_session("u1", "s1", NOW + MINUTE, NOW + 2 * HOUR)
    assert store.session("u1", "s1") == a_session(seen_at=NOW + MINUTE, ends_at=NOW + 2 * HOUR)


def test_a_visit_brings_no_ended_session_back(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.add_session(a_session())
    store.remove_session("u1", "s1")
    store.remove_session("u1", "s1")
    store.see_session("u1", "s1", NOW + MINUTE, NOW + 2 * HOUR)
    assert store.session("u1", "s1") is None


def test_sessions_are_sorted_by_when_they_were_seen_and_ended_ones_are_passed_over(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    for number, seen in enumerate((2, 1, 3)):
        store.add_session(a_session(f"s{number}", seen_at=NOW + seen * MINUTE, ends_at=NOW + seen * HOUR))
    assert [one.id for one in store.sessions("u1", NOW)] == ["s2", "s0", "s1"]
    assert [one.id for one in store.sessions("u1", NOW + HOUR)] == ["s2", "s0"]


@pytest.mark.parametrize(("keep", "left"), [(None, []), ("s1", ["s1"]), ("nothing", [])])
def test_all_sessions_of_a_user_end_or_all_but_one(store: Store, keep: str | None, left: list[str]) -> None:
    for user_id in ("u1", "u2"):
        store.commit(AddUser(a_user(user_id)))
    for number in range(30):
        store.add_session(a_session(f"s{number}"))
    store.add_session(a_session("another", "u2"))
    store.remove_sessions("u1", keep=keep)
    assert [one.id for one in store.sessions("u1", NOW)] == left
    assert [one.id for one in store.sessions("u2", NOW)] == ["another"]


def test_pruning_takes_the_ended_ones_alone(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.add_session(a_session("s1"))
    store.add_session(a_session("s2", ends_at=NOW + 2 * HOUR))
    store.remove_ended_sessions(NOW + HOUR)
    assert [one.id for one in store.sessions("u1", NOW + HOUR)] == ["s2"]


def test_sessions_go_with_their_user(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.add_session(a_session())
    store.commit(RemoveUser("u1"))
    store.commit(AddUser(a_user("u1")))
    assert store.session("u1", "s1") is None


def test_sessions_go_with_the_account_of_a_removed_student(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    store.commit(AddUser(a_user("u1", student_id="21")))
    store.add_session(a_session())
    store.commit(RemoveStudent("21"))
    store.commit(AddUser(a_user("u1")))
    assert store.session("u1", "s1") is None
