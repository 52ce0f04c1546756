"""What every Store keeps to about links to set a password by, and about what admins chose for the site."""

from dataclasses import replace

import pytest

from attendance.changes import (
    AddStudent,
    AddUser,
    RemoveAccountLink,
    RemoveStudent,
    RemoveUser,
    SaveAccountLink,
    SaveSiteSettings,
    SaveUser,
    UseAccountLink,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import AccountLink, LinkPurpose
from attendance.ports import Store
from tests.contract.samples import HOUR, MINUTE, NOW, a_student, a_user

INVITATION, PASSWORD = LinkPurpose.INVITATION, LinkPurpose.PASSWORD


def a_link(link_id: str = "k1", user_id: str = "u1", purpose: LinkPurpose = INVITATION, **more: object) -> AccountLink:
    given = {"created_at": NOW, "expires_at": NOW + HOUR, "by": "u9"} | more
    return AccountLink(link_id, user_id, purpose, f"hash of {link_id}", **given)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _user(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))


def test_a_link_is_found_by_the_hash_of_its_secret_and_by_its_user(store: Store) -> None:
    link = a_link(by_mail=False)
    store.commit(SaveAccountLink(link))
    assert store.find_account_link("hash of k1") == link
    assert store.find_account_link("hash of k2") is None
    assert store.account_links(["u1", "u2"], INVITATION) == {"u1": link}
    assert store.account_links(["u1"], PASSWORD) == {}
    assert store.account_links([], INVITATION) == {}


def test_a_user_has_one_link_of_each_purpose(store: Store) -> None:
    store.commit(SaveAccountLink(a_link()))
    store.commit(SaveAccountLink(a_link("k2", purpose=PASSWORD)))
    store.commit(SaveAccountLink(a_link("k3")))
    assert store.find_account_link("hash of k1") is None
    assert store.account_links(["u1"], INVITATION) == {"u1": a_link("k3")}
    assert store.account_links(["u1"], PASSWORD) == {"u1": a_link("k2", purpose=PASSWORD)}
    store.commit(SaveAccountLink(a_link("k3")))
    assert store.find_account_link("hash of k3") == a_link("k3")


def test_no_two_links_have_one_secret_and_nobody_who_does_not_exist_has_one(store: Store) -> None:
    store.commit(SaveAccountLink(a_link()))
    store.commit(AddUser(a_user("u2")))
    with pytest.raises(AlreadyExists):
        store.commit(SaveAccountLink(replace(a_link("k2", "u2"), secret_hash="hash of k1")))
    with pytest.raises(NotFound):
        store.commit(SaveAccountLink(a_link("k3", "u3")))
    assert store.find_account_link("hash of k1") == a_link()


def test_a_link_is_taken_back_once(store: Store) -> None:
    store.commit(SaveAccountLink(a_link()))
    store.commit(RemoveAccountLink("u1", INVITATION))
    assert store.find_account_link("hash of k1") is None
    with pytest.raises(NotFound):
        store.commit(RemoveAccountLink("u1", INVITATION))


def test_a_link_is_used_once_together_with_the_change_of_its_user(store: Store) -> None:
    store.commit(SaveAccountLink(a_link()))
    was = store.user("u1")
    come = replace(was, password_hash="new", email="new@example.org")
    store.commit(UseAccountLink(a_link(), come, was, NOW + MINUTE))
    assert store.user("u1") == come
    assert store.find_user("new@example.org") == come
    assert store.find_account_link("hash of k1") == a_link(used_at=NOW + MINUTE)
    with pytest.raises(MovedOn):
        store.commit(UseAccountLink(a_link(), replace(come, password_hash="third"), come, NOW + HOUR))
    assert store.user("u1") == come


def test_a_link_that_was_replaced_or_taken_back_changes_nobody(store: Store) -> None:
    was = store.user("u1")
    come = replace(was, password_hash="new")
    with pytest.raises(MovedOn):
        store.commit(UseAccountLink(a_link(), come, was, NOW))
    store.commit(SaveAccountLink(a_link()))
    store.commit(SaveAccountLink(a_link("k2")))
    with pytest.raises(MovedOn):
        store.commit(UseAccountLink(a_link(), come, was, NOW))
    assert store.user("u1") == was


def test_a_link_takes_no_address_of_somebody_else_and_stays_good(store: Store) -> None:
    store.commit(AddUser(a_user("u2")))
    store.commit(SaveAccountLink(a_link()))
    was = store.user("u1")
    with pytest.raises(AlreadyExists):
        store.commit(UseAccountLink(a_link(), replace(was, email="U2@example.org"), was, NOW))
    assert store.find_account_link("hash of k1") == a_link()
    store.commit(SaveUser(replace(was, name="Ada")))
    with pytest.raises(MovedOn):
        store.commit(UseAccountLink(a_link(), replace(was, password_hash="new"), was, NOW))


def test_links_go_with_their_user(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    store.commit(AddUser(a_user("u2", student_id="21")))
    store.commit(SaveAccountLink(a_link()))
    store.commit(SaveAccountLink(a_link("k2", "u2")))
    store.commit(RemoveUser("u1"))
    store.commit(RemoveStudent("21"))
    assert store.find_account_link("hash of k1") is store.find_account_link("hash of k2") is None
    store.commit(AddUser(a_user("u1")))
    assert store.account_links(["u1", "u2"], INVITATION) == {}


def test_accounts_are_found_by_their_students(store: Store) -> None:
    for student_id in ("21", "22", "23"):
        store.commit(AddStudent(a_student(student_id)))
    store.commit(AddUser(a_user("u2", student_id="21")))
    store.commit(AddUser(a_user("u3", student_id="22")))
    store.commit(AddUser(a_user("u4", "first@example.org", student_id="22")))
    found = store.accounts_of(["21", "22", "23", "99"])
    assert {student_id: user.id for student_id, user in found.items()} == {"21": "u2", "22": "u4"}
    assert store.accounts_of([]) == {}


def test_what_was_chosen_for_the_site_is_replaced_as_it_was_read(store: Store) -> None:
    assert store.site_settings() == {}
    store.commit(SaveSiteSettings({"name": "한빛고"}, {}))
    with pytest.raises(MovedOn):
        store.commit(SaveSiteSettings({"name": "Other"}, {}))
    assert store.site_settings() == {"name": "한빛고"}
    store.commit(SaveSiteSettings({}, {"name": "한빛고"}))
    assert store.site_settings() == {}
    store.commit(SaveSiteSettings({"margin": "5"}, {}))
    assert store.site_settings() == {"margin": "5"}
