"""What was just done to marks, offered to be undone on the next page that is shown."""

from __future__ import annotations

import time
from typing import Any

from flask import Flask, session

_KEY = "undo"
_OFFERED_S = 60  # a page may be slow to come; the script takes the offer away ten seconds after it came


def init_app(app: Flask) -> None:
    """Make `undo_offer` known to templates."""
    app.jinja_env.globals["undo_offer"] = undo_offer


def offer_undo(lecture_id: str, act: str, words: str) -> None:
    """Say what was done, with a button that undoes it; in place of a flashed message."""
    session[_KEY] = {"lecture_id": lecture_id, "act": act, "words": words, "at": time.time()}


def undo_offer() -> dict[str, Any] | None:
    """The offer that was not shown yet; after that there is none."""
    offer: dict[str, Any] | None = session.pop(_KEY, None) if _KEY in session else None
    return offer if offer and time.time() - offer["at"] < _OFFERED_S else None
