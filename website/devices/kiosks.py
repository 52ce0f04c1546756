"""How a kiosk is set up, on its device's page."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput
from attendance.model import Role
from attendance.use_cases.kiosks.setting_up import set_kiosk
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.devices.forms import SlotForm
from website.devices.views import blueprint, device_page, kiosk_form


@blueprint.post("/<device_id>/kiosk")
@roles_required(Role.ADMIN)
def set_kiosk_up(device_id: str) -> ResponseReturnValue:
    """Who may use it, what it asks for, and how it speaks."""
    services = current_services()
    device = services.store.device(device_id)
    form = kiosk_form(device)
    if form.validate_on_submit():
        try:
            set_kiosk(services, device_id, form.settings(), by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The changes are saved."), "success")
            return redirect(url_for("devices.show", device_id=device_id))
    return device_page(device, SlotForm(), kiosk=form)
