"""FaceSearch: the engine that finds, enrols and searches faces, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from attendance.model import Face, Landmarks, RecordingKind, Thresholds
from attendance.ports.media import MediaFile

Progress = Callable[[float], None]  # called with 0..1; raising SearchStopped from it stops the work


@dataclass(frozen=True, slots=True)
class FoundFace:
    """A face in a photo. `box` is x1, y1, x2, y2 in pixels of the photo as it is seen (rotated)."""

    box: tuple[float, float, float, float]
    score: float
    quality: float  # 0..1
    problems: tuple[str, ...]  # too_small, blurred, turned, too_dark, too_bright


@dataclass(frozen=True, slots=True)
class PhotoFaces:
    """What was found in a photo: its faces, the largest first, and its size in pixels."""

    faces: tuple[FoundFace, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class EnrolledFace:
    """What enrolling a photo gives: what was found, the vector or the service's id, and two JPEG pictures."""

    found: PhotoFaces
    vector: tuple[float, ...] | None
    external_id: str | None
    photo: bytes  # the photo turned upright, without metadata, at most 1600 px
    thumbnail: bytes  # the face, square, 160 px


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An enrolled student whose face is near to another's."""

    student_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class RecordingInfo:
    """What probing a recording tells. Width and height are as it is seen (rotated)."""

    duration_s: float
    width: int
    height: int
    codec: str
    container: str
    extension: str  # with the dot, of a list that we keep: .mp4 .mov .mkv .webm .avi .jpg .png


@dataclass(frozen=True, slots=True)
class Seen:
    """A sighting before it is stored: `picture` is a JPEG of the face, `appearances_s` and what follows as there."""

    student_id: str | None
    first_s: float
    last_s: float
    frames: int
    good_frames: int
    similarity: float | None
    margin: float | None
    picture: bytes | None
    picture_s: float | None
    appearances_s: tuple[float, ...] | None = None
    flat: bool = False
    quality: float | None = None
    place: tuple[float, ...] | None = None
    vector: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True)
class SeenFace:
    """A face of a camera's picture. `box` is x1, y1, x2, y2 in pixels of the picture, and may reach past its edges."""

    box: tuple[float, float, float, float]
    landmarks: Landmarks
    score: float  # 0..1, how certainly it is a face
    quality: float  # 0..1


class FaceSearch(Protocol):
    """Finds, enrols and searches faces. Holds no student data of its own but what `remove` takes away."""

    name: str  # stored with every face; another one where faces cannot be compared with those of before
    thresholds: Thresholds  # where this engine's matches become sure
    compares_everybody: bool  # whether a search meets all enrolled faces, whatever faces it is given to name
    charges_by_minute: bool  # whether searching a video costs money
    gives_vectors: (
        bool  # whether a search can give the vectors of whom it saw; where not, faces are compared in it alone
    )

    def thresholds_for(self, accept: float | None, review: float | None, margin: float | None) -> Thresholds:
        """This engine's, where these are chosen; None is what suits it.

        To use them, set `thresholds`: searches that begin after that go by them. Raises SettingsError where they
        contradict each other.
        """

    def find(self, photo: bytes) -> PhotoFaces:
        """Raises BadPhoto where it is no picture; no face is no error."""

    def look(self, pictures: Sequence[bytes]) -> tuple[tuple[SeenFace, ...], ...]:
        """The faces of each picture of a camera, the largest first, with where eyes, nose and mouth are.

        Nothing is compared and nothing is stored. A picture without a face has none. Raises BadPhoto where one is no
        picture.
        """

    def enrol(self, student_id: str, photo: bytes) -> EnrolledFace:
        """The one face of the photo. Raises BadPhoto: no picture, no face, more than one clear face."""

    def look_alikes(self, face: EnrolledFace, enrolled: Sequence[Face]) -> Sequence[LookAlike]:
        """Enrolled students from the review threshold on, the nearest first."""

    def alike_among(self, others: Sequence[Face], faces: Sequence[Face]) -> set[str]:
        """Which students among others look like any of these faces, from the review threshold on."""

    def remove(self, faces: Sequence[Face]) -> None:
        """Forget them, where the engine holds anything. Those it does not know are passed over."""

    def probe(self, file: MediaFile) -> RecordingInfo:
        """Raises BadRecording, with the reason in one sentence."""

    def search(
        self,
        file: MediaFile,
        kind: RecordingKind,
        faces: Sequence[Face],
        progress: Progress | None = None,
        *,
        vectors: bool = False,
    ) -> Sequence[Seen]:
        """Who of these faces' students is in the recording, and who else; with their vectors where they are asked for.

        One entry a student from the review threshold on, one an unknown. Raises BadRecording, SearchStopped,
        ServiceBusy.
        """

    def vector_of(self, picture: bytes) -> tuple[float, ...] | None:
        """Of the face that a picture of a sighting shows; None where there is none, or the engine gives no vectors."""

    def likeness(self, vectors: Sequence[tuple[float, ...]]) -> Sequence[Sequence[float]]:
        """How alike each of these is to each, in points of similarity: a row for each, in their order."""


@runtime_checkable
class RemoteFaceSearch(FaceSearch, Protocol):
    """A FaceSearch whose service can search a video without us: asked now, answered later."""

    answers_by_event: bool
    """Whether the service sends word when a search has ended; where it does not, somebody must ask again and again."""

    def begin_search(self, file: MediaFile, token: str, tag: str) -> str:
        """The id of the search that was begun; the same `token` again gives the same search and begins none.

        `token` is of letters, digits, - and _, at most 64; `tag` comes back in the word that it has ended.
        Raises BadRecording, ServiceBusy (as many as it takes are under way).
        """

    def search_result(self, search_id: str, file: MediaFile, faces: Sequence[Face]) -> Sequence[Seen] | None:
        """As `search` gives it; None while it is under way. Raises BadRecording where the service gave up."""
