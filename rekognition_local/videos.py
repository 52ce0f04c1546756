"""Searches a video for faces, or for those of a collection: who is followed from when to when, and whom they match."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from face_engine.align import chip
from face_engine.errors import BadVideo
from face_engine.frames import sample_frames
from face_engine.model import BGRImage, Box, Detection, Quality
from face_engine.models import Models
from face_engine.quality import assess
from face_engine.search import default_every_s
from face_engine.track import Shot, Track, Tracker
from face_engine.video import VideoInfo, probe
from rekognition_local.collection import Collection
from rekognition_local.errors import Stopped
from rekognition_local.face_attributes import ON_VIDEO, more_attributes
from rekognition_local.face_details import face_detail
from rekognition_local.job_result import SearchedVideo, Sight

LONGEST_S = 6 * 3600.0
_MOST_MATCHES = 10
# A face that looks away for two searched pictures is still the same one.
_GAP_PICTURES = 3.5
_SHORTEST_GAP_S = 1.0

_Details = dict[tuple[float, Box], dict[str, Any]]


class Videos:
    """The engine for videos; threads may share it.

    Parameters
    ----------
    every_s
        Seconds between searched pictures; None for 0.2 in a clip and up to 2 in a long video.
    """

    def __init__(self, models: Models, every_s: float | None = None) -> None:
        self._detector = models.detector()
        self._embedder = models.embedder()
        self._every_s = every_s

    def search(
        self, path: Path, collection: Collection, threshold: float, is_stopped: Callable[[], bool]
    ) -> SearchedVideo:
        """Search a whole video.

        A person's matches are those of the track's best shots pooled, for which the lines of the engine are measured;
        all sights of one track have the same.

        Raises
        ------
        BadVideo
            With the service's words, or one plain sentence, why it is not searched.
        Stopped
            Where `is_stopped` says so, which is asked with each picture.
        """
        info = probe(path)
        _refuse_what_the_service_refuses(info)
        details: _Details = {}
        tracks = self._tracks(path, info, details, is_stopped)
        matches = [collection.matches(track.pooled, threshold, _MOST_MATCHES) for track in tracks]
        return SearchedVideo(_metadata(info), _sights(tracks, details), matches)

    def detect(self, path: Path, attributes: Sequence[str], is_stopped: Callable[[], bool]) -> SearchedVideo:
        """Find the faces of a whole video, without asking whose they are. Raises as `search`."""
        info = probe(path)
        _refuse_what_the_service_refuses(info)
        more = more_attributes(attributes, ON_VIDEO)
        sights = [
            Sight(round(time_s * 1000), 0, self._described(frame, found)[0] | more)
            for time_s, frame in self._frames(path, info, is_stopped)
            for found in self._detector.find(frame)
        ]
        return SearchedVideo(_metadata(info), sights, [])

    def _frames(self, path: Path, info: VideoInfo, is_stopped: Callable[[], bool]) -> Iterator[tuple[float, BGRImage]]:
        """The pictures that are looked at, and when each is."""
        is_empty = True
        for time_s, frame in sample_frames(path, self._looks_every_s(info)):
            if is_stopped():
                raise Stopped
            yield time_s, frame
            is_empty = False
        if is_empty:
            raise BadVideo("%(name)s is damaged: no picture of it can be decoded.", name=path.name)

    def _looks_every_s(self, info: VideoInfo) -> float:
        return self._every_s or default_every_s(info.duration_s)

    def _tracks(self, path: Path, info: VideoInfo, details: _Details, is_stopped: Callable[[], bool]) -> list[Track]:
        """All followed faces by when they came; fills in what each looks like in each picture."""
        tracker = Tracker(self._embedder.embed, max(_SHORTEST_GAP_S, _GAP_PICTURES * self._looks_every_s(info)))
        tracks: list[Track] = []
        for time_s, frame in self._frames(path, info, is_stopped):
            shots = [self._shot(frame, found, time_s, details) for found in self._detector.find(frame)]
            tracks += tracker.add(time_s, frame, shots)
        return sorted([*tracks, *tracker.finish()], key=lambda track: (track.first_s, track.boxes[0]))

    def _shot(self, frame: BGRImage, found: Detection, time_s: float, details: _Details) -> Shot:
        details[time_s, found.box], quality, own = self._described(frame, found)
        return Shot(found.box, found.score, quality.value, own)

    def _described(self, frame: BGRImage, found: Detection) -> tuple[dict[str, Any], Quality, BGRImage]:
        """The service's FaceDetail, what it says of the quality, and the chip that was judged."""
        own = chip(frame, found.landmarks)
        quality = assess(frame, found, own)
        height, width = frame.shape[:2]
        return face_detail(found, quality, width, height), quality, own


def _sights(tracks: list[Track], details: _Details) -> list[Sight]:
    sights = [
        Sight(round(time_s * 1000), index, details[time_s, box])
        for index, track in enumerate(tracks)
        for time_s, box in zip(track.times_s, track.boxes, strict=True)
    ]
    return sorted(sights, key=lambda sight: (sight.time_ms, sight.index))


def _refuse_what_the_service_refuses(info: VideoInfo) -> None:
    if info.codec != "h264" or not info.container.startswith("mov,mp4"):
        raise BadVideo("Unsupported codec/format")
    if info.duration_s > LONGEST_S:
        raise BadVideo("The video is longer than 6 hours.")


def _metadata(info: VideoInfo) -> dict[str, Any]:
    return {
        "Codec": info.codec,
        "DurationMillis": round(info.duration_s * 1000),
        "Format": "QuickTime / MOV",
        "FrameRate": info.fps,
        "FrameHeight": info.height,
        "FrameWidth": info.width,
        "ColorRange": "LIMITED",
    }
