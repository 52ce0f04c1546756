"""Photos, evidence pictures and recordings, served only to those who may see them."""

from flask import Blueprint

blueprint = Blueprint("media", __name__, url_prefix="/media")

from website.media import views  # noqa: E402, F401  (it adds its addresses to the blueprint)
