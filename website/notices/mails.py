"""The mails that only lie in a folder, so that an admin sees what would be sent."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from attendance.errors import NotFound
from attendance.model import MAIL, Role
from attendance.ports import MailFolder
from website.access import roles_required
from website.current import current_services
from website.notices.views import blueprint

_MOST = 200


@blueprint.get("/notices/mails")
@roles_required(Role.ADMIN)
def mails() -> ResponseReturnValue:
    """Newest first."""
    return render_template("notices/mails.html", mails=_folder().mails()[:_MOST], most=_MOST)


@blueprint.get("/notices/mails/<reference>")
@roles_required(Role.ADMIN)
def mail(reference: str) -> ResponseReturnValue:
    """Its text and the names of what is attached. The HTML is not shown: pages show nothing that is not theirs."""
    parsed = message_from_bytes(_folder().mail(reference), policy=default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("plain",))
    attached = [str(part.get_filename() or "") for part in parsed.iter_attachments()]
    return render_template(
        "notices/mail.html",
        reference=reference,
        subject=str(parsed["Subject"]),
        to=str(parsed["To"]),
        text=body.get_content() if body is not None else "",
        attached=[name for name in attached if name],
    )


@blueprint.get("/notices/mails/<reference>.eml")
@roles_required(Role.ADMIN)
def download(reference: str) -> ResponseReturnValue:
    """As a file that any mail program opens."""
    content = _folder().mail(reference)
    response = Response(content, content_type="message/rfc822")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.eml"'
    return response


def _folder() -> MailFolder:
    notifier: object = current_services().notifiers.get(MAIL)
    if not isinstance(notifier, MailFolder):
        raise NotFound("Mails do not lie in a folder here: they are sent.")
    return notifier
