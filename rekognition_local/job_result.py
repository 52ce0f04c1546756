"""What a face search found, on disk: a line a seen face, so that a page of a long result is read without the rest."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from rekognition_local.disk import read_json, write_json

_ABOUT, _SIGHTS = "result.json", "sights.jsonl"


@dataclass(frozen=True)
class Sight:
    """One face in one searched picture; `index` is whose, `detail` the service's FaceDetail."""

    time_ms: int
    index: int
    detail: dict[str, Any]


@dataclass(frozen=True)
class SearchedVideo:
    """The service's VideoMetadata, all sights by time, and each person's FaceMatches by index."""

    metadata: dict[str, Any]
    sights: list[Sight]
    matches: list[list[dict[str, Any]]]


def write_result(folder: Path, found: SearchedVideo) -> None:
    """Write it; `result.json` comes last and makes it whole."""
    lines: list[tuple[int, int]] = []
    with (folder / _SIGHTS).open("wb") as file:
        for sight in found.sights:
            lines.append((sight.index, file.tell()))
            file.write(json.dumps([sight.time_ms, sight.index, sight.detail], separators=(",", ":")).encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    write_json(folder / _ABOUT, {"metadata": found.metadata, "matches": found.matches, "lines": lines})


def read_result(folder: Path) -> JobResult:
    """Read what `write_result` wrote, without the sights."""
    about = read_json(folder / _ABOUT)
    lines = [(index, offset) for index, offset in about["lines"]]
    return JobResult(about["metadata"], about["matches"], lines, folder / _SIGHTS)


@dataclass(frozen=True)
class JobResult:
    """A result whose sights are still on disk; `lines` are index and offset of each."""

    metadata: dict[str, Any]
    matches: list[list[dict[str, Any]]]
    lines: list[tuple[int, int]]
    path: Path

    def faces(self, start: int, end: int) -> list[dict[str, Any]]:
        """The service's FaceDetections from one place to before another, by time."""
        with self.path.open("rb") as file:
            sights = [_sight(file, offset) for _, offset in self.lines[start:end]]
        return [{"Timestamp": time_ms, "Face": detail} for time_ms, _, detail in sights]

    def persons(self, start: int, end: int, *, by_index: bool) -> list[dict[str, Any]]:
        """The service's Persons from one place to before another, by time or by whose they are."""
        order: Sequence[int] = range(len(self.lines))
        if by_index:
            order = sorted(order, key=lambda place: self.lines[place][0])
        with self.path.open("rb") as file:
            return [self._person(file, self.lines[place][1]) for place in order[start:end]]

    def _person(self, file: BinaryIO, offset: int) -> dict[str, Any]:
        time_ms, index, detail = _sight(file, offset)
        person = {"Index": index, "BoundingBox": detail["BoundingBox"], "Face": detail}
        seen = {"Timestamp": time_ms, "Person": person}
        # As the service: somebody whom the collection does not know has no FaceMatches.
        return {**seen, "FaceMatches": self.matches[index]} if self.matches[index] else seen


def _sight(file: BinaryIO, offset: int) -> tuple[int, int, dict[str, Any]]:
    file.seek(offset)
    time_ms, index, detail = json.loads(file.readline())
    return time_ms, index, detail
