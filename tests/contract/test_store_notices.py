"""What every Store keeps to with notices."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from attendance.changes import AddCourse, AddNotice, AddUser, SaveNotice
from attendance.errors import AlreadyExists, MovedOn, NotFound
from attendance.model import MAIL, Notice, NoticeKind, NoticeState
from attendance.ports import Store
from tests.contract.samples import HOUR, NOW, a_course, a_user
from tests.contract.test_store_commits import an_item


def a_notice(notice_id: str = "n1", **more: Any) -> Notice:
    given = {
        "kind": NoticeKind.UNSURE_WAITING,
        "channel": MAIL,
        "receiver": "user u1",
        "subject": "lecture l1",
        "body": '{"kind": "any"}',
        "created_at": NOW,
    } | more
    return Notice(id=notice_id, **given)


def test_a_notice_comes_back_as_it_was(store: Store) -> None:
    whole = a_notice(
        due_at=NOW + HOUR,
        in_digest=True,
        state=NoticeState.FAILED,
        sent_at=NOW,
        reference="the 학생 reference",
        reason="No answer.",
        names="key-of-21 key-of-22",
    )
    store.commit(AddNotice(whole))
    assert store.notice("n1") == whole


def test_a_notice_is_written_once_with_what_goes_along(store: Store) -> None:
    store.commit(AddNotice(a_notice()), an_item("first"))
    with pytest.raises(AlreadyExists):
        store.commit(AddNotice(a_notice(reason="again")), an_item("second"))
    assert store.notice("n1") == a_notice()
    assert [item.subject for item in store.outbox("mail")] == ["first"]


def test_of_two_who_change_a_notice_one_is_refused(store: Store) -> None:
    store.commit(AddNotice(a_notice()))
    sent = replace(a_notice(), state=NoticeState.SENT, sent_at=NOW, reference="r")
    store.commit(SaveNotice(sent))
    with pytest.raises(MovedOn):
        store.commit(SaveNotice(replace(a_notice(), state=NoticeState.FAILED)), an_item())
    assert store.notice("n1") == replace(sent, version=1)
    assert not store.outbox("mail")
    with pytest.raises(NotFound):
        store.commit(SaveNotice(a_notice("n9")))
    with pytest.raises(NotFound):
        store.notice("n9")


def test_notices_are_listed_by_state_newest_first(store: Store) -> None:
    for hours, name in enumerate(("n1", "n2", "n3")):
        store.commit(AddNotice(a_notice(name, created_at=NOW + hours * HOUR)))
    store.commit(SaveNotice(replace(store.notice("n2"), state=NoticeState.SENT)))
    waiting = store.notices(NoticeState.WAITING)
    assert ([one.id for one in waiting.items], waiting.total) == (["n3", "n1"], 2)
    assert [one.id for one in store.notices(NoticeState.WAITING, page=2, size=1).items] == ["n1"]
    assert [one.id for one in store.notices(NoticeState.SENT).items] == ["n2"]
    assert store.notices(NoticeState.FAILED).total == 0


def test_due_are_those_that_wait_for_a_moment_that_has_come(store: Store) -> None:
    for hours, name in ((2, "n1"), (1, "n2"), (3, "n3")):
        store.commit(AddNotice(a_notice(name, due_at=NOW + hours * HOUR)))
    store.commit(AddNotice(a_notice("n4")))
    assert store.due_notices(NOW) == []
    assert [one.id for one in store.due_notices(NOW + 2 * HOUR)] == ["n2", "n1"]
    assert [one.id for one in store.due_notices(NOW + 9 * HOUR, limit=1)] == ["n2"]
    store.commit(SaveNotice(replace(store.notice("n2"), due_at=None)))
    store.commit(SaveNotice(replace(store.notice("n1"), state=NoticeState.SENT)))
    assert [one.id for one in store.due_notices(NOW + 9 * HOUR)] == ["n3"]


def test_old_ones_go_but_not_what_waits(store: Store) -> None:
    for name, state, hours in (("n1", "sent", 0), ("n2", "waiting", 0), ("n3", "failed", 0), ("n4", "sent", 2)):
        store.commit(AddNotice(a_notice(name, state=NoticeState(state), created_at=NOW + hours * HOUR)))
    store.remove_notices(NOW + HOUR)
    left = [one.id for state in NoticeState for one in store.notices(state).items]
    assert sorted(left) == ["n2", "n4"]
    with pytest.raises(NotFound):
        store.notice("n1")


def test_what_users_and_courses_chose_is_kept_with_them(store: Store) -> None:
    user, course = a_user(notices='{"pace": "daily"}'), a_course(notices='{"slack": "#cs"}')
    store.commit(AddUser(user))
    store.commit(AddCourse(course))
    assert (store.user(user.id), store.course(course.id)) == (user, course)
