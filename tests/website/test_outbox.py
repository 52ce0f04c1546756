"""The page and the commands of what could not be done yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import ERASE, OutboxItem
from attendance.services import Services
from tests.website.browsing import post_form

WHEN = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def failed(services: Services) -> OutboxItem:
    services.store.commit(OutboxItem("imports", "student 21", "{}", WHEN, WHEN))
    (item,) = services.store.outbox("imports")
    services.store.postpone_outbox(replace(item, attempts=14, error="The disk <b>did</b> not answer.", due_at=None))
    return services.store.outbox("imports")[0]


def test_nothing_is_unfinished_at_first(admin_client: FlaskClient) -> None:
    assert "Nothing is unfinished" in admin_client.get("/outbox/").text


def test_what_was_given_up_is_shown_with_its_reason(admin_client: FlaskClient, failed: OutboxItem) -> None:
    page = admin_client.get("/outbox/").text
    assert "The disk &lt;b&gt;did&lt;/b&gt; not answer." in page
    assert "given up" in page
    assert "student 21" in page


def test_it_is_tried_again_where_an_admin_says_so(
    admin_client: FlaskClient, services: Services, failed: OutboxItem
) -> None:
    answer = post_form(admin_client, "/outbox/again", token_from="/outbox/", handler="imports", item=failed.id)
    assert answer.status_code == 302
    (item,) = services.store.outbox("imports")
    assert (item.attempts, item.due_at is not None) == (0, True)


@pytest.mark.parametrize("handler", ["imports", ERASE, "nobody", ""])
def test_what_is_done_already_says_so(admin_client: FlaskClient, failed: OutboxItem, handler: str) -> None:
    post_form(admin_client, "/outbox/again", token_from="/outbox/", handler=handler, item="12345678")
    assert "It is done already." in admin_client.get("/outbox/").text


def test_teachers_do_not_see_it(teacher_client: FlaskClient) -> None:
    assert teacher_client.get("/outbox/").status_code == 403
    assert post_form(teacher_client, "/outbox/again", token_from="/account").status_code == 403


def test_commands_list_it_and_try_it_again(app: Flask, failed: OutboxItem) -> None:
    run = app.test_cli_runner().invoke
    listed = run(args=["outbox", "list"])
    assert "The disk" in listed.output
    assert run(args=["outbox", "again", "imports", failed.id]).exit_code == 0
    assert run(args=["outbox", "again", "imports", "999999"]).exit_code == 1
