"""The check-ins of a day for admins and teachers, with their file, and a student's own."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.rules.door_check_ins import is_there
from attendance.rules.paging import page_of
from attendance.use_cases.kiosks.reading import (
    CheckInFilter,
    Presence,
    check_ins_as_csv,
    check_ins_of_day,
    check_ins_of_student,
    today,
)
from attendance.use_cases.kiosks.registering import waiting_people
from website.access import roles_required
from website.current import current_services, current_site, signed_in_user
from website.exports.views import as_file
from website.language import page_language
from website.navigation import STAFF
from website.request_args import date_or_none, page_number

blueprint = Blueprint("door_check_ins", __name__, url_prefix="/check-ins", template_folder="templates")

_PAGE_SIZE = 50
_LONGEST_TEXT = 100
_OWN = 100


@blueprint.get("/")
@roles_required(*STAFF)
def index() -> ResponseReturnValue:
    """Who checked in and out on a day."""
    services, wanted = current_services(), _wanted()
    day = check_ins_of_day(services, signed_in_user(), wanted)
    page = page_of(day.items, page_number(request.args), _PAGE_SIZE)
    if page.number > max(1, page.pages):
        return redirect(url_for("door_check_ins.index", **_args(wanted)))  # type: ignore[arg-type]
    return render_template(
        "door_check_ins/index.html",
        wanted=wanted,
        day=day,
        page=page,
        args=_args(wanted),
        today=today(services),
        zone=current_site().timezone,
        has_kiosks=any(device.is_kiosk for device in services.store.devices()),
        waiting=len(waiting_people(services)) if signed_in_user().role is Role.ADMIN else 0,
    )


@blueprint.get("/download.csv")
@roles_required(*STAFF)
def download() -> ResponseReturnValue:
    """The same as a file."""
    content = check_ins_as_csv(current_services(), signed_in_user(), _wanted(), page_language())
    return as_file(content, "check-ins", "csv")


@blueprint.get("/mine")
@roles_required(Role.STUDENT)
def mine() -> ResponseReturnValue:
    """A student's own check-ins, and nobody else's."""
    services, own = current_services(), signed_in_user().student_id
    found = check_ins_of_student(services, own, limit=_OWN) if own is not None else ()
    return render_template(
        "door_check_ins/mine.html",
        check_ins=found,
        there={one.id for one in found if is_there(one, services.now())},
        zone=current_site().timezone,
    )


def _wanted() -> CheckInFilter:
    """What nonsense the address holds is passed over."""
    args = request.args
    presence = next((one for one in Presence if one.value == args.get("presence")), Presence.ALL)
    day = date_or_none(args.get("day", ""))
    if day is None or not 1970 < day.year < 9000:
        day = today(current_services())
    words = {name: args.get(name, "").replace("\0", "").strip()[:_LONGEST_TEXT] for name in ("room", "text")}
    return CheckInFilter(day, words["room"], words["text"], presence)


def _args(wanted: CheckInFilter) -> dict[str, str]:
    """The filter as arguments of an address, without those that say nothing."""
    presence = wanted.presence.value if wanted.presence is not Presence.ALL else ""
    args = {"day": wanted.day.isoformat(), "room": wanted.room, "text": wanted.text, "presence": presence}
    return {name: value for name, value in args.items() if value}
