"""Handlers in words."""

from flask_babel import lazy_gettext as _l

from attendance.model import ERASE

HANDLERS = {
    ERASE: _l("Delete a file or a face"),
    "imports": _l("Take who was removed out of the imports that wait"),
    "visits": _l("Erase visits of a student who took back the consent to them"),
    "evidence": _l("Erase pictures of a student who took back the consent to them"),
    "unknowns": _l("Mark lectures anew after somebody was named"),
}
