"""Teachers and admins invite the roster of a course."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Role
from attendance.use_cases.people.invitations import invite_roster, standings_of_students, take_back
from attendance.use_cases.people.links import has_address, sends_mail
from website.access import course_or_404, roles_required
from website.current import current_services, signed_in_user
from website.invitations.views import InviteForm, blueprint, by_mail, invited, tell
from website.sentences import in_words

_STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.route("/courses/<course_id>/invitations", methods=["GET", "POST"])
@roles_required(*_STAFF)
def of_course(course_id: str) -> ResponseReturnValue:
    """Who has come, who is invited, and inviting those who are ticked."""
    course = course_or_404(course_id)
    services, form = current_services(), InviteForm()
    roster = services.store.roster(course_id)
    if form.validate_on_submit():
        chosen = set(request.form.getlist("chosen"))
        emails = {one.id: request.form.get(f"email-{one.key}", "") for one in roster}
        try:
            report = invite_roster(
                services,
                course_id,
                by_mail=by_mail(),
                emails=emails,
                domain=request.form.get("domain", ""),
                only={one.id for one in roster if one.key in chosen},
                by=signed_in_user().id,
            )
        except Conflict as refused:
            flash(in_words(refused), "warning")
        except InvalidInput:
            flash(_("This is not the end of an email address, such as school.example."), "warning")
        else:
            tell(report)
            return invited(report.slips, url_for("invitations.of_course", course_id=course_id))
    return render_template(
        "invitations/roster.html",
        form=form,
        course=course,
        roster=roster,
        standings=standings_of_students(services, roster),
        has_address=has_address,
        sends_mail=sends_mail(services),
    )


@blueprint.post("/courses/<course_id>/invitations/<student_key>/take-back")
@roles_required(*_STAFF)
def take_back_of_student(course_id: str, student_key: str) -> ResponseReturnValue:
    """Of somebody on the roster."""
    course_or_404(course_id)
    services = current_services()
    student = next((one for one in services.store.roster(course_id) if one.key == student_key), None)
    user = services.store.accounts_of([student.id]).get(student.id) if student else None
    if user is None:
        raise NotFound("There is no such student.")
    take_back(services, user.id, by=signed_in_user().id)
    flash(_("The invitation is taken back: its link leads nowhere any more."), "success")
    return redirect(url_for("invitations.of_course", course_id=course_id))
