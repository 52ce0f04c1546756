"""New pairing codes and keys: shown in the answer that makes them and nowhere else."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from attendance.model import Role
from attendance.use_cases.devices.devices import give_key, new_pairing_code
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.devices.forms import ConfirmForm
from website.devices.views import blueprint


@blueprint.post("/<device_id>/code")
@roles_required(Role.ADMIN)
def new_code(device_id: str) -> ResponseReturnValue:
    """A code that pairs the device within an hour."""
    device = current_services().store.device(device_id)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("devices.show", device_id=device_id))
    offered = new_pairing_code(current_services(), device_id, by=signed_in_user().id)
    return render_template("devices/code.html", offered=offered, device=device)


@blueprint.post("/<device_id>/key")
@roles_required(Role.ADMIN)
def new_key(device_id: str) -> ResponseReturnValue:
    """A key to be copied by hand, where the device cannot be asked to pair."""
    current_services().store.device(device_id)
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for("devices.show", device_id=device_id))
    made = give_key(current_services(), device_id, by=signed_in_user().id)
    return render_template("devices/key.html", made=made, device=made.device)
