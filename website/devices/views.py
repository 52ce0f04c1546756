"""The list of devices, one device, and adding, renaming, revoking and removing it."""

from __future__ import annotations

from datetime import datetime, time

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectChoice

from attendance.errors import InvalidInput
from attendance.model import Device, DeviceKind, Owner, Role
from attendance.rules.texts import isolated
from attendance.use_cases.courses.timetable import timetable_of_room
from attendance.use_cases.devices.devices import (
    add_device,
    alarms_since,
    change_device,
    list_devices,
    remove_device,
    revoke_device,
)
from attendance.use_cases.people.reading import possible_teachers
from attendance.use_cases.unknowns.vectors import keeps_vectors
from website.access import roles_required, visible_courses
from website.current import current_services, current_settings, reader_timezone, signed_in_user
from website.devices.forms import ConfirmForm, DeviceForm, DoorForm, KioskForm, NewDeviceForm, SlotForm
from website.devices.words import WEEKDAYS, clock_s, heard_of, part_sign

blueprint = Blueprint("devices", __name__, url_prefix="/devices", template_folder="templates")
blueprint.add_app_template_filter(part_sign)
blueprint.add_app_template_filter(clock_s)


@blueprint.get("/")
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """All devices and how they are."""
    services = current_services()
    zone = reader_timezone()
    midnight = zone.localize(datetime.combine(services.now().astimezone(zone).date(), time()))
    rows = list_devices(services)
    signs = {row.device.id: heard_of(row.device, services.now()) for row in rows}
    return render_template(
        "devices/index.html", rows=rows, signs=signs, today=alarms_since(services, midnight) if rows else {}
    )


@blueprint.route("/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add() -> ResponseReturnValue:
    """A new device; the answer shows its pairing code, which is shown nowhere else."""
    form = NewDeviceForm()
    if form.validate_on_submit():
        try:
            offered = add_device(
                current_services(),
                name=form.name.data or "",
                room=form.room.data or "",
                kind=DeviceKind(form.kind.data),
                by=signed_in_user().id,
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            return render_template("devices/code.html", offered=offered, device=offered.device)
    return render_template("devices/edit.html", form=form, device=None, rooms=_rooms())


@blueprint.get("/<device_id>")
@roles_required(Role.ADMIN)
def show(device_id: str) -> ResponseReturnValue:
    """One device with the timetable of its room."""
    return device_page(current_services().store.device(device_id), SlotForm())


def device_page(device: Device, form: SlotForm, sent: DoorForm | None = None, kiosk: KioskForm | None = None) -> str:
    """The page of a device, with the form of its timetable, or of a door or kiosk, as it was sent."""
    services = current_services()
    form.offer(visible_courses())
    return render_template(
        "devices/show.html",
        device=device,
        sign=heard_of(device, services.now()),
        timetable=timetable_of_room(services, device.room),
        weekdays=WEEKDAYS,
        form=form,
        door_form=(sent or door_form(device)) if device.is_door else None,
        kiosk_form=(kiosk or kiosk_form(device)) if device.is_kiosk else None,
        check_in_days=current_settings().check_in_days,
        visit_days=current_settings().visit_days,
        unknown_days=current_settings().unknown_days,
        keeps_vectors=device.is_door and keeps_vectors(services, Owner.door(device.id)),
        gives_vectors=services.faces.gives_vectors,
    )


def door_form(device: Device) -> DoorForm:
    """As the door is set up now; all who may be named for it can be chosen."""
    now = {"records": device.visits_since is not None, "tells_names": device.tells_names, "staff": device.staff_ids}
    form = DoorForm(data=now)
    teachers = [user for user in possible_teachers(current_services()) if user.role is Role.TEACHER]
    form.staff.choices = [SelectChoice(user.id, isolated(user.name or user.email)) for user in teachers]
    return form


def kiosk_form(device: Device) -> KioskForm:
    """As the kiosk is set up now."""
    now, field = device.kiosk_settings, device.kiosk_settings.sensor_field
    quiet = {
        name: time.fromisoformat(text) if text else None
        for name, text in (("quiet_from", now.quiet_from), ("quiet_until", now.quiet_until))
    }
    form = KioskForm(
        data={
            "courses": now.course_ids,
            "liveness": now.liveness.value,
            "min_face_px": now.min_face_px,
            "language": now.language,
            "speech": now.speech.value,
            "volume": round(now.volume * 100),
            "takes_temperature": now.takes_temperature,
            "field_x": round(field.x * 100, 1),
            "field_y": round(field.y * 100, 1),
            "field_width": round(field.width * 100, 1),
            "field_height": round(field.height * 100, 1),
            **quiet,
        }
    )
    form.courses.choices = [
        SelectChoice(one.id, f"{isolated(one.label)} · {isolated(one.name)}") for one in visible_courses()
    ]
    return form


@blueprint.route("/<device_id>/change", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def change(device_id: str) -> ResponseReturnValue:
    """Rename or move it."""
    services = current_services()
    device = services.store.device(device_id)
    form = DeviceForm(obj=device)
    if form.validate_on_submit():
        try:
            change_device(
                services, device_id, name=form.name.data or "", room=form.room.data or "", by=signed_in_user().id
            )
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The changes are saved."), "success")
            return redirect(url_for("devices.show", device_id=device_id))
    return render_template("devices/edit.html", form=form, device=device, rooms=_rooms())


@blueprint.route("/<device_id>/revoke", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def revoke(device_id: str) -> ResponseReturnValue:
    """Refuse its key from now on, after asking."""
    device = current_services().store.device(device_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        revoke_device(current_services(), device_id, by=signed_in_user().id)
        flash(_("The key of %(name)s is refused from now on.", name=device.name), "success")
        return redirect(url_for("devices.index"))
    return render_template("devices/revoke.html", form=form, device=device)


@blueprint.route("/<device_id>/remove", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def remove(device_id: str) -> ResponseReturnValue:
    """Remove it with what it measured, after asking."""
    device = current_services().store.device(device_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        remove_device(current_services(), device_id, by=signed_in_user().id)
        flash(_("%(name)s was removed.", name=device.name), "success")
        return redirect(url_for("devices.index"))
    return render_template("devices/remove.html", form=form, device=device)


def _rooms() -> list[str]:
    """Those that devices stand in already."""
    return sorted({device.room for device in current_services().store.devices()})
