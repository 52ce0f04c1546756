"""Sums up the tracks of one person: how sure, how often, when, and the best picture."""

from collections.abc import Sequence

import numpy as np

from face_engine.flat import is_flat
from face_engine.gallery import Gallery
from face_engine.identify import Claim, Verdict, judge
from face_engine.search_model import Nearest, PersonSeen, SearchOptions, StillFaces, UnknownSeen, Vector
from face_engine.similarity import similarity
from face_engine.track import Track, pool


def person_seen(claim: Claim, gallery: Gallery, options: SearchOptions, gap_s: float) -> PersonSeen:
    """Somebody of the gallery; stays that are less than `gap_s` apart are one."""
    verdict = judge(claim, gallery, options)
    stays = appearances(claim.tracks, gap_s)
    return PersonSeen(
        label=gallery.labels[claim.person],
        distance=verdict.distance,
        runner_up=None if verdict.runner_up is None else gallery.labels[verdict.runner_up],
        margin=verdict.margin,
        frames=len(_times(claim.tracks)),
        good_frames=verdict.good_frames,
        first_s=stays[0][0],
        last_s=stays[-1][1],
        appearances=stays,
        picture=_best(claim.strong or claim.weak).picture,
        flat=_is_judged(verdict, options) and is_flat([track.looks for track in claim.tracks]),
        quality=_best(claim.strong or claim.weak).quality,
        vector=_pooled(claim.strong or claim.weak),
    )


def _is_judged(verdict: Verdict, options: SearchOptions) -> bool:
    """Whether anybody is asked for pictures: who is not sure is shown to a person anyway."""
    return options.still_faces is StillFaces.REVIEW and verdict.good_frames > 0


def unknown_seen(tracks: Sequence[Track], gallery: Gallery, gap_s: float) -> UnknownSeen:
    """Somebody who is not of the gallery."""
    stays = appearances(tracks, gap_s)
    return UnknownSeen(
        frames=len(_times(tracks)),
        first_s=stays[0][0],
        last_s=stays[-1][1],
        appearances=stays,
        picture=_best(tracks).picture,
        nearest=_nearest(tracks, gallery),
        quality=_best(tracks).quality,
        vector=_pooled(tracks),
    )


def appearances(tracks: Sequence[Track], gap_s: float) -> list[tuple[float, float]]:
    """First and last second of each stay; a longer time than `gap_s` without the face ends one."""
    stays: list[tuple[float, float]] = []
    for time_s in _times(tracks):
        if stays and time_s - stays[-1][1] <= gap_s:
            stays[-1] = stays[-1][0], time_s
        else:
            stays.append((time_s, time_s))
    return stays


def _times(tracks: Sequence[Track]) -> list[float]:
    return sorted({time_s for track in tracks for time_s in track.times_s})


def _best(tracks: Sequence[Track]) -> Track:
    return max(tracks, key=lambda track: track.quality)


def _pooled(tracks: Sequence[Track]) -> Vector:
    return pool(
        np.concatenate([track.vectors for track in tracks]), np.concatenate([track.weights for track in tracks])
    )


def _nearest(tracks: Sequence[Track], gallery: Gallery) -> Nearest | None:
    if not len(gallery):
        return None
    row = gallery.distances(_pooled(tracks))[0]
    return Nearest(gallery.labels[int(row.argmin())], similarity(float(row.min())))
