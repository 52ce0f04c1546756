"""Where to go after signing in: only to a page of this site."""

from __future__ import annotations

import re

from flask import request, url_for

# One slash, then neither slash nor backslash: browsers read //evil and /\evil as another site.
_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


def next_page() -> str:
    """The page asked for by `next`, or the start page where that is missing or leads elsewhere."""
    wanted = request.values.get("next", "")
    return wanted if _LOCAL.fullmatch(wanted) else url_for("home.index")
