"""The lines of a room's timetable, on the page of a device that stands there."""

from __future__ import annotations

from datetime import time

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role
from attendance.use_cases.courses.timetable import add_slot, remove_slot, timetable_of_room
from website.access import roles_required, visible_courses
from website.current import current_services, signed_in_user
from website.devices.forms import ConfirmForm, SlotForm
from website.devices.views import blueprint, device_page


@blueprint.post("/<device_id>/timetable")
@roles_required(Role.ADMIN)
def add_line(device_id: str) -> ResponseReturnValue:
    """A course meets in the device's room."""
    services = current_services()
    device = services.store.device(device_id)
    form = SlotForm()
    form.offer(visible_courses())
    if form.validate_on_submit():
        try:
            add_slot(
                services,
                course_id=form.course_id.data,
                room=device.room,
                weekday=form.weekday.data,
                starts=_clock(form.starts.data),
                ends=_clock(form.ends.data),
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                by=signed_in_user().id,
            )
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
        else:
            flash(_("The timetable of %(room)s was changed.", room=device.room), "success")
            return redirect(url_for("devices.show", device_id=device_id))
    return device_page(device, form)


@blueprint.post("/<device_id>/timetable/<slot_id>/remove")
@roles_required(Role.ADMIN)
def remove_line(device_id: str, slot_id: str) -> ResponseReturnValue:
    """The course does not meet there any more; lectures that were made stay."""
    services = current_services()
    device = services.store.device(device_id)
    if slot_id not in {row.slot.id for row in timetable_of_room(services, device.room)}:
        raise NotFound("There is no such line in the timetable.")
    if ConfirmForm().validate_on_submit():
        remove_slot(services, slot_id, by=signed_in_user().id)
        flash(_("The timetable of %(room)s was changed.", room=device.room), "success")
    return redirect(url_for("devices.show", device_id=device_id))


def _clock(value: time | None) -> str:
    return value.strftime("%H:%M") if value else ""
