"""Calendars of lectures: their addresses on the page of the account, and the files behind them, without a login."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.use_cases.exports.calendar import (
    ALL,
    calendar_path,
    end_calendars,
    make_calendar_key,
    read_calendar,
)
from attendance.words import Words
from website.access import roles_required, visible_courses
from website.current import current_services, current_settings, signed_in_user
from website.exports.views import blueprint
from website.forms import Form
from website.language import page_language


@blueprint.get("/account/calendar")
@roles_required()
def calendar() -> ResponseReturnValue:
    """The addresses, where there are any."""
    user, services = signed_in_user(), current_services()
    base = current_settings().address or url_for("home.index", _external=True).rstrip("/")
    courses = visible_courses()
    addresses = []
    if user.calendar_key is not None:
        scopes = [(ALL, _("All my lectures")), *((one.id, f"{one.label} · {one.name}") for one in courses)]
        addresses = [(words, f"{base}{calendar_path(services, user, scope)}") for scope, words in scopes]
    return render_template("exports/calendar.html", form=Form(), addresses=addresses)


@blueprint.post("/account/calendar/new")
@roles_required()
def new_calendar() -> ResponseReturnValue:
    """New addresses; those of before end."""
    if Form().validate_on_submit():
        make_calendar_key(current_services(), signed_in_user().id)
        flash(_("Your calendars have new addresses. Those of before, if there were any, have ended."), "success")
    return redirect(url_for("exports.calendar"))


@blueprint.post("/account/calendar/end")
@roles_required()
def end_calendar() -> ResponseReturnValue:
    """No addresses any more."""
    if Form().validate_on_submit():
        end_calendars(current_services(), signed_in_user().id)
        flash(_("Your calendars have ended."), "success")
    return redirect(url_for("exports.calendar"))


@blueprint.get("/calendar/<user_id>/<scope>/<signature>.ics")
def feed(user_id: str, scope: str, signature: str) -> ResponseReturnValue:
    """For programs of calendars, which cannot sign in."""
    words = Words(page_language(), current_settings().timezone)
    _user, content = read_calendar(current_services(), user_id, scope, signature, words)
    response = Response(content, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="lectures.ics"'
    response.headers["Cache-Control"] = "private, max-age=300"
    return response
