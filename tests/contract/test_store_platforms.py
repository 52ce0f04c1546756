"""What every Store keeps to with webhooks that admins added, learning platforms, and what is linked to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance.changes import (
    AddCourse,
    AddNotice,
    AddPlatform,
    AddToolKey,
    AddUser,
    AddWebhook,
    LinkAccount,
    LinkCourse,
    RemoveCourse,
    RemovePlatform,
    RemoveUser,
    RemoveWebhook,
    SavePlatform,
    SavePlatformCourse,
    SaveWebhook,
    UnlinkAccount,
    UnlinkCourse,
)
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import WEBHOOK, LoginState, Platform, PlatformAccount, PlatformCourse, ToolKey, Webhook
from attendance.ports import Store
from tests.contract.samples import HOUR, MINUTE, NOW, a_course, a_user
from tests.contract.test_store_notices import a_notice


def a_platform(platform_id: str = "p1", **more: Any) -> Platform:
    given: dict[str, Any] = {
        "name": "Moodle",
        "issuer": "https://moodle.example",
        "client_id": f"client of {platform_id}",
        "deployment_ids": frozenset({"1", "2"}),
        "auth_url": "https://moodle.example/auth",
        "token_url": "https://moodle.example/token",
        "keys_url": "https://moodle.example/keys",
        "added_at": NOW,
    } | more
    return Platform(platform_id, **given)


def a_link(link_id: str = "l1", course_id: str = "c1", **more: Any) -> PlatformCourse:
    return PlatformCourse("p1", link_id, course_id, "수학", "https://moodle.example/roster", "", NOW, **more)


def an_account(subject: str = "그 사람#1", user_id: str = "u1") -> PlatformAccount:
    return PlatformAccount("p1", subject, user_id, NOW)


@pytest.fixture
def linked(store: Store) -> Store:
    """With a platform, a course and a user, linked."""
    for change in (AddCourse(a_course("c1")), AddUser(a_user("u1")), AddPlatform(a_platform())):
        store.commit(change)
    store.commit(LinkCourse(a_link()))
    store.commit(LinkAccount(an_account()))
    return store


def test_webhooks_are_listed_as_they_were_added_and_changed_by_one_at_a_time(store: Store) -> None:
    first, second = Webhook("w1", "https://a.example/x", NOW + HOUR), Webhook("w2", "https://b.example/x", NOW)
    for one in (first, second):
        store.commit(AddWebhook(one))
    assert store.webhooks() == [second, first]
    paused = replace(first, is_paused=True)
    store.commit(SaveWebhook(paused, first))
    assert store.webhook("w1") == paused
    with pytest.raises(MovedOn):
        store.commit(SaveWebhook(first, first))
    with pytest.raises(AlreadyExists):
        store.commit(AddWebhook(first))
    store.commit(RemoveWebhook("w1"))
    assert store.webhooks() == [second]
    for refused in (RemoveWebhook("w1"), SaveWebhook(first, first)):
        with pytest.raises(NotFound):
            store.commit(refused)
    with pytest.raises(NotFound):
        store.webhook("w1")


def test_the_notices_of_a_program_are_found_newest_first_until_they_are_old(store: Store) -> None:
    for hours in range(3):
        store.commit(AddNotice(a_notice(f"n{hours}", channel=WEBHOOK, receiver="a#1", created_at=NOW + hours * HOUR)))
    store.commit(AddNotice(a_notice("other", channel=WEBHOOK, receiver="b#1")))
    assert [one.id for one in store.notices_to("a#1", 2)] == ["n2", "n1"]
    assert store.notices_to("c#1", 2) == []


def test_issuer_and_client_id_together_are_one_platform(store: Store) -> None:
    store.commit(AddPlatform(a_platform()))
    store.commit(AddPlatform(a_platform("p2", name="Canvas")))
    with pytest.raises(AlreadyExists):
        store.commit(AddPlatform(a_platform("p3", client_id="client of p1")))
    assert store.platforms() == [a_platform("p2", name="Canvas"), a_platform()]
    changed = replace(a_platform(), vouches_for_mail=True, deployment_ids=frozenset({"3"}))
    store.commit(SavePlatform(changed, a_platform()))
    assert store.platform("p1") == changed
    with pytest.raises(MovedOn):
        store.commit(SavePlatform(changed, a_platform()))
    with pytest.raises(NotFound):
        store.platform("p3")


def test_a_course_of_a_platform_is_linked_to_the_last_that_was_chosen(linked: Store) -> None:
    assert linked.platform_course("p1", "l1") == a_link()
    linked.commit(AddCourse(a_course("c2", code="C2")))
    linked.commit(LinkCourse(a_link(course_id="c2")))
    assert linked.platform_courses("c1") == []
    assert linked.platform_courses("c2") == [a_link(course_id="c2")]
    sent = a_link(course_id="c2", sends_grades=True, line_item_url="https://moodle.example/1", sent_at=NOW)
    linked.commit(SavePlatformCourse(sent, a_link(course_id="c2")))
    assert linked.platform_course("p1", "l1") == sent
    with pytest.raises(MovedOn):
        linked.commit(SavePlatformCourse(sent, a_link(course_id="c2")))
    linked.commit(UnlinkCourse("p1", "l1"))
    assert linked.platform_course("p1", "l1") is None and linked.platform_courses("c2") == []
    for refused in (UnlinkCourse("p1", "l1"), LinkCourse(a_link(course_id="c9")), SavePlatformCourse(sent, sent)):
        with pytest.raises(NotFound):
            linked.commit(refused)


def test_an_account_is_linked_to_the_last_that_was_chosen(linked: Store) -> None:
    linked.commit(AddUser(a_user("u2", email="u2@example.org")))
    linked.commit(LinkAccount(an_account(user_id="u2")))
    assert linked.platform_accounts("u1") == []
    assert linked.platform_accounts("u2") == [an_account(user_id="u2")]
    assert linked.platform_account("p1", "그 사람#1") == an_account(user_id="u2")
    linked.commit(UnlinkAccount("p1", "그 사람#1"))
    linked.commit(UnlinkAccount("p1", "그 사람#1"))
    assert linked.platform_account("p1", "그 사람#1") is None and linked.platform_accounts("u2") == []
    with pytest.raises(NotFound):
        linked.commit(LinkAccount(an_account(user_id="u9")))


def test_links_go_with_the_course_the_user_and_the_platform(linked: Store) -> None:
    linked.commit(RemoveCourse("c1"))
    linked.commit(RemoveUser("u1"))
    assert linked.platform_course("p1", "l1") is None
    assert linked.platform_account("p1", "그 사람#1") is None
    linked.commit(AddCourse(a_course("c1")))
    linked.commit(AddUser(a_user("u1")))
    assert linked.platform_courses("c1") == [] and linked.platform_accounts("u1") == []
    linked.commit(LinkCourse(a_link()))
    linked.commit(LinkAccount(an_account()))
    linked.begin_login(LoginState("s1", "p1", "nonce", NOW))
    linked.commit(RemovePlatform("p1"))
    assert linked.platform_courses("c1") == [] and linked.platform_accounts("u1") == []
    assert linked.take_login("s1") is None
    with pytest.raises(NotFound):
        linked.commit(RemovePlatform("p1"))
    linked.commit(AddPlatform(a_platform()))


def test_a_login_that_began_is_good_once(linked: Store) -> None:
    state = LoginState("s1", "p1", "nonce", NOW + MINUTE)
    linked.begin_login(state)
    with pytest.raises(AlreadyExists):
        linked.begin_login(state)
    with pytest.raises(NotFound):
        linked.begin_login(LoginState("s2", "p9", "nonce", NOW))
    assert linked.take_login("s1") == state
    assert linked.take_login("s1") is None
    linked.remove_old_logins(NOW)


def test_the_site_has_one_key_pair(store: Store) -> None:
    assert store.tool_key() is None
    store.commit(AddToolKey(ToolKey("tool", "sealed", NOW)))
    with pytest.raises(AlreadyExists):
        store.commit(AddToolKey(ToolKey("tool", "another", NOW)))
    assert store.tool_key() == ToolKey("tool", "sealed", NOW)
