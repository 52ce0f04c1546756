"""The one page of a kiosk. It holds nothing of anybody: what it asks, it asks with the key that it gets by pairing."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from website.kiosk.sounds import SOUNDS
from website.kiosk.words import in_each_language
from website.language import page_language
from website.security import HEADERS

blueprint = Blueprint("kiosk", __name__, template_folder="templates")

# Where an admin chose so, the browser listens for the command; no other page may.
_LISTENS = HEADERS["Permissions-Policy"].replace("microphone=()", "microphone=(self)")


@blueprint.get("/kiosk")
def index() -> ResponseReturnValue:
    """For everybody, as a login is; without a key it shows where to type the pairing code."""
    words = in_each_language()
    sounds = {name: url_for("static", filename=f"sounds/{name}.wav") for name in SOUNDS}
    answer = make_response(
        render_template("kiosk/index.html", every_word=words, words=words[page_language()], sounds=sounds)
    )
    answer.headers["Permissions-Policy"] = _LISTENS
    return answer
