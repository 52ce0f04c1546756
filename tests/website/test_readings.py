"""The heat map of the latest reading, the chart of a day, and the list of alarms."""

from __future__ import annotations

import base64
import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient
from PIL import Image

from attendance.changes import SaveDevice
from attendance.model import Device, Reading, new_id
from attendance.services import Services
from attendance.use_cases.devices.devices import calibrate_device, set_alarm_threshold
from attendance.use_cases.devices.reading import day_of_readings
from tests.website.browsing import post_form
from tests.website.measuring import measure, measure_for, paired_device
from website.devices.day_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, day_chart
from website.devices.heat_map import heat_map, scale_of

SEOUL = "Asia/Seoul"
DAY = date(2026, 3, 2)
MIDNIGHT = datetime(2026, 3, 1, 15, 0, tzinfo=UTC)  # of that day in Seoul
HEAD_C, ROOM_C = 35.0, 21.0


@pytest.fixture
def device(services: Services) -> Device:
    """One that has a key."""
    return paired_device(services)


def reading_of(*pixels_c: float) -> Reading:
    return Reading("0" * 32, "d", MIDNIGHT, pixels_c, 24.0)


def decoded(address: str) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")


class TestHeatMap:
    warm_corner = reading_of(34.0, *[22.0] * 63)

    def test_the_hottest_pixel_is_where_it_was_measured(self) -> None:
        assert heat_map(self.warm_corner).hottest == (0, 0)
        assert heat_map(reading_of(*[22.0] * 63, 34.0)).hottest == (7, 7)
        assert heat_map(reading_of(*[22.0] * 10, 34.0, *[22.0] * 53)).hottest == (1, 2)

    def test_warm_is_light_and_cool_is_dark(self) -> None:
        picture = decoded(heat_map(self.warm_corner).picture)
        assert sum(picture.getpixel((2, 2))) > 500
        assert sum(picture.getpixel((150, 150))) < 150

    def test_between_pixels_colours_change_smoothly(self) -> None:
        picture = decoded(heat_map(self.warm_corner).picture).convert("L")
        row = [picture.getpixel((x, 4)) for x in range(12, 48)]
        steps = [abs(one - other) for one, other in pairwise(row)]
        assert row[0] - row[-1] > 120
        assert max(steps) < 20

    def test_the_scale_has_degrees_from_hot_to_cool(self) -> None:
        heat = heat_map(self.warm_corner)
        assert [tick.words for tick in heat.ticks] == ["22 °C", "24 °C", "26 °C", "28 °C", "30 °C", "32 °C", "34 °C"]
        assert heat.ticks[0].at > heat.ticks[-1].at
        scale = decoded(heat.scale)
        assert sum(scale.getpixel((0, 0))) > sum(scale.getpixel((0, scale.height - 1)))

    def test_noise_of_an_empty_room_is_not_drawn_as_warmth(self) -> None:
        low_c, high_c = scale_of(reading_of(*[21.0] * 32, *[21.5] * 32))
        assert high_c - low_c >= 6
        assert low_c < 21 < high_c

    @pytest.mark.parametrize("temperature_c", [-20.0, 0.0, 21.0, 100.0])
    def test_any_even_temperature_can_be_drawn(self, temperature_c: float) -> None:
        assert heat_map(reading_of(*[temperature_c] * 64)).ticks

    def test_the_widest_scale_can_be_drawn(self) -> None:
        assert len(heat_map(reading_of(-20.0, 100.0, *[20.0] * 62)).ticks) <= 7


