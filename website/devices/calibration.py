"""The page where a device's sensor is calibrated and its alarm line is set."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput
from attendance.model import Device, Role
from attendance.use_cases.devices.devices import PROPOSED_LINE_C, calibrate_device, set_alarm_line
from attendance.use_cases.devices.reading import latest_reading
from website.access import roles_required
from website.current import current_services, reader_timezone, signed_in_user
from website.devices.forms import AlarmLineForm, CalibrationForm
from website.devices.views import blueprint


@blueprint.get("/<device_id>/calibration")
@roles_required(Role.ADMIN)
def calibration(device_id: str) -> ResponseReturnValue:
    """How to do it, the offset with its date, and the alarm line."""
    device = current_services().store.device(device_id)
    return _page(device, _offset_form(device), _line_form(device))


@blueprint.post("/<device_id>/calibration")
@roles_required(Role.ADMIN)
def calibrate(device_id: str) -> ResponseReturnValue:
    """Save the offset."""
    device = current_services().store.device(device_id)
    form = CalibrationForm()
    if form.validate_on_submit() and form.offset_c.data is not None and form.on.data is not None:
        try:
            calibrate_device(
                current_services(), device_id, offset_c=form.offset_c.data, on=form.on.data, by=signed_in_user().id
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The offset is added to every estimate from now on."), "success")
            return redirect(url_for("devices.calibration", device_id=device_id))
    return _page(device, form, _line_form(device))


@blueprint.post("/<device_id>/alarm-line")
@roles_required(Role.ADMIN)
def alarm_line(device_id: str) -> ResponseReturnValue:
    """Switch alarms on or off."""
    device = current_services().store.device(device_id)
    form = AlarmLineForm()
    if form.validate_on_submit():
        given_c = PROPOSED_LINE_C if form.line_c.data is None else form.line_c.data
        line_c = given_c if form.is_on.data else None
        try:
            set_alarm_line(current_services(), device_id, line_c=line_c, by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            words = _("Alarms are on.") if line_c is not None else _("No alarms are made any more.")
            flash(words, "success")
            return redirect(url_for("devices.calibration", device_id=device_id))
    return _page(device, _offset_form(device), form)


def _page(device: Device, offset_form: CalibrationForm, line_form: AlarmLineForm) -> str:
    return render_template(
        "devices/calibration.html",
        device=device,
        reading=latest_reading(current_services(), device.id),
        offset_form=offset_form,
        line_form=line_form,
    )


def _offset_form(device: Device) -> CalibrationForm:
    """With today's date: it is measured anew, whatever was measured before."""
    today = current_services().now().astimezone(reader_timezone()).date()
    return CalibrationForm(formdata=None, data={"offset_c": device.calibration_offset_c, "on": today})


def _line_form(device: Device) -> AlarmLineForm:
    is_on = device.alarm_line_c is not None
    return AlarmLineForm(formdata=None, data={"is_on": is_on, "line_c": device.alarm_line_c or PROPOSED_LINE_C})
