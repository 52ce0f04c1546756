"""The notice to print and put up at a door, in every language of the site, with what is set for this door."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from attendance.languages import LANGUAGES
from attendance.model import Device, Owner, Role
from attendance.sentences import no_device
from attendance.use_cases.doors.doors import staff_of
from attendance.use_cases.unknowns.vectors import keeps_vectors
from attendance.words import Words
from website.access import roles_required
from website.current import current_services, current_settings
from website.devices.views import blueprint


@dataclass(frozen=True, slots=True)
class NoticeText:
    """In one language: a heading, a sentence, and what is said under each word; a blank is filled in by hand."""

    language: str
    heading: str
    opening: str
    lines: list[tuple[str, str, bool]]


@blueprint.get("/<device_id>/notice")
@roles_required(Role.ADMIN)
def door_notice(device_id: str) -> ResponseReturnValue:
    """One door's."""
    door = current_services().store.device(device_id)
    if not door.is_door:
        raise no_device()
    return render_template("devices/door_notice.html", device=door, texts=[_text(door, one) for one in LANGUAGES][::-1])


def _text(door: Device, language: str) -> NoticeText:
    services, settings = current_services(), current_settings()
    _ = Words(language, settings.timezone)
    staff = ", ".join(user.name or user.email for user in staff_of(services, door))
    lines = [
        (
            _("What is stored"),
            _(
                "A picture of the face of who comes, date, time and place, a thermal picture of 8x8 points and an "
                "estimate of skin temperature (within 2.5 °C, no diagnosis)."
            ),
            False,
        ),
        (_("Who is known"), _known(_, door), False),
        (
            _("How long"),
            _.count(
                "Pictures and temperatures are erased after %(num)s day.",
                "Pictures and temperatures are erased after %(num)s days.",
                settings.visit_days,
            ),
            False,
        ),
        (_("Who sees it"), _("The admins and the staff of this door:") + (f" {staff}" if staff else ""), not staff),
        (
            _("To say no"),
            _("Consent can be taken back at any time; the visits are then erased at once. To come in unrecorded:"),
            True,
        ),
        (_("Questions"), _("To see or to erase what is stored, ask:"), True),
    ]
    opening = _("There is a camera and a thermal sensor here.")
    return NoticeText(language, _("Visits are recorded at this door"), opening, lines)


def _known(_: Words, door: Device) -> str:
    known = _("Only students who agreed to visits being recorded are known by name.")
    if not keeps_vectors(current_services(), Owner.door(door.id)):
        return f"{known} " + _("Everybody else is stored as a picture without a name; no face vector is made of them.")
    others = _("Everybody else is stored as a picture without a name.")
    vectors = _.count(
        "So that one person is not taken for several, face vectors of them are kept for %(num)s day and name nobody.",
        "So that one person is not taken for several, face vectors of them are kept for %(num)s days and name nobody.",
        current_settings().unknown_days,
    )
    return f"{known} {others} {vectors}"
