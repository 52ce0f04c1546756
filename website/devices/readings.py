"""What a device's sensor measures: the heat map of this moment, and the chart of a day."""

from __future__ import annotations

from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from attendance.model import Device, Role
from attendance.use_cases.devices.reading import day_of_readings, latest_reading
from website.access import roles_required
from website.current import current_services, reader_timezone
from website.devices.day_chart import day_chart
from website.devices.heat_map import heat_map
from website.devices.views import blueprint
from website.request_args import date_or_none

STALE_AFTER = timedelta(minutes=1)
_FIRST_DAY, _LAST_DAY = date(2020, 1, 1), date(2100, 1, 1)


@blueprint.get("/<device_id>/readings")
@roles_required(Role.ADMIN)
def readings(device_id: str) -> ResponseReturnValue:
    """The heat map, which goes on by itself, and the chart of the day that the address asks for."""
    services, zone = current_services(), reader_timezone()
    device = services.store.device(device_id)
    today = services.now().astimezone(zone).date()
    asked = date_or_none(request.args.get("day", ""))
    day = asked if asked and _FIRST_DAY <= asked <= _LAST_DAY else today
    measured = day_of_readings(services, device_id, day, timezone=str(zone))
    return render_template(
        "devices/readings.html",
        day=day,
        today=today,
        yesterday=day - timedelta(days=1),
        tomorrow=day + timedelta(days=1),
        chart=day_chart(measured, day, str(zone)),
        **_live(device),
    )


@blueprint.get("/<device_id>/readings/live")
@roles_required(Role.ADMIN)
def live_reading(device_id: str) -> ResponseReturnValue:
    """The heat map alone, for the page that asks again and again."""
    return render_template("devices/live.html", **_live(current_services().store.device(device_id)))


def _live(device: Device) -> dict[str, object]:
    services = current_services()
    reading = latest_reading(services, device.id)
    return {
        "device": device,
        "reading": reading,
        "heat": heat_map(reading) if reading else None,
        "is_stale": reading is not None and services.now() - reading.at > STALE_AFTER,
    }
