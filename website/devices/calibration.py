"""The page where a device's sensor is calibrated and its alarm threshold is set."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput
from attendance.model import Device, Role
from attendance.use_cases.devices.devices import PROPOSED_THRESHOLD_C, calibrate_device, set_alarm_threshold
from attendance.use_cases.devices.reading import latest_reading
from website.access import roles_required
from website.current import current_services, reader_timezone, signed_in_user
from website.devices.forms import AlarmThresholdForm, CalibrationForm
from website.devices.views import blueprint


@blueprint.get("/<device_id>/calibration")
@roles_required(Role.ADMIN)
def calibration(device_id: str) -> ResponseReturnValue:
    """How to do it, the offset with its date, and the alarm threshold."""
    device = current_services().store.device(device_id)
    return _page(device, _offset_form(device), _threshold_form(device))


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
    return _page(device, form, _threshold_form(device))


@blueprint.post("/<device_id>/alarm-threshold")
@roles_required(Role.ADMIN)
def alarm_threshold(device_id: str) -> ResponseReturnValue:
    """Switch alarms on or off."""
    device = current_services().store.device(device_id)
    form = AlarmThresholdForm()
    if form.validate_on_submit():
        given_c = PROPOSED_THRESHOLD_C if form.threshold_c.data is None else form.threshold_c.data
        threshold_c = given_c if form.is_on.data else None
        try:
            set_alarm_threshold(current_services(), device_id, threshold_c=threshold_c, by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            words = _("Alarms are on.") if threshold_c is not None else _("No alarms are made any more.")
            flash(words, "success")
            return redirect(url_for("devices.calibration", device_id=device_id))
    return _page(device, _offset_form(device), form)


def _page(device: Device, offset_form: CalibrationForm, threshold_form: AlarmThresholdForm) -> str:
    return render_template(
        "devices/calibration.html",
        device=device,
        reading=latest_reading(current_services(), device.id),
        offset_form=offset_form,
        threshold_form=threshold_form,
    )


def _offset_form(device: Device) -> CalibrationForm:
    """With today's date: it is measured anew, whatever was measured before."""
    today = current_services().now().astimezone(reader_timezone()).date()
    return CalibrationForm(formdata=None, data={"offset_c": device.calibration_offset_c, "on": today})


def _threshold_form(device: Device) -> AlarmThresholdForm:
    is_on, threshold_c = device.alarm_line_c is not None, device.alarm_line_c or PROPOSED_THRESHOLD_C
    return AlarmThresholdForm(formdata=None, data={"is_on": is_on, "threshold_c": threshold_c})
