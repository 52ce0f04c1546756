"""Lectures: the list, the upload of recordings, one lecture with everybody in it, and what a person decides there."""

from flask import Blueprint

blueprint = Blueprint("lectures", __name__, url_prefix="/lectures", template_folder="templates")

from website.lectures import marks, views  # noqa: E402, F401  (they add their pages to the blueprint)
