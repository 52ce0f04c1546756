"""Webhooks that admins add: the page, and what a receiver gets that knows docs/webhooks.md alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.adapters.webhook import Webhooks
from attendance.committing import commit
from attendance.disk.secret_files import webhook_secret
from attendance.events import MarksChanged
from attendance.model import WEBHOOK, NoticeState, User
from attendance.services import Services
from attendance.use_cases.notices.webhooks import MOST_WEBHOOKS, add_webhook
from attendance.use_cases.outbox import drain
from attendance.use_cases.upkeep import sweep
from tests.website.browsing import post_form
from tests.website.webhook_receiver import WebhookReceiver

PAGE = "/notices/webhooks"
PUBLIC = "https://receiver.example/events?token=hidden"


class Clock:
    """It stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def environment() -> dict[str, str]:
    return {"ROLLCALL_PRIVATE_ADDRESSES": "yes"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def receiver(clock: Clock) -> Iterator[WebhookReceiver]:
    found = WebhookReceiver(clock.now.timestamp)
    yield found
    found.close()


@pytest.fixture
def timed(services: Services, clock: Clock) -> Services:
    """The services, with the clock, which also stamps what is sent."""
    hooks = Webhooks(
        [],
        "",
        clock=clock.now.timestamp,
        secret_of=lambda name: webhook_secret(services.settings.data, name),
        private=True,
    )
    return replace(services, now=clock, notifiers={WEBHOOK: hooks})


def marks_changed(services: Services, lecture_id: str, *keys: str) -> None:
    commit(services, MarksChanged(at=services.now(), lecture_id=lecture_id, student_keys=keys))


def wait(services: Services, clock: Clock, minutes: int) -> None:
    """As the clock of a site sweeps."""
    for _ in range(minutes):
        clock.now += timedelta(minutes=1)
        drain(services)


def told(receiver: WebhookReceiver, lecture_id: str) -> list[str]:
    return [one["student_keys"][0] for one in receiver.events if one["lecture_id"] == lecture_id]


def test_an_admin_adds_a_webhook_and_sees_its_secret_once(
    admin_client: FlaskClient, services: Services, receiver: WebhookReceiver
) -> None:
    shown = post_form(admin_client, PAGE, address=receiver.url).text
    (webhook,) = services.store.webhooks()
    secret = webhook_secret(services.settings.data, webhook.id)
    assert secret in shown
    for page in (PAGE, f"{PAGE}/{webhook.id}", "/audit/"):
        answer = admin_client.get(page)
        assert webhook.receiver in answer.text
        assert secret not in answer.text and "token=hidden" not in answer.text


def test_a_test_arrives_signed_and_stands_on_the_page(
    admin_client: FlaskClient, services: Services, receiver: WebhookReceiver
) -> None:
    made = add_webhook(services, receiver.url, by="u1")
    receiver.secret = made.secret
    page = f"{PAGE}/{made.webhook.id}"
    post_form(admin_client, f"{page}/try", token_from=page)
    assert "webhook.tried" in admin_client.get(page).text
    receiver.now = lambda: services.now().timestamp()
    sweep(services)
    (event,) = receiver.events or [None]
    assert event is not None and (event["kind"], event["webhook_id"]) == ("webhook.tried", made.webhook.id)
    assert "Sent" in admin_client.get(page).text


def test_a_receiver_that_was_down_for_an_hour_gets_each_event_once_in_the_order_of_its_lecture(
    timed: Services, clock: Clock, receiver: WebhookReceiver
) -> None:
    receiver.secret = add_webhook(timed, receiver.url, by="u1").secret
    receiver.is_down = True
    for number in range(3):
        marks_changed(timed, "lecture-a", f"a{number}")
        marks_changed(timed, "lecture-b", f"b{number}")
        wait(timed, clock, 20)
    assert receiver.events == [] and receiver.asked > 4
    receiver.is_down = False
    wait(timed, clock, 70)  # the longest pause after an hour
    assert told(receiver, "lecture-a") == ["a0", "a1", "a2"]
    assert told(receiver, "lecture-b") == ["b0", "b1", "b2"]
    assert receiver.refused == []
    asked = receiver.asked
    wait(timed, clock, 5)
    assert receiver.asked == asked


def test_what_is_signed_for_another_or_is_old_is_refused_by_who_follows_the_page(
    timed: Services, clock: Clock, receiver: WebhookReceiver
) -> None:
    receiver.secret = "another secret"
    secret = add_webhook(timed, receiver.url, by="u1").secret
    marks_changed(timed, "lecture-a", "a0")
    wait(timed, clock, 1)
    assert set(receiver.refused) == {"signature"} and receiver.events == []
    receiver.secret, receiver.now = secret, lambda: clock.now.timestamp() + 301
    wait(timed, clock, 5)
    assert "old" in receiver.refused and receiver.events == []


def test_a_receiver_that_asks_for_time_holds_up_no_other(timed: Services, clock: Clock) -> None:
    busy, other = (WebhookReceiver(clock.now.timestamp) for _ in range(2))
    try:
        busy.secret, other.secret = (add_webhook(timed, one.url, by="u1").secret for one in (busy, other))
        busy.answers = [(429, {"Retry-After": "600"})]
        marks_changed(timed, "lecture-a", "a0")
        marks_changed(timed, "lecture-b", "b0")
        wait(timed, clock, 2)
        assert len(other.events) == 2
        assert (busy.asked, busy.events) == (1, [])
        wait(timed, clock, 12)
        assert len(busy.events) == 2
    finally:
        busy.close()
        other.close()


def test_a_paused_webhook_is_told_of_nothing_and_later_of_what_happens_then(
    admin_client: FlaskClient, timed: Services, clock: Clock, receiver: WebhookReceiver
) -> None:
    made = add_webhook(timed, receiver.url, by="u1")
    receiver.secret, page = made.secret, f"{PAGE}/{made.webhook.id}"
    post_form(admin_client, f"{page}/pause", token_from=page)
    marks_changed(timed, "lecture-a", "a0")
    wait(timed, clock, 1)
    post_form(admin_client, f"{page}/resume", token_from=page)
    marks_changed(timed, "lecture-a", "a1")
    wait(timed, clock, 1)
    assert told(receiver, "lecture-a") == ["a1"]


def test_what_failed_is_sent_again_from_its_page(
    admin_client: FlaskClient, timed: Services, clock: Clock, receiver: WebhookReceiver
) -> None:
    made = add_webhook(timed, receiver.url, by="u1")
    receiver.secret, receiver.answers = made.secret, [(410, {})]
    marks_changed(timed, "lecture-a", "a0")
    wait(timed, clock, 1)
    (failed,) = timed.store.notices(NoticeState.FAILED).items
    page = f"{PAGE}/{made.webhook.id}"
    assert "says that it is gone" in admin_client.get(page).text
    post_form(admin_client, f"{page}/deliveries/{failed.id}/again", token_from=page)
    sweep(replace(timed, now=lambda: datetime.now(UTC)))
    assert told(receiver, "lecture-a") == ["a0"]


def test_a_removed_webhook_is_told_of_nothing_more(
    admin_client: FlaskClient, timed: Services, clock: Clock, receiver: WebhookReceiver
) -> None:
    made = add_webhook(timed, receiver.url, by="u1")
    marks_changed(timed, "lecture-a", "a0")
    page = f"{PAGE}/{made.webhook.id}"
    post_form(admin_client, f"{page}/remove", token_from=page)
    wait(timed, clock, 1)
    assert receiver.asked == 0 and timed.store.webhooks() == []
    assert admin_client.get(page).status_code == 404


def test_redirects_are_not_followed(timed: Services, clock: Clock, receiver: WebhookReceiver) -> None:
    add_webhook(timed, receiver.url, by="u1")
    receiver.answers = [(307, {"Location": receiver.url})] * 2
    marks_changed(timed, "lecture-a", "a0")
    wait(timed, clock, 1)
    assert receiver.asked == 1
    (waiting,) = timed.store.notices(NoticeState.WAITING).items
    assert waiting.reason is not None and "307" in waiting.reason


def test_there_are_so_many_and_each_address_once(admin_client: FlaskClient, services: Services) -> None:
    for number in range(MOST_WEBHOOKS):
        add_webhook(services, f"https://receiver.example/{number}", by="u1")
    assert "remove one of them first" in post_form(admin_client, PAGE, address=PUBLIC).text
    assert len(services.store.webhooks()) == MOST_WEBHOOKS


def test_an_address_that_may_not_be_is_refused_in_a_sentence(admin_client: FlaskClient, services: Services) -> None:
    answer = post_form(admin_client, PAGE, address="http://receiver.example/")
    assert re.search("must begin with https://", answer.text)
    assert services.store.webhooks() == []


@pytest.mark.parametrize("who", ["teacher_client", "student_client"])
def test_only_admins_see_webhooks(request: pytest.FixtureRequest, services: Services, who: str) -> None:
    made = add_webhook(services, PUBLIC, by="u1").webhook
    client: FlaskClient = request.getfixturevalue(who)
    for page in (PAGE, f"{PAGE}/{made.id}"):
        assert client.get(page).status_code == 403
    for action in ("try", "pause", "resume", "remove"):
        assert client.post(f"{PAGE}/{made.id}/{action}").status_code in (400, 403)
    assert services.store.webhooks() == [made]


class TestOfTheSettings:
    """Beside those that admins added."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_NOTICES": f"webhook+{PUBLIC}", "ROLLCALL_WEBHOOK_SECRET": "s" * 24}

    def test_they_are_listed_with_what_they_were_told(
        self, app: Flask, admin_client: FlaskClient, services: Services, admin: User
    ) -> None:
        (name,) = services.notifiers[WEBHOOK].receivers
        page = admin_client.get(PAGE).text
        assert name in page
        address = re.search(r'href="(/notices/webhooks/of-settings/[^"]+)"', page)
        assert address and name in admin_client.get(address[1]).text
