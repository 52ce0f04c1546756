"""The page of the site's settings, for admins."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import InvalidInput
from attendance.logo import MOST_BYTES
from attendance.model import Role
from attendance.rules.threshold_costs import COSTS, STRANGERS_FOR_REVIEW, STUDENTS_FOR_REVIEW
from attendance.use_cases.site.changing import change_logo, change_site
from attendance.use_cases.site.reading import SETTING_OF, lines_of, site
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.sentences import in_words
from website.site.forms import LogoForm, SiteForm

blueprint = Blueprint("site", __name__, url_prefix="/site", template_folder="templates")


@blueprint.route("/", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """All that can be chosen, and what the environment fixes."""
    services = current_services()
    said = services.store.site_settings()
    form = SiteForm(data={name: said.get(name, "") for name in SETTING_OF})
    if form.validate_on_submit():
        chosen = {name: form[name].data or "" for name in SETTING_OF if name in request.form}
        before = site(services, anew=True)
        try:
            after = change_site(services, chosen, by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The settings are saved."), "success")
            if lines_of(before) != lines_of(after):
                flash(_("Lectures are marked again with the new thresholds; that takes a while."), "info")
            return redirect(url_for("site.index"))
    found = site(services, anew=True)
    return render_template(
        "site/index.html",
        form=form,
        logo_form=LogoForm(formdata=None),
        found=found,
        thresholds=services.faces.thresholds,
        usual=services.faces.thresholds_for(None, None, None),
        costs=COSTS,
        students_for_review=STUDENTS_FOR_REVIEW,
        strangers_for_review=STRANGERS_FOR_REVIEW,
        is_local=not services.faces.charges_by_minute,
    )


@blueprint.post("/logo")
@roles_required(Role.ADMIN)
def logo() -> ResponseReturnValue:
    """Another logo, or none."""
    services, form = current_services(), LogoForm()
    file = form.logo.data
    wants_none = request.form.get("remove") == "yes"
    if not form.validate_on_submit() or not (wants_none or file):
        flash(_("Choose a picture first."), "warning")
        return redirect(url_for("site.index"))
    try:
        change_logo(services, None if wants_none else file.read(MOST_BYTES + 1), by=signed_in_user().id)
    except InvalidInput as refused:
        flash(in_words(refused), "warning")
    else:
        flash(_("The logo is removed.") if wants_none else _("The logo is saved."), "success")
    return redirect(url_for("site.index"))