class TestDayChart:
    def chart_of(self, services: Services, device: Device, day: date = DAY, zone: str = SEOUL):
        return day_chart(day_of_readings(services, device.id, day, timezone=zone), day, zone)

    def test_a_day_without_readings_has_none(self, services: Services, device: Device) -> None:
        assert self.chart_of(services, device) is None

    def test_a_gap_stays_a_gap(self, services: Services, device: Device) -> None:
        measure_for(services, device, MIDNIGHT, 30, HEAD_C)
        measure_for(services, device, MIDNIGHT + timedelta(hours=2), 30, HEAD_C)
        chart = self.chart_of(services, device)
        assert len(chart.mean.paths) == 2
        assert len(chart.skin.paths) == 2

    def test_where_nobody_is_there_only_the_skin_has_a_gap(self, services: Services, device: Device) -> None:
        measure_for(services, device, MIDNIGHT, 15, HEAD_C)
        measure_for(services, device, MIDNIGHT + timedelta(minutes=15), 15, None)
        measure_for(services, device, MIDNIGHT + timedelta(minutes=30), 15, HEAD_C)
        chart = self.chart_of(services, device)
        assert (len(chart.skin.paths), len(chart.mean.paths)) == (2, 1)

    def test_a_span_that_stands_alone_is_a_dot(self, services: Services, device: Device) -> None:
        measure(services, device, MIDNIGHT + timedelta(hours=12))
        chart = self.chart_of(services, device)
        assert chart.skin.paths == []
        ((x, _y),) = chart.skin.dots
        assert x == pytest.approx(LEFT + (WIDTH - LEFT - RIGHT) / 2, abs=3)

    def test_the_offset_is_in_the_skin_and_not_in_the_mean(self, services: Services, device: Device) -> None:
        measure(services, device, MIDNIGHT + timedelta(hours=1))
        device = calibrate_device(services, device.id, offset_c=1.5, on=DAY, by=None)
        chart = self.chart_of(services, device)
        assert chart.highest_skin_c == HEAD_C + 1.5
        assert chart.rows[0].skin_c == HEAD_C + 1.5
        assert chart.rows[0].hottest_c == HEAD_C

    def test_the_alarm_line_is_always_within_the_chart(self, services: Services, device: Device) -> None:
        measure(services, device, MIDNIGHT + timedelta(hours=1), 31.0)
        assert self.chart_of(services, device).alarm_y is None
        set_alarm_threshold(services, device.id, threshold_c=37.5, by=None)
        assert TOP < self.chart_of(services, device).alarm_y < HEIGHT - BOTTOM

    def test_hours_are_those_of_the_readers_day(self, services: Services, device: Device) -> None:
        measure(services, device, MIDNIGHT)
        ticks = self.chart_of(services, device).hours
        assert [tick.words for tick in ticks] == [f"{hour:02}:00" for hour in range(0, 24, 3)]
        assert ticks[0].at == LEFT

    def test_a_day_of_25_hours_is_drawn_to_its_end(self, services: Services, device: Device) -> None:
        zone, day = "Europe/Berlin", date(2025, 10, 26)
        measure(services, device, datetime(2025, 10, 26, 22, 30, tzinfo=UTC))  # 23:30 by the clock on the wall
        chart = self.chart_of(services, device, day, zone)
        assert chart.rows[0].clock == "23:00"
        assert chart.hours[-1].words == "21:00"
        assert LEFT < chart.hours[-1].at < chart.skin.dots[0][0] < WIDTH - RIGHT

    def test_nothing_leaves_the_chart(self, services: Services, device: Device) -> None:
        for hour, skin_c in ((0, 44.9), (23, 28.0)):
            measure_for(services, device, MIDNIGHT + timedelta(hours=hour), 60, skin_c)
        chart = self.chart_of(services, device)
        numbers = [float(one) for path in (*chart.skin.paths, *chart.mean.paths) for one in re.findall(r"[\d.]+", path)]
        assert min(numbers[::2]) >= LEFT and max(numbers[::2]) <= WIDTH - RIGHT
        assert min(numbers[1::2]) >= TOP and max(numbers[1::2]) <= HEIGHT - BOTTOM


def test_the_page_without_readings_says_so(admin_client: FlaskClient, device: Device) -> None:
    text = admin_client.get(f"/devices/{device.id}/readings").text
    assert "No reading yet" in text
    assert "Nothing was measured on this day" in text


def test_the_page_shows_the_latest_reading_with_its_degrees(
    admin_client: FlaskClient, services: Services, device: Device
) -> None:
    calibrate_device(services, device.id, offset_c=1.5, on=DAY, by=None)
    measure(services, device, services.now() - timedelta(minutes=5), 30.0)
    measure(services, device, services.now())
    text = admin_client.get(f"/devices/{device.id}/readings").text
    for words in ("36.5 °C", "35.0 °C", "21.0 °C", "24.5 °C", "+1.50", "data:image/png;base64,"):
        assert words in text
    assert "not of now" not in text


