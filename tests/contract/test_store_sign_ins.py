"""What every Store keeps to about ways of signing in beside the password."""

from dataclasses import replace
from typing import Any

import pytest

from attendance.changes import (
    AddPasskey,
    AddStudent,
    AddUser,
    LinkSignOn,
    RemoveFaceLogin,
    RemovePasskey,
    RemoveStudent,
    RemoveUser,
    SaveFaceLogin,
    SavePasskey,
    UnlinkSignOn,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import FaceLogin, Passkey, SignOnAccount, passkey_id, sign_on_account_id
from attendance.ports import Store
from tests.contract.samples import HOUR, MINUTE, NOW, a_student, a_user

FACE = FaceLogin("u1", "engine", (0.25, -0.5, 1 / 3), NOW, "2")


@pytest.fixture(autouse=True)
def _users(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))
    store.commit(AddUser(a_user("u2")))


def an_account(subject: str = "x", **more: Any) -> SignOnAccount:
    issuer = "https://idp.example"
    given = {"user_id": "u1", "linked_at": NOW} | more
    return SignOnAccount(sign_on_account_id(issuer, subject), issuer, subject, **given)


def a_passkey(credential: str = "c1", **more: Any) -> Passkey:
    given = {"user_id": "u1", "name": "전화기", "public_key": "key", "sign_count": 2**32 - 1, "made_at": NOW} | more
    return Passkey(id=passkey_id(credential), credential_id=credential, **given)


def test_an_account_of_the_sign_on_leads_to_one_user(store: Store) -> None:
    store.commit(LinkSignOn(an_account("x" * 3000)))
    store.commit(LinkSignOn(an_account("y", linked_at=NOW + MINUTE)))
    assert store.sign_on_account(sign_on_account_id("https://idp.example", "y")) == an_account(
        "y", linked_at=NOW + MINUTE
    )
    assert store.sign_on_accounts("u1") == [an_account("x" * 3000), an_account("y", linked_at=NOW + MINUTE)]
    assert store.sign_on_account(sign_on_account_id("https://other.example", "y")) is None


def test_linked_again_it_leads_to_the_other_alone(store: Store) -> None:
    store.commit(LinkSignOn(an_account()))
    other = an_account(user_id="u2", linked_at=NOW + HOUR)
    store.commit(LinkSignOn(other))
    store.commit(LinkSignOn(other))
    assert store.sign_on_accounts("u1") == []
    assert store.sign_on_accounts("u2") == [other]


def test_an_account_is_unlinked_by_its_own_user_alone(store: Store) -> None:
    store.commit(LinkSignOn(an_account()))
    store.commit(UnlinkSignOn("u2", an_account().id))
    assert store.sign_on_accounts("u1") == [an_account()]
    store.commit(UnlinkSignOn("u1", an_account().id))
    store.commit(UnlinkSignOn("u1", an_account().id))
    assert store.sign_on_accounts("u1") == []
    assert store.sign_on_account(an_account().id) is None


def test_nobody_who_does_not_exist_has_a_way_in(store: Store) -> None:
    for change in (
        LinkSignOn(an_account(user_id="u3")),
        AddPasskey(a_passkey(user_id="u3")),
        SaveFaceLogin(replace(FACE, user_id="u3")),
    ):
        with pytest.raises(NotFound):
            store.commit(change)
    assert store.sign_on_account(an_account().id) is None
    assert store.passkey(a_passkey().id) is None
    assert store.face_login("u3") is None


def test_a_passkey_is_added_once_and_found_by_its_credential(store: Store) -> None:
    store.commit(AddPasskey(a_passkey("c" * 1364)))
    store.commit(AddPasskey(a_passkey("d", made_at=NOW + MINUTE)))
    for user_id in ("u1", "u2"):
        with pytest.raises(AlreadyExists):
            store.commit(AddPasskey(a_passkey("d", user_id=user_id)))
    assert store.passkey(passkey_id("d")) == a_passkey("d", made_at=NOW + MINUTE)
    assert [one.credential_id for one in store.passkeys("u1")] == ["c" * 1364, "d"]
    assert store.passkeys("u2") == []


def test_of_two_uses_at_once_one_is_refused(store: Store) -> None:
    before = a_passkey()
    store.commit(AddPasskey(before))
    used = replace(before, sign_count=7, used_at=NOW + MINUTE)
    store.commit(SavePasskey(used, before))
    with pytest.raises(MovedOn):
        store.commit(SavePasskey(replace(used, sign_count=8), before))
    assert store.passkey(before.id) == used


def test_a_passkey_is_removed_by_its_own_user_alone(store: Store) -> None:
    store.commit(AddPasskey(a_passkey()))
    with pytest.raises(NotFound):
        store.commit(RemovePasskey("u2", a_passkey().id))
    store.commit(RemovePasskey("u1", a_passkey().id))
    with pytest.raises(NotFound):
        store.commit(RemovePasskey("u1", a_passkey().id))
    with pytest.raises(NotFound):
        store.commit(SavePasskey(a_passkey(), a_passkey()))
    assert store.passkeys("u1") == []


def test_a_face_is_stored_exactly_and_replaced(store: Store) -> None:
    store.commit(SaveFaceLogin(FACE))
    assert store.face_login("u1") == FACE
    assert store.face_login("u2") is None
    later = replace(FACE, vector=(1.0,), used_at=NOW + HOUR)
    store.commit(SaveFaceLogin(later))
    assert store.face_login("u1") == later
    store.commit(RemoveFaceLogin("u1"))
    assert store.face_login("u1") is None
    with pytest.raises(NotFound):
        store.commit(RemoveFaceLogin("u1"))


def test_all_ways_in_go_with_their_user(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    store.commit(AddUser(a_user("u4", student_id="21")))
    for user_id in ("u1", "u4"):
        store.commit(LinkSignOn(an_account(user_id, user_id=user_id)))
        store.commit(AddPasskey(a_passkey(user_id, user_id=user_id)))
        store.commit(SaveFaceLogin(replace(FACE, user_id=user_id)))
    store.commit(RemoveUser("u1"))
    store.commit(RemoveStudent("21"))
    for user_id in ("u1", "u4"):
        assert store.sign_on_account(an_account(user_id).id) is None
        assert store.passkey(passkey_id(user_id)) is None
        assert store.face_login(user_id) is None
