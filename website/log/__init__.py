"""The attendance log: for teachers with filters and downloads, for students their own."""

from flask import Blueprint

blueprint = Blueprint("log", __name__, url_prefix="/log", template_folder="templates")

from website.log import views  # noqa: E402, F401  (it adds its pages to the blueprint)
