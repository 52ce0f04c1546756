"""Where Rekognition's matches become sure, in its own points of similarity, unless the settings give others."""

from __future__ import annotations

from attendance.errors import SettingsError
from attendance.model import MatchLines
from attendance.settings import Settings

ACCEPT = 99.0
"""What AWS advises where a match has consequences for a person."""

MARGIN = 5.0
"""Two people of the same name line up at 99 and 97 at times, hardly ever at 99 and 94."""

LEAST_GOOD_FRAMES = 3


def match_lines(settings: Settings) -> MatchLines:
    """Raises SettingsError where the lines contradict each other.

    Below the threshold Rekognition says nothing, so that a lead of the margin must fit between it and the accept line.
    """
    accept = ACCEPT if settings.accept_similarity is None else settings.accept_similarity
    threshold = settings.rekognition_threshold
    review = threshold if settings.review_similarity is None else settings.review_similarity
    margin = MARGIN if settings.margin is None else settings.margin
    if review < threshold:
        raise SettingsError(
            "ROLLCALL_REVIEW_SIMILARITY is %(review)s, but Rekognition names nobody below "
            "ROLLCALL_REKOGNITION_THRESHOLD, which is %(threshold)s.",
            review=f"{review:g}",
            threshold=f"{threshold:g}",
        )
    if review > accept:
        raise SettingsError(
            "The review line of Rekognition is %(review)s, but must not be above %(accept)s, from where on a match is "
            "sure; set ROLLCALL_ACCEPT_SIMILARITY too.",
            review=f"{review:g}",
            accept=f"{accept:g}",
        )
    if accept - threshold < margin:
        raise SettingsError(
            "From ROLLCALL_REKOGNITION_THRESHOLD (%(threshold)s) to the accept line (%(accept)s) are fewer points than "
            "ROLLCALL_MARGIN (%(margin)s), so nobody could ever be sure.",
            threshold=f"{threshold:g}",
            accept=f"{accept:g}",
            margin=f"{margin:g}",
        )
    return MatchLines(review, accept, margin, LEAST_GOOD_FRAMES)
