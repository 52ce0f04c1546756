"""What a teacher answers, and the file that came with what was asked."""

from __future__ import annotations

from pathlib import PurePosixPath

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import Appeal, AppealKind, Role, Status
from attendance.sentences import no_appeal
from attendance.use_cases.appeals.answering import accept_excuse, accept_objection, decline
from website.access import course_or_404, roles_required
from website.appeals.views import blueprint
from website.current import current_services, signed_in_user
from website.sentences import in_words

STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.post("/<course_id>/<appeal_id>/answer")
@roles_required(*STAFF)
def answer(course_id: str, appeal_id: str) -> ResponseReturnValue:
    """Accepted or not, with words."""
    course_or_404(course_id)
    appeal = current_services().store.appeal(course_id, appeal_id)
    try:
        answered = _answered(appeal)
    except (Conflict, InvalidInput) as refused:
        flash(in_words(refused), "warning")
    else:
        flash(_("Accepted.") if answered.is_accepted else _("Declined. The student reads why."), "success")
    return redirect(url_for("review.index"))


@blueprint.get("/<course_id>/<appeal_id>/file")
@roles_required()
def file(course_id: str, appeal_id: str) -> ResponseReturnValue:
    """As a download only, for those who answer and for the student who sent it."""
    course_or_404(course_id)
    appeal, user = current_services().store.appeal(course_id, appeal_id), signed_in_user()
    if user.role is Role.STUDENT and user.student_id != appeal.student_id:
        raise no_appeal()
    if appeal.file_key is None:
        raise NotFound("The file was erased.")
    content = current_services().media.read(appeal.file_key)
    name = f"{appeal.kind.value}-{appeal.at:%Y-%m-%d}{PurePosixPath(appeal.file_key).suffix}"
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _answered(appeal: Appeal) -> Appeal:
    services, user, words = current_services(), signed_in_user(), request.form.get("answer", "")
    if request.form.get("accepted") != "yes":
        return decline(services, user, appeal.course_id, appeal.id, words)
    if appeal.kind is AppealKind.EXCUSE:
        return accept_excuse(services, user, appeal.course_id, appeal.id, words)
    status = next((one for one in Status if one.value == request.form.get("status")), None)
    if status is None:
        raise InvalidInput("Choose what the student was.")
    return accept_objection(services, user, appeal.course_id, appeal.id, status, words)
