"""The alarms of all devices, with picture and reading, and the button that says that somebody looked."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.use_cases.devices.reading import list_alarms, names_of_users, see_alarm
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.devices.forms import ConfirmForm
from website.devices.heat_map import heat_map
from website.devices.views import blueprint
from website.request_args import page_number

_PAGE_SIZE = 20


@blueprint.get("/alarms")
@roles_required(Role.ADMIN)
def alarms() -> ResponseReturnValue:
    """Newest first; of one device, or only those that nobody has looked at, where the address asks for it."""
    services, wanted = current_services(), _wanted()
    device = services.store.device(str(wanted["device"])) if "device" in wanted else None
    page = list_alarms(
        services,
        device_id=device.id if device else None,
        unseen_only="unseen" in wanted,
        page=page_number(request.args),
        size=_PAGE_SIZE,
    )
    if page.number > page.pages:
        return redirect(url_for("devices.alarms", **wanted, page=page.pages))
    return render_template(
        "devices/alarms.html",
        page=page,
        device=device,
        wanted=wanted,
        maps={entry.alarm.id: heat_map(entry.reading) for entry in page.items if entry.reading},
        names=names_of_users(services, [entry.alarm.seen_by for entry in page.items if entry.alarm.seen_by]),
    )


@blueprint.post("/alarms/<alarm_id>/seen")
@roles_required(Role.ADMIN)
def alarm_seen(alarm_id: str) -> ResponseReturnValue:
    """Somebody looked at it; then back to the list as it was."""
    current_services().store.alarm(alarm_id)
    if ConfirmForm().validate_on_submit():
        see_alarm(current_services(), alarm_id, by=signed_in_user().id)
    return redirect(url_for("devices.alarms", **_wanted(), page=page_number(request.args)))


def _wanted() -> dict[str, Any]:
    """The filters of the address."""
    found = {"device": request.args.get("device", "")[:64], "unseen": request.args.get("unseen", "") and "1"}
    return {name: value for name, value in found.items() if value}
