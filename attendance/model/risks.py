"""Who is at risk in a course, by its rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AtRisk:
    """What is known of one student and the risk rules of one course.

    `findings` is what the rules found, as rules/risks.py writes it. `told` are the crossings of which people were told,
    with blanks between them; they stay when nothing is found any more (`is_open` is False), so that nobody is told
    twice. `seen_by` is the user who looked at it since the last crossing.
    """

    course_id: str
    student_id: str
    since: datetime
    findings: str
    told: str = ""
    is_open: bool = True
    seen_by: str | None = None
    seen_at: datetime | None = None
