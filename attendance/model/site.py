"""What holds for the whole site, as the environment says or else as admins chose."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """The school's name, its logo's media key, defaults of courses, and the thresholds that were chosen.

    A threshold that is None is what suits the face engine. `fixed` are the names of those that the environment sets.
    """

    name: str
    logo_key: str
    timezone: str
    late_after_minutes: int
    accept_similarity: float | None
    review_similarity: float | None
    margin: float | None
    fixed: frozenset[str]
