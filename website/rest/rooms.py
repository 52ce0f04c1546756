"""What stands in a room measures, and when which course meets there: the timetable, readings and alarms of devices."""

from __future__ import annotations

from typing import Any

import marshmallow as ma
from flask import url_for
from flask.typing import ResponseReturnValue

from attendance.errors import Phrase
from attendance.model import Alarm, Role, Slot
from attendance.sentences import no_slot
from attendance.use_cases.courses.timetable import add_slot, remove_slot, timetable_of_room
from attendance.use_cases.devices.reading import day_of_readings, see_alarm
from website.current import current_services, reader_timezone, signed_in_user
from website.openapi.schemas import LenientSchema, Text, WholeNumber
from website.rest.blueprint import blueprint, check_version
from website.rest.paging import PageAnswer, PageQuery, cut, page_of

_NO_DATE: dict[str, Any] = dict.fromkeys(("invalid", "null", "format"), Phrase("must be a day such as 2026-03-02."))
_DAY = "Of your own time zone, such as 2026-03-02."


class SlotSchema(LenientSchema):
    """A course meets in the device's room."""

    course_id = Text(required=True)
    weekday = WholeNumber(required=True, metadata={"description": "0 is Monday."})
    starts = Text(required=True, metadata={"description": "Such as 09:00."})
    ends = Text(required=True)
    from_on = ma.fields.Date(load_default=None, allow_none=True, error_messages=_NO_DATE)
    until_on = ma.fields.Date(load_default=None, allow_none=True, error_messages=_NO_DATE)


class SlotAnswer(ma.Schema):
    """A line of the timetable."""

    id = ma.fields.String()
    course_id = ma.fields.String()
    room = ma.fields.String()
    weekday = ma.fields.Integer()
    starts = ma.fields.String()
    ends = ma.fields.String()
    from_on = ma.fields.Date(allow_none=True)
    until_on = ma.fields.Date(allow_none=True)


class TimetableAnswer(PageAnswer):
    """A page of a room's timetable, sorted by weekday and start."""

    items = ma.fields.List(ma.fields.Nested(SlotAnswer))


class DayQuery(LenientSchema):
    """Of which day."""

    day = ma.fields.Date(
        load_default=None, error_messages=_NO_DATE, metadata={"description": f"{_DAY} Left out, it is today."}
    )


class SpanAnswer(ma.Schema):
    """What the readings of five minutes add up to."""

    at = ma.fields.AwareDateTime()
    count = ma.fields.Integer()
    coolest_c = ma.fields.Float()
    mean_c = ma.fields.Float()
    hottest_c = ma.fields.Float()
    skin_c = ma.fields.Float(allow_none=True, metadata={"description": "The highest estimate, before the offset."})


class DayAnswer(ma.Schema):
    """What a device measured on a day; five minutes without a reading are left out."""

    starts_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
    spans = ma.fields.List(ma.fields.Nested(SpanAnswer))


class AlarmsQuery(PageQuery):
    """Which alarms."""

    device = Text(load_default="", metadata={"description": "The id of a device."})
    unseen = ma.fields.Boolean(
        load_default=False,
        error_messages=dict.fromkeys(("invalid", "null"), Phrase("must be true or false.")),
        metadata={"description": "Only those that nobody looked at."},
    )


class AlarmAnswer(ma.Schema):
    """A temperature that reached its device's threshold: a screening, and no diagnosis."""

    id = ma.fields.String()
    device_id = ma.fields.String()
    at = ma.fields.AwareDateTime()
    temperature_c = ma.fields.Float()
    threshold_c = ma.fields.Float(attribute="line_c")
    seen_by = ma.fields.String(allow_none=True, metadata={"description": "The id of a user."})
    seen_at = ma.fields.AwareDateTime(allow_none=True)


class AlarmsAnswer(PageAnswer):
    """A page of alarms, the newest first."""

    items = ma.fields.List(ma.fields.Nested(AlarmAnswer))


