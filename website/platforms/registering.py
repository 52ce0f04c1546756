"""The pages on which an admin registers learning platforms, and what to type there."""

from __future__ import annotations

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, StringField, SubmitField

from attendance.errors import AlreadyExists, InvalidInput
from attendance.model import Role
from attendance.use_cases.platforms.registering import Registered, add_platform, change_platform, remove_platform
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.forms import Form
from website.platforms.blueprint import blueprint, our_address

_CANVAS_SCOPES = [
    "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
    "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
    "https://purl.imsglobal.org/spec/lti-ags/scope/score",
]


class ChangePlatformForm(Form):
    """What may be changed of a platform."""

    name = StringField(_l("Name"))
    deployment_ids = StringField(_l("Deployment ids"))
    auth_url = StringField(_l("Authentication request URL"))
    token_url = StringField(_l("Access token URL"))
    keys_url = StringField(_l("Public keyset URL"))
    vouches_for_mail = BooleanField(_l("Its mail addresses are verified"))
    adds_accounts = BooleanField(_l("Who has no account here gets one"))
    submit = SubmitField(_l("Save"))


class PlatformForm(ChangePlatformForm):
    """A new one."""

    issuer = StringField(_l("Issuer (platform id)"))
    client_id = StringField(_l("Client id"))
    submit = SubmitField(_l("Register the platform"))


@blueprint.route("/platforms", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """All of them, our addresses, and a form for one more."""
    services, form = current_services(), PlatformForm()
    if form.validate_on_submit():
        try:
            typed = _typed(form, form.issuer.data or "", form.client_id.data or "")
            added = add_platform(services, typed, by=signed_in_user().id)
        except (InvalidInput, AlreadyExists) as refused:
            form.refuse(refused)
        else:
            flash(_("The learning platform is registered."), "success")
            return redirect(url_for("platforms.show", platform_id=added.id))
    addresses = {
        _("Initiate login URL"): our_address("platforms.begin"),
        _("Redirection URI, and tool URL"): our_address("platforms.launch"),
        _("Public keyset"): our_address("platforms.keys"),
        _("Configuration for Canvas"): our_address("platforms.canvas"),
    }
    return render_template("platforms/index.html", form=form, platforms=services.store.platforms(), addresses=addresses)


@blueprint.route("/platforms/<platform_id>", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def show(platform_id: str) -> ResponseReturnValue:
    """One of them, to be changed."""
    platform = current_services().store.platform(platform_id)
    form = ChangePlatformForm(
        name=platform.name,
        deployment_ids=" ".join(sorted(platform.deployment_ids)),
        auth_url=platform.auth_url,
        token_url=platform.token_url,
        keys_url=platform.keys_url,
        vouches_for_mail=platform.vouches_for_mail,
        adds_accounts=platform.adds_accounts,
    )
    if form.validate_on_submit():
        try:
            typed = _typed(form, platform.issuer, platform.client_id)
            change_platform(current_services(), platform_id, typed, by=signed_in_user().id)
        except InvalidInput as refused:
            form.refuse(refused)
        else:
            flash(_("The learning platform is changed."), "success")
            return redirect(url_for("platforms.index"))
    return render_template("platforms/show.html", form=form, platform=platform)


@blueprint.post("/platforms/<platform_id>/remove")
@roles_required(Role.ADMIN)
def remove(platform_id: str) -> ResponseReturnValue:
    """Nobody comes in from there any more."""
    if Form().validate_on_submit():
        remove_platform(current_services(), platform_id, by=signed_in_user().id)
        flash(_("The learning platform is removed."), "success")
    return redirect(url_for("platforms.index"))


@blueprint.get("/lti/canvas.json")
def canvas() -> ResponseReturnValue:
    """What Canvas reads where a developer key is made by URL. It holds no secret."""
    launch = our_address("platforms.launch")
    return jsonify(
        {
            "title": "Rollcall",
            "description": "Attendance from faces",
            "oidc_initiation_url": our_address("platforms.begin"),
            "target_link_uri": launch,
            "redirect_uris": [launch],
            "public_jwk_url": our_address("platforms.keys"),
            "scopes": _CANVAS_SCOPES,
            "extensions": [
                {
                    "platform": "canvas.instructure.com",
                    "privacy_level": "public",
                    "settings": {
                        "text": "Rollcall",
                        "placements": [
                            {
                                "placement": "course_navigation",
                                "message_type": "LtiResourceLinkRequest",
                                "target_link_uri": launch,
                                "windowTarget": "_blank",
                            }
                        ],
                    },
                }
            ],
            "custom_fields": {},
        }
    )


def _typed(form: ChangePlatformForm, issuer: str, client_id: str) -> Registered:
    return Registered(
        name=form.name.data or "",
        issuer=issuer,
        client_id=client_id,
        deployment_ids=(form.deployment_ids.data or "").replace(",", " ").split(),
        auth_url=form.auth_url.data or "",
        token_url=form.token_url.data or "",
        keys_url=form.keys_url.data or "",
        vouches_for_mail=form.vouches_for_mail.data,
        adds_accounts=form.adds_accounts.data,
    )
