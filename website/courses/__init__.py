"""Courses: the list, one course with its roster, and what an admin changes about them."""

from flask import Blueprint

blueprint = Blueprint("courses", __name__, url_prefix="/courses", template_folder="templates")

from website.courses import roster, views  # noqa: E402, F401  (they add their pages to the blueprint)
