"""One search of one film by our engine, called in a process of its own."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

from bench.child import cpu_seconds, running_cpu_seconds
from bench.memory import family
from face_engine.gallery import Gallery
from face_engine.model import Vectors
from face_engine.search import SearchOptions, VideoSearch, search_video
from face_engine.search_processes import SearchPool


@dataclass(frozen=True)
class Enrolled:
    """Who is enrolled: a label for each vector, and vectors (n, length)."""

    labels: tuple[str, ...]
    vectors: Vectors


@dataclass(frozen=True)
class Searched:
    """A search, the seconds that it took by the clock, and the CPU seconds of all its processes."""

    search: VideoSearch
    seconds: float
    cpu_s: float


def search_film_again(path: Path, enrolled: Enrolled, processes: int) -> Searched:
    """Search a film twice with the same processes; times and CPU are those of the second time."""
    gallery, options = Gallery(enrolled.labels, enrolled.vectors), SearchOptions(processes=processes)
    with contextlib.closing(SearchPool()) as pool:
        search_video(path, gallery, options, pool=pool)
        children = family(os.getpid())
        used_s, start_s = running_cpu_seconds(children), time.perf_counter()
        search = search_video(path, gallery, options, pool=pool)
        return Searched(search, time.perf_counter() - start_s, running_cpu_seconds(children) - used_s)


def search_film(path: Path, enrolled: Enrolled, processes: int) -> Searched:
    """Search a whole film with the product's own options."""
    gallery = Gallery(enrolled.labels, enrolled.vectors)
    used_s, start_s = cpu_seconds(), time.perf_counter()
    search = search_video(path, gallery, SearchOptions(processes=processes))
    return Searched(search, time.perf_counter() - start_s, cpu_seconds() - used_s)
