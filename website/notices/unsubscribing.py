"""The link at the end of a mail: it works without login, and ends nothing before somebody says so (RFC 8058)."""

from __future__ import annotations

from flask import render_template
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from attendance.use_cases.notices.unsubscribing import read_token, unsubscribe
from website.current import current_services
from website.notices.views import blueprint
from website.notices.words import KINDS


@blueprint.get("/unsubscribe/<token>")
def ask_to_unsubscribe(token: str) -> ResponseReturnValue:
    """Programs that follow every link of a mail end nothing by it."""
    _user, kind = read_token(current_services(), token)
    return render_template("notices/unsubscribe.html", token=token, kind=KINDS[kind], is_done=False)


@blueprint.post("/unsubscribe/<token>")
def end(token: str) -> ResponseReturnValue:
    """By the button, or by a mail program's own. The token is the right to do it, so that no other is asked for."""
    kind = unsubscribe(current_services(), token)
    return render_template("notices/unsubscribe.html", token=token, kind=KINDS[kind], is_done=True)


@blueprint.record_once
def _take_posts_of_mail_programs(state: BlueprintSetupState) -> None:
    """They send no token of a form."""
    state.app.extensions["csrf"].exempt(end)
