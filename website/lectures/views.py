"""The pages of lectures and their recordings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import NotFound
from attendance.model import Course, Lecture, Recording, Role, SearchStatus, Sender
from attendance.use_cases.lectures.lectures import (
    lecture_board,
    lecture_summaries,
    remove_lecture,
    remove_recording,
    search_again,
)
from attendance.use_cases.recordings.uploads import give_up, unfinished_uploads
from attendance.wall_time import wall_time
from website.access import lecture_or_404, roles_required, visible_courses
from website.current import current_services, signed_in_user
from website.lectures.forms import ConfirmForm, UploadForm
from website.lectures.search_cost import dollars, search_cost
from website.media.playable import is_playable
from website.request_args import page_number

blueprint = Blueprint("lectures", __name__, url_prefix="/lectures", template_folder="templates")

blueprint.add_app_template_filter(dollars)

STAFF = (Role.ADMIN, Role.TEACHER)


@blueprint.get("/")
@roles_required(*STAFF)
def index() -> ResponseReturnValue:
    """The lectures, newest first."""
    courses = visible_courses()
    course_id = request.args.get("course", "")
    chosen = [course for course in courses if course.id == course_id]
    page = lecture_summaries(current_services(), chosen or courses, page=page_number(request.args))
    if page.number > page.pages:
        return redirect(url_for("lectures.index", course=course_id if chosen else None, page=page.pages))
    return render_template("lectures/index.html", page=page, courses=courses, course_id=course_id if chosen else "")


@blueprint.get("/upload")
@roles_required(*STAFF)
def upload() -> ResponseReturnValue:
    """Where recordings are sent from."""
    courses = visible_courses()
    form = UploadForm(data={"course_id": request.args.get("course")})
    return render_template(
        "lectures/upload.html",
        form=form,
        courses=courses,
        unfinished=unfinished_uploads(current_services(), Sender(user_id=signed_in_user().id), courses),
        wall_time=wall_time,
        most_bytes=current_services().settings.most_upload_bytes,
        cost=search_cost(current_services()),
        takes_only_h264=current_services().settings.faces.startswith("rekognition:"),
        **_way_of_sending(),
    )


def _way_of_sending() -> dict[str, str]:
    """Which client the page uses, and where it begins."""
    if current_services().uploads.direct is not None:
        return {"sends": "direct", "endpoint": url_for("api.begin_direct_upload")}
    return {"sends": "tus", "endpoint": url_for("api.uploads")}


@blueprint.post("/upload/<upload_id>/remove")
@roles_required(*STAFF)
def remove_upload(upload_id: str) -> ResponseReturnValue:
    """Give up an unfinished upload."""
    give_up(current_services(), Sender(user_id=signed_in_user().id), upload_id)
    flash(_("The unfinished upload was removed."), "success")
    return redirect(url_for("lectures.upload"))


@blueprint.get("/<lecture_id>")
@roles_required(*STAFF)
def show(lecture_id: str) -> ResponseReturnValue:
    """One lecture with everybody in it."""
    lecture_or_404(lecture_id)
    board = lecture_board(current_services(), lecture_id)
    playable = sorted(filter(is_playable, board.recordings), key=lambda one: one.status is SearchStatus.FAILED)
    return render_template("lectures/show.html", board=board, playable=playable, form=ConfirmForm())


@blueprint.route("/<lecture_id>/remove", methods=["GET", "POST"])
@roles_required(*STAFF)
def remove(lecture_id: str) -> ResponseReturnValue:
    """Remove a lecture after asking."""
    lecture, course = lecture_or_404(lecture_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        remove_lecture(current_services(), lecture_id, by=signed_in_user().id)
        flash(_("The lecture was removed with its recordings, pictures and marks."), "success")
        return redirect(url_for("lectures.index"))
    board = lecture_board(current_services(), lecture_id)
    return render_template("lectures/remove_lecture.html", form=form, lecture=lecture, course=course, board=board)


@blueprint.route("/<lecture_id>/recordings/<recording_id>/remove", methods=["GET", "POST"])
@roles_required(*STAFF)
def remove_one_recording(lecture_id: str, recording_id: str) -> ResponseReturnValue:
    """Remove a recording after asking."""
    lecture, course, recording = _recording_or_404(lecture_id, recording_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        remove_recording(current_services(), recording_id, by=signed_in_user().id)
        flash(_("The recording was removed, and the lecture was marked without it."), "success")
        return redirect(url_for("lectures.show", lecture_id=lecture_id))
    return render_template(
        "lectures/remove_recording.html", form=form, lecture=lecture, course=course, recording=recording
    )


@blueprint.route("/<lecture_id>/recordings/<recording_id>/search", methods=["GET", "POST"])
@roles_required(*STAFF)
def search(lecture_id: str, recording_id: str) -> ResponseReturnValue:
    """Search a recording again after asking."""
    lecture, course, recording = _recording_or_404(lecture_id, recording_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        search_again(current_services(), recording_id, by=signed_in_user().id)
        flash(_("The recording is searched again."), "success")
        return redirect(url_for("lectures.show", lecture_id=lecture_id))
    return render_template("lectures/search_again.html", form=form, lecture=lecture, course=course, recording=recording)


def _recording_or_404(lecture_id: str, recording_id: str) -> tuple[Lecture, Course, Recording]:
    lecture, course = lecture_or_404(lecture_id)
    recording = current_services().store.recording(recording_id)
    if recording.lecture_id != lecture.id:
        raise NotFound("There is no such recording.")
    return lecture, course, recording
