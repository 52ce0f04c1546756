"""What every Store keeps to about access tokens, and about requests that are done once."""

from dataclasses import replace

import pytest

from attendance.changes import AddAccessToken, AddStudent, AddUser, RemoveStudent, RemoveUser, RevokeAccessToken
from attendance.errors import AlreadyExists, NotFound
from attendance.model import RepeatableRequest
from attendance.ports import Store
from tests.contract.samples import HOUR, MINUTE, NOW, a_student, a_token, a_user

REQUEST = RepeatableRequest("r1", "u1", "hash", NOW)


@pytest.fixture(autouse=True)
def _user(store: Store) -> None:
    store.commit(AddUser(a_user("u1")))


def test_a_token_is_found_by_the_hash_of_its_secret(store: Store) -> None:
    token = a_token(name="스크립트", used_at=NOW + MINUTE)
    store.commit(AddAccessToken(token))
    assert store.find_access_token("hash of t1") == token
    assert store.find_access_token("hash of t2") is None
    assert store.access_tokens("u1") == [token]
    assert store.access_tokens("u2") == []


def test_tokens_are_listed_newest_first(store: Store) -> None:
    for number in range(3):
        store.commit(AddAccessToken(a_token(f"t{number}", created_at=NOW + number * MINUTE)))
    assert [one.id for one in store.access_tokens("u1")] == ["t2", "t1", "t0"]


def test_no_two_tokens_have_one_secret(store: Store) -> None:
    store.commit(AddAccessToken(a_token()))
    with pytest.raises(AlreadyExists):
        store.commit(AddAccessToken(a_token("t2", secret_hash="hash of t1")))
    assert [one.id for one in store.access_tokens("u1")] == ["t1"]


def test_nobody_who_does_not_exist_has_a_token(store: Store) -> None:
    with pytest.raises(NotFound):
        store.commit(AddAccessToken(a_token(user_id="u2")))
    assert store.find_access_token("hash of t1") is None


def test_use_is_noted_and_brings_no_token_back(store: Store) -> None:
    store.see_access_token("u1", "t1", NOW)
    assert store.access_tokens("u1") == []
    store.commit(AddAccessToken(a_token()))
    store.see_access_token("u1", "t1", NOW + MINUTE)
    assert store.access_tokens("u1") == [a_token(used_at=NOW + MINUTE)]


def test_a_token_is_revoked_once_and_by_its_user_alone(store: Store) -> None:
    store.commit(AddAccessToken(a_token()))
    for user_id, token_id in (("u2", "t1"), ("u1", "t2")):
        with pytest.raises(NotFound):
            store.commit(RevokeAccessToken(user_id, token_id, NOW))
    store.commit(RevokeAccessToken("u1", "t1", NOW + MINUTE))
    store.commit(RevokeAccessToken("u1", "t1", NOW + HOUR))
    assert store.find_access_token("hash of t1") == a_token(revoked_at=NOW + MINUTE)


def test_tokens_and_requests_go_with_their_user(store: Store) -> None:
    store.commit(AddAccessToken(a_token()))
    store.claim_request(REQUEST)
    store.commit(RemoveUser("u1"))
    assert store.find_access_token("hash of t1") is None
    store.commit(AddUser(a_user("u1")))
    store.commit(AddAccessToken(a_token()))
    assert store.claim_request(REQUEST) is None


def test_tokens_go_with_the_account_of_a_removed_student(store: Store) -> None:
    store.commit(AddStudent(a_student("21")))
    store.commit(AddUser(a_user("u2", student_id="21")))
    store.commit(AddAccessToken(a_token(user_id="u2")))
    store.commit(RemoveStudent("21"))
    assert store.find_access_token("hash of t1") is None


def test_a_request_is_claimed_once(store: Store) -> None:
    assert store.claim_request(REQUEST) is None
    assert store.claim_request(replace(REQUEST, content_hash="other", at=NOW + MINUTE)) == REQUEST
    done = replace(REQUEST, status=201, location="/api/v1/courses/c1")
    store.finish_request(done)
    assert store.claim_request(REQUEST) == done


def test_a_forgotten_request_may_be_claimed_again_but_not_by_who_is_late(store: Store) -> None:
    store.claim_request(REQUEST)
    store.forget_request(REQUEST)
    later = replace(REQUEST, at=NOW + MINUTE)
    assert store.claim_request(later) is None
    store.forget_request(REQUEST)
    store.finish_request(replace(REQUEST, status=201))
    assert store.claim_request(REQUEST) == later


def test_a_request_of_nobody_is_refused(store: Store) -> None:
    with pytest.raises(NotFound):
        store.claim_request(replace(REQUEST, user_id="u2"))


def test_old_requests_are_no_hindrance_after_pruning_or_are_left_to_the_database(store: Store) -> None:
    store.claim_request(REQUEST)
    young = replace(REQUEST, id="r2", at=NOW + HOUR)
    store.claim_request(young)
    store.remove_old_requests(NOW + MINUTE)
    assert store.claim_request(young) == young
