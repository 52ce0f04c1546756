"""The printable sheet: a slip a person, with link, code and a QR code that is drawn on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import segno
from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from attendance.use_cases.people.invitations import Slip
from attendance.use_cases.people.links import PATH, has_address
from website.current import current_settings


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """A slip with what its paper needs."""

    slip: Slip
    address: str
    link: str
    qr_code: str
    signs_in_as: str


def sheet(slips: Sequence[Slip], back: str, title: str) -> ResponseReturnValue:
    """Shown in this answer and nowhere else: the codes are stored nowhere."""
    answer = make_response(
        render_template("invitations/sheet.html", slips=[_printed(slip) for slip in slips], back=back, heading=title)
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _printed(slip: Slip) -> PrintedSlip:
    address = f"{current_settings().address or request.url_root.rstrip('/')}{PATH}"
    link = f"{address}#{slip.code}"
    drawn = segno.make(link, error="m", micro=False).svg_data_uri(scale=4, border=2)
    return PrintedSlip(slip, address, link, drawn, slip.user.email if has_address(slip.user) else "")
