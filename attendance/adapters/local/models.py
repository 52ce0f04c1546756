"""The local engine's models, and where their matches become sure."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors import ServiceUnavailable, SettingsError
from attendance.model import Thresholds
from attendance.settings import Settings
from face_engine import errors
from face_engine.arcface import ArcFace
from face_engine.model_file import ModelFile, sha256_of
from face_engine.models import Models
from face_engine.search_model import SearchOptions, StillFaces
from face_engine.similarity import distance, similarity
from face_engine.thresholds import ACCEPT_DISTANCE, CLEAR_DISTANCE, MARGIN, REVIEW_DISTANCE, SMALL_FACES_FARTHER
from face_engine.yunet import YuNet


def chosen_models(settings: Settings) -> Models:
    """Raises SettingsError where a file is missing, is another than was chosen, or is no such network.

    The built-in networks are not loaded here, so that a usual start takes no longer.
    """
    return Models(
        cache=settings.data / "models",
        vector_file=_vector_file(settings),
        same_person_cosine=settings.vector_model_threshold,
        detector_file=_detector_file(settings),
    )


@contextmanager
def plain_model_errors() -> Iterator[None]:
    """A network that cannot be loaded is no fault of a photo or a recording."""
    try:
        yield
    except (errors.WeightsMissing, errors.BadModel) as missing:
        raise ServiceUnavailable(missing.template, **missing.values) from missing


def _vector_file(settings: Settings) -> ModelFile | None:
    with _named("ROLLCALL_VECTOR_MODEL"):
        file = _file("ROLLCALL_VECTOR_MODEL", settings.vector_model, settings.vector_model_sha256)
        if file is not None:
            ArcFace(file, settings.vector_model_threshold).check()
        return file


def _detector_file(settings: Settings) -> ModelFile | None:
    with _named("ROLLCALL_DETECTOR_MODEL"):
        file = _file("ROLLCALL_DETECTOR_MODEL", settings.detector_model, settings.detector_model_sha256)
        if file is not None:
            YuNet(file).check()
        return file


def _file(name: str, path: Path | None, sha256: str | None) -> ModelFile | None:
    if path is None:
        return None
    if sha256 is None:
        raise SettingsError(
            "%(name)s needs %(name)s_SHA256 beside it; if %(path)s is the right file, that is %(sha256)s.",
            name=name,
            path=path,
            sha256=sha256_of(path),
        )
    return ModelFile(path, sha256)


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except errors.BadModel as wrong:
        raise SettingsError("%(name)s: %(reason)s", name=name, reason=str(wrong)) from wrong


# The engine's margin is a distance. The same distance is few points between close matches and many near the accept
# threshold. Of all that the engine tells apart, somebody at this distance has the fewest points to the next best.
_FEWEST_POINTS_AT = CLEAR_DISTANCE - MARGIN
_LEAST_SIMILARITY = 0.01  # nothing is infinitely far
_LEAST_DISTANCE = 0.001
_MOST_PROCESSES = 4  # each takes some 300 MB; a search stays below 1.5 GB


def match_lines(settings: Settings) -> Thresholds:
    """In points of similarity. Raises SettingsError where the review threshold would be above the accept threshold."""
    accept = similarity(ACCEPT_DISTANCE) if settings.accept_similarity is None else settings.accept_similarity
    review = settings.review_similarity
    if review is None:
        review = min(similarity(REVIEW_DISTANCE), accept)
    if review > accept:
        raise SettingsError(
            "ROLLCALL_REVIEW_SIMILARITY is %(review)s, but must not be above %(accept)s, "
            "from where on this face engine is sure; set ROLLCALL_ACCEPT_SIMILARITY too.",
            review=f"{review:g}",
            accept=f"{accept:.1f}",
        )
    margin = points_between(_FEWEST_POINTS_AT, MARGIN) if settings.margin is None else settings.margin
    return Thresholds(review, accept, margin, accept_small=similarity(_distance(accept) + SMALL_FACES_FARTHER))


def points_between(nearest: float, margin: float | None) -> float:
    """Margin in points of somebody at the distance `nearest`; 100 where there is no other."""
    return 100.0 if margin is None else similarity(nearest) - similarity(max(0.0, nearest + margin))


def search_options(settings: Settings, thresholds: Thresholds) -> SearchOptions:
    """The same lines as the engine's distances."""
    farthest = _distance(similarity(_FEWEST_POINTS_AT) - thresholds.margin)
    return SearchOptions(
        every_s=settings.search_every_s,
        smallest_face_px=settings.smallest_face_px,
        processes=settings.search_processes or min(_MOST_PROCESSES, len(os.sched_getaffinity(0))),
        accept_distance=_distance(thresholds.accept),
        review_distance=_distance(thresholds.review),
        margin=max(0.0, farthest - _FEWEST_POINTS_AT),
        still_faces=StillFaces(settings.still_faces),
    )


def _distance(points: float) -> float:
    return max(_LEAST_DISTANCE, distance(min(100.0, max(_LEAST_SIMILARITY, points))))
