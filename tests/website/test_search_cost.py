"""A site whose face engine charges by the minute says what searches cost, and what the month has left."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from attendance.model import Course
from attendance.services import Services
from tests.website.lecturing import create
from website.lectures.search_cost import dollars

PAGE = "/lectures/upload"


@pytest.fixture
def environment() -> dict[str, str]:
    return {"ROLLCALL_PRICE_PER_MINUTE": "0.12", "ROLLCALL_MONTHLY_BUDGET": "50"}


@pytest.fixture
def services(services: Services) -> Services:
    """The engine charges."""
    services.faces.charges_by_minute = True
    return services


def spend(services: Services, minutes: float) -> None:
    """Order searches of this month."""
    assert services.store.order_search(services.now().strftime("%Y-%m"), f"{minutes}", 60 * minutes, None)


def test_the_page_says_what_the_month_has_cost_so_far(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    spend(services, 102.5)
    page = teacher_client.get(PAGE).text
    assert "about 0.12 USD a minute of video" in page
    assert "This month: 12.30 of 50.00 USD" in page
    assert 'data-price-per-minute="0.12" data-left="37.7"' in page
    assert "is used up" not in page


def test_a_used_up_budget_is_said_before_anything_is_sent(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    spend(services, 500)
    page = teacher_client.get(PAGE).text
    assert "This month's budget for searching videos is used up" in page.replace("&#39;", "'")
    assert "This month: 60.00 of 50.00 USD" in page
    assert 'data-left="0.0"' in page


def test_a_used_up_budget_refuses_videos_and_takes_snapshots(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    assert create(teacher_client, course.id, 100).status_code == 201
    spend(services, 500)
    refused = create(teacher_client, course.id, 100)
    assert refused.status_code == 422
    assert "budget" in refused.json["error"]["message"]
    assert create(teacher_client, course.id, 100, filename="class.jpg").status_code == 201


class TestWithoutALimit:
    """ROLLCALL_MONTHLY_BUDGET is empty."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_PRICE_PER_MINUTE": "0.0025"}

    def test_the_page_says_what_was_spent(
        self, teacher_client: FlaskClient, services: Services, course: Course
    ) -> None:
        spend(services, 600)
        page = teacher_client.get(PAGE).text
        assert "about 0.0025 USD a minute of video" in page
        assert "This month: 1.50 USD" in page
        assert 'data-left=""' in page


class TestEngineOfOurOwn:
    """Searching costs nothing."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        services.faces.charges_by_minute = False
        return services

    def test_nothing_is_said_of_money(self, teacher_client: FlaskClient, course: Course) -> None:
        page = teacher_client.get(PAGE).text
        assert "data-price-per-minute" not in page
        assert 'data-part="cost"' not in page
        assert "This month:" not in page
        assert "MP4, MOV, MKV, WebM or AVI" in page


class TestRekognition:
    """It searches fewer kinds of videos than an engine of ours."""

    @pytest.fixture
    def services(self, services: Services) -> Services:
        return replace(services, settings=replace(services.settings, faces="rekognition://class"))

    def test_the_page_names_the_kinds_that_can_be_searched(self, teacher_client: FlaskClient, course: Course) -> None:
        page = teacher_client.get(PAGE).text
        assert "MP4 or MOV with H.264, up to 10.0 GB a file" in page
        assert 'accept="video/mp4,video/quicktime,.mp4,.mov,image/jpeg,image/png"' in page
        assert "MKV" not in page


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0.0, "0.00"), (0.1, "0.10"), (0.12, "0.12"), (0.0025, "0.0025"), (12.3049, "12.30"), (50.0, "50.00")],
)
def test_small_prices_keep_their_digits(amount: float, text: str) -> None:
    assert dollars(amount) == text
