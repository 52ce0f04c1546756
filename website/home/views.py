"""The first page: what is on today, what waits, who is at risk; /healthz tells a monitor whether the site is well."""

from __future__ import annotations

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from attendance.errors import ServiceUnavailable
from attendance.model import Role
from attendance.use_cases.dashboard import WEEKS, lectures_of_today, read_dashboard
from attendance.use_cases.lectures.log import own_courses
from website.access import roles_required, visible_courses
from website.current import current_services, reader_timezone, signed_in_user
from website.home.week_chart import week_chart
from website.sentences import in_words

blueprint = Blueprint("home", __name__, template_folder="templates")


@blueprint.get("/")
@roles_required()
def index() -> ResponseReturnValue:
    """Of the own courses, of all for admins; students see their own figures."""
    user, services, zone = signed_in_user(), current_services(), str(reader_timezone())
    courses = visible_courses()
    if user.role is Role.STUDENT:
        return render_template(
            "home/student.html",
            today=lectures_of_today(services, courses, zone),
            figures=own_courses(services, user.student_id) if user.student_id else (),
            zone=zone,
        )
    chosen = request.args.get("course", "")
    shown = [course for course in courses if course.id == chosen] or courses
    everywhere = user.role is Role.ADMIN and len(shown) == len(courses)
    board = read_dashboard(services, shown, zone, everywhere=everywhere)
    return render_template(
        "home/index.html",
        board=board,
        chart=week_chart(board.weeks),
        all_courses=courses,
        chosen=chosen if len(shown) < len(courses) or len(courses) == 1 else "",
        weeks=WEEKS,
        zone=zone,
    )


@blueprint.get("/healthz")
def health() -> ResponseReturnValue:
    """200 while the store answers, else 503."""
    try:
        current_services().store.check()
    except ServiceUnavailable as lost:
        return jsonify(status="unavailable", message=in_words(lost)), 503
    return jsonify(status="ok")
