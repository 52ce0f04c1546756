"""What an admin decides of a door, on its device's page."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput, NotFound
from attendance.model import Role
from attendance.use_cases.doors.doors import set_door
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.devices.forms import DoorForm, SlotForm
from website.devices.views import blueprint, device_page, door_form


@blueprint.post("/<device_id>/door")
@roles_required(Role.ADMIN)
def set_door_up(device_id: str) -> ResponseReturnValue:
    """Whether it records visits, who sees them, and whether it is told names."""
    services = current_services()
    device = services.store.device(device_id)
    form: DoorForm = door_form(device)
    if form.validate_on_submit():
        try:
            set_door(
                services,
                device_id,
                records=form.records.data,
                staff_ids=form.staff.data or [],
                tells_names=form.tells_names.data,
                by=signed_in_user().id,
            )
        except (InvalidInput, NotFound) as refused:
            form.refuse(refused)
        else:
            flash(_("The changes are saved."), "success")
            return redirect(url_for("devices.show", device_id=device_id))
    return device_page(device, SlotForm(), form)