@blueprint.operation("GET", "/devices/<device_id>/timetable", "devices:read", Role.ADMIN)
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, TimetableAnswer)
@blueprint.refuses(404)
def timetable(asked: dict[str, Any], device_id: str) -> ResponseReturnValue:
    """The timetable of the room in which a device stands."""
    found = cut(_slots(device_id), asked)
    return page_of(found, found.items)


@blueprint.operation("POST", "/devices/<device_id>/timetable", "devices:write", Role.ADMIN)
@blueprint.arguments(SlotSchema)
@blueprint.response(201, SlotAnswer)
@blueprint.refuses(404)
def add_a_slot(words: dict[str, Any], device_id: str) -> ResponseReturnValue:
    """Say that a course meets in the room of a device."""
    device = current_services().store.device(device_id)
    added = add_slot(current_services(), **words, room=device.room, by=signed_in_user().id)
    told = {name: getattr(added, name) for name in SlotAnswer().fields}
    return told, 201, {"Location": url_for("rest.slot", device_id=device_id, slot_id=added.id)}


@blueprint.operation("GET", "/devices/<device_id>/timetable/<slot_id>", "devices:read", Role.ADMIN)
@blueprint.response(200, SlotAnswer)
@blueprint.refuses(404)
def slot(device_id: str, slot_id: str) -> Slot:
    """One line of the timetable."""
    for found in _slots(device_id):
        if found.id == slot_id:
            return found
    raise no_slot()


@blueprint.operation("DELETE", "/devices/<device_id>/timetable/<slot_id>", "devices:write", Role.ADMIN, versioned=True)
@blueprint.response(204)
@blueprint.refuses(404, 412)
def remove_a_slot(device_id: str, slot_id: str) -> None:
    """Remove a line of the timetable; lectures that it made stay."""
    slot(device_id, slot_id)
    check_version(slot, device_id=device_id, slot_id=slot_id)
    remove_slot(current_services(), slot_id, by=signed_in_user().id)


@blueprint.operation("GET", "/devices/<device_id>/readings", "devices:read", Role.ADMIN)
@blueprint.arguments(DayQuery, location="query")
@blueprint.response(200, DayAnswer)
@blueprint.refuses(404)
def readings(asked: dict[str, Any], device_id: str) -> dict[str, Any]:
    """What a device measured on a day."""
    zone = reader_timezone()
    day = asked["day"] or current_services().now().astimezone(zone).date()
    measured = day_of_readings(current_services(), device_id, day, timezone=str(zone))
    return {"starts_at": measured.starts_at, "ends_at": measured.ends_at, "spans": measured.spans}


@blueprint.operation("GET", "/alarms", "devices:read", Role.ADMIN)
@blueprint.arguments(AlarmsQuery, location="query")
@blueprint.response(200, AlarmsAnswer)
@blueprint.refuses(404)
def alarms(asked: dict[str, Any]) -> ResponseReturnValue:
    """Alarms of all devices, or of one."""
    store = current_services().store
    device_id = store.device(asked["device"]).id if asked["device"] else None
    found = store.alarms(device_id=device_id, unseen_only=asked["unseen"], page=asked["page"], size=asked["size"])
    return page_of(found, found.items)


@blueprint.operation("GET", "/alarms/<alarm_id>", "devices:read", Role.ADMIN)
@blueprint.response(200, AlarmAnswer)
@blueprint.refuses(404)
def alarm(alarm_id: str) -> Alarm:
    """One alarm."""
    return current_services().store.alarm(alarm_id)


@blueprint.operation("POST", "/alarms/<alarm_id>/seen", "devices:write", Role.ADMIN)
@blueprint.response(200, AlarmAnswer)
@blueprint.refuses(404)
def alarm_seen(alarm_id: str) -> ResponseReturnValue:
    """Say that somebody looked at an alarm; who did so first stays."""
    see_alarm(current_services(), alarm_id, by=signed_in_user().id)
    return alarm(alarm_id), 200, {"Content-Location": url_for("rest.alarm", alarm_id=alarm_id)}


def _slots(device_id: str) -> list[Slot]:
    """Raises NotFound (device)."""
    room = current_services().store.device(device_id).room
    return [row.slot for row in timetable_of_room(current_services(), room)]