def test_the_estimate_without_offset_stands_there_for_whoever_calibrates_again(
    admin_client: FlaskClient, services: Services, device: Device
) -> None:
    calibrate_device(services, device.id, offset_c=1.5, on=DAY, by=None)
    measure(services, device, services.now(), 34.0)
    words = admin_client.get(f"/devices/{device.id}/readings/live").text.partition("Without offset")[2]
    assert "34.0 °C" in words.partition("</dd>")[0]


def test_what_the_script_asks_for_is_the_heat_map_alone(
    admin_client: FlaskClient, services: Services, device: Device
) -> None:
    measure(services, device, services.now())
    text = admin_client.get(f"/devices/{device.id}/readings/live").text
    assert "<svg" in text
    assert "<html" not in text


def test_an_old_reading_is_not_shown_as_one_of_now(
    admin_client: FlaskClient, services: Services, device: Device
) -> None:
    measure(services, device, services.now() - timedelta(minutes=2))
    assert "not of now" in admin_client.get(f"/devices/{device.id}/readings").text


@pytest.mark.parametrize("day", ["", "nonsense", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_nonsense_for_a_day_is_today(admin_client: FlaskClient, services: Services, device: Device, day: str) -> None:
    measure(services, device, services.now())
    answer = admin_client.get(f"/devices/{device.id}/readings?day={day}")
    assert answer.status_code == 200
    assert "Chart of the day" in answer.text


def test_pages_hold_no_style_and_no_script_of_their_own(
    admin_client: FlaskClient, services: Services, device: Device
) -> None:
    measure(services, device, services.now(), 38.0)
    for address in ("/devices", f"/devices/{device.id}", f"/devices/{device.id}/readings", "/devices/alarms"):
        text = admin_client.get(address).text
        assert " style=" not in text
        assert "<style" not in text
        assert not re.search(r"<script(?![^>]* src=)", text)


@pytest.fixture
def alarmed(services: Services, device: Device) -> Device:
    """With an old alarm and a new one."""
    services.store.commit(SaveDevice(replace(device, alarm_line_c=37.5)))
    for ago in (timedelta(hours=3), timedelta()):
        measure(services, device, services.now() - ago, 38.25 if ago else 39.0)
    return services.store.device(device.id)


def test_without_alarms_the_list_says_where_they_are_switched_on(admin_client: FlaskClient) -> None:
    assert "Alarms are off until a threshold is set" in admin_client.get("/devices/alarms").text


def test_alarms_are_shown_newest_first_with_reading_and_line(admin_client: FlaskClient, alarmed: Device) -> None:
    text = admin_client.get("/devices/alarms").text
    assert text.index("39.0 °C") < text.index("38.2 °C")
    assert text.count("The threshold was 37.5 °C.") == 2
    assert text.count('class="heat"') == 2
    assert text.count("no picture") == 2


def test_an_alarm_that_somebody_saw_says_who_and_leaves_the_open_ones(
    admin_client: FlaskClient, services: Services, alarmed: Device
) -> None:
    newest = services.store.alarms().items[0]
    where = "/devices/alarms?unseen=1"
    answer = post_form(admin_client, f"/devices/alarms/{newest.id}/seen?unseen=1", token_from=where)
    assert answer.location.startswith("/devices/alarms?unseen=1")
    text = admin_client.get(where).text
    assert "39.0 °C" not in text
    assert "38.2 °C" in text
    assert "Ada Example looked at it" in admin_client.get("/devices/alarms").text


def test_alarms_can_be_those_of_one_device(admin_client: FlaskClient, services: Services, alarmed: Device) -> None:
    other = paired_device(services, "Other", "B2")
    assert "39.0 °C" in admin_client.get(f"/devices/alarms?device={alarmed.id}").text
    assert "39.0 °C" not in admin_client.get(f"/devices/alarms?device={other.id}").text
    assert admin_client.get("/devices/alarms?device=nothing").status_code == 404


def test_an_alarm_that_is_none_is_not_found(admin_client: FlaskClient) -> None:
    assert post_form(admin_client, f"/devices/alarms/{new_id()}/seen", token_from="/account").status_code == 404
