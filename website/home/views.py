"""The start page leads each role to what they come for; /healthz tells a monitor whether the site is well."""

from __future__ import annotations

from flask import Blueprint, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from attendance.errors import ServiceUnavailable
from attendance.model import Role
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.sentences import in_words

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@roles_required()
def index() -> ResponseReturnValue:
    """Lectures for those who teach, the own attendance for students."""
    return redirect(url_for("log.mine" if signed_in_user().role is Role.STUDENT else "lectures.index"))


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """200 while the store answers, else 503."""
    try:
        current_services().store.check()
    except ServiceUnavailable as lost:
        return jsonify(status="unavailable", message=in_words(lost)), 503
    return jsonify(status="ok")
