"""How fast films are searched as phones, browsers and recorders write them, beside a bare decoding of every picture."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

import av

from bench.child import cpu_seconds, in_child
from bench.plan import FULL_HD, WORKERS
from bench.rows.video import MEGABYTE, score_of
from bench.searching import Searched
from bench.stage import FPS, Stage
from bench.table import Column, Figures, Table, row
from bench.transcoding import Encoding, transcoded

_UHD = (3840, 2160)
_ONE_GROUP = 100_000

ENCODINGS = (
    Encoding("2160p HEVC, key frame every 2 s", "libx265", _UHD, 2 * FPS, {"preset": "ultrafast"}),
    Encoding("1080p VP9, every 10 s", "libvpx-vp9", FULL_HD, 10 * FPS, {"deadline": "realtime", "cpu-used": "8"}),
    Encoding("1080p AV1, every 10 s", "libsvtav1", FULL_HD, 10 * FPS, {"preset": "12"}),
    Encoding("1080p H.264, one key frame", "libx264", FULL_HD, _ONE_GROUP, {"preset": "superfast"}),
)

_COLUMNS = (
    Column("times", "speed", "x real time", 1),
    Column("cpu_s", "CPU", "s", 1),
    Column("decode_cpu_s", "bare decode", "CPU s", 1),
    Column("peak_mb", "memory", "MB"),
    Column("frames", "frames"),
    Column("right", "right"),
    Column("present", "there"),
    Column("false", "false"),
    Column("strangers", "strangers"),
)


def tables(stage: Stage) -> list[Table]:
    """One table; a row that has no encoder here says so."""
    rows = [row(encoding.name, partial(_figures, stage, encoding)) for encoding in ENCODINGS]
    notes = (
        f"{stage.plan.encoding_film_s:g} s, {FPS} pictures a second, enlarged for 2160p; {WORKERS} processes.",
        "Bare decode: all pictures by one thread, without converting them.",
    )
    return [Table("encodings", "Searching films as people have them", _COLUMNS, tuple(rows), notes)]


def _figures(stage: Stage, encoding: Encoding) -> Figures:
    drawn = stage.film(seconds=stage.plan.encoding_film_s)
    stage.log.say(f"encodings: {encoding.name}")
    # The truth is in parts of the picture where it matters, whatever size that is enlarged to.
    film = replace(drawn, path=transcoded(drawn.path, encoding, stage.places.films))
    decode_cpu_s = in_child(decode_all, film.path, one_thread=True).value
    outcome = stage.search(film, WORKERS)
    searched: Searched = outcome.value
    scored = score_of(film, searched)
    values = {
        "times": searched.search.info.duration_s / searched.seconds,
        "cpu_s": searched.cpu_s,
        "decode_cpu_s": decode_cpu_s,
        "peak_mb": outcome.peak_bytes / MEGABYTE,
        "frames": searched.search.frames_searched,
        **{key: getattr(scored, key) for key in ("right", "present", "false", "strangers")},
    }
    return Figures(values, {"seconds": [searched.seconds], "cpu_s": [searched.cpu_s]})


def decode_all(path: Path) -> float:
    """CPU seconds of decoding every picture of a film by one thread; called in a process of its own."""
    used_s = cpu_seconds()
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        for _ in container.decode(stream):
            pass
    return cpu_seconds() - used_s
