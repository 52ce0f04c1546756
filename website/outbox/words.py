"""Handlers in words."""

from flask_babel import lazy_gettext as _l

from attendance.model import ERASE, MAIL, SLACK, WEBHOOK

HANDLERS = {
    ERASE: _l("Delete a file or a face"),
    "answers": _l("Do what somebody answered to a notice"),
    "showing": _l("Show in messages what was said of unknown people"),
    "imports": _l("Take who was removed out of the imports that wait"),
    "visits": _l("Erase visits of a student who took back the consent to them"),
    "evidence": _l("Erase pictures of a student who took back the consent to them"),
    "unknowns": _l("Mark lectures anew after somebody was named"),
    "marks": _l("Decide the marks of a lecture when it is over"),
    "kiosks": _l("Mark the lectures that somebody checked in to at a kiosk"),
    "marking": _l("Mark the lectures of a course anew by its times"),
    "risks": _l("Find out who is at risk"),
    "notices": _l("Write down who is told of it"),
    "grades": _l("Send grades to a learning platform"),
    "withdrawing": _l("Take back notices that name who was removed"),
    "thresholds": _l("Mark lectures again with other thresholds"),
    "accounts": _l("Write down who gets a link to set a password"),
    MAIL: _l("Send a mail"),
    SLACK: _l("Send a message by Slack"),
    WEBHOOK: _l("Send an event to a webhook"),
}
