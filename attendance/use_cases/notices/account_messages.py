"""What mails with a link to set a password say. The link is made when they are sent, and is stored nowhere before."""

from __future__ import annotations

from attendance.errors import NotFound
from attendance.events import Event
from attendance.model import AccountLink, Fact, LinkPurpose, Message, NoticeKind, User
from attendance.services import Services
from attendance.use_cases.notices.composed import Reader, link_to
from attendance.use_cases.people.links import PATH, code_for
from attendance.use_cases.site.reading import site


def invitation(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound where it was replaced, taken back or followed meanwhile."""
    _ = reader.words
    link, user = _link(services, reader, LinkPurpose.INVITATION, getattr(event, "link_id", ""))
    school = site(services).name or "Rollcall"
    return _message(
        services,
        reader,
        (link, user),
        NoticeKind.INVITATION,
        _("%(school)s: set your password", school=school),
        _("%(name)s, you have an account for the attendance of %(school)s. Set a password to sign in.",
          name=user.name, school=school),
    )  # fmt: skip


def password_reset(services: Services, event: Event, reader: Reader) -> Message:
    """Raises NotFound likewise."""
    _ = reader.words
    link, user = _link(services, reader, LinkPurpose.PASSWORD, event.id)
    school = site(services).name or "Rollcall"
    return _message(
        services,
        reader,
        (link, user),
        NoticeKind.PASSWORD_RESET,
        _("%(school)s: a new password", school=school),
        _("Somebody asked for a new password for your account. If that was not you, do nothing: your password stays."),
    )


def _link(services: Services, reader: Reader, purpose: LinkPurpose, link_id: str) -> tuple[AccountLink, User]:
    if reader.user is None:
        raise NotFound("There is no such user.")
    link = services.store.account_links([reader.user.id], purpose).get(reader.user.id)
    if link is None or link.id != link_id:
        raise NotFound("There is no such link.")
    return link, reader.user


def _message(
    services: Services,
    reader: Reader,
    whose: tuple[AccountLink, User],
    kind: NoticeKind,
    subject: str,
    first: str,
) -> Message:
    _ = reader.words
    link, user = whose
    code = code_for(services, link, user)
    links = link_to(services, _("Set a password"), f"{PATH}#{code}")
    how = (
        _("The link works once, until %(when)s.", when=_.moment(link.expires_at))
        if links
        else _(
            "Open the site, choose “I have a code” below the form and type the code. It works once, until %(when)s.",
            when=_.moment(link.expires_at),
        )
    )
    facts = (Fact(_("Code"), code),)
    return Message(kind, subject, (first, how), services.now(), facts=facts, links=links)
