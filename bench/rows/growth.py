"""How a search grows with the length of the lecture, with the people in it and with the cores that share it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from bench.child import Outcome
from bench.film import Film, lengthened
from bench.plan import WORKERS
from bench.rows.video import MEGABYTE, say_false, score_of
from bench.searching import Searched
from bench.stage import Stage
from bench.table import Column, Figures, Table, row

_COLUMNS = (
    Column("times", "speed", "x real time", 1),
    Column("seconds", "time", "s", 1),
    Column("cpu_s", "CPU", "s", 1),
    Column("cpu_s_a_minute", "CPU", "s/min", 2),
    Column("peak_mb", "memory", "MB"),
    Column("frames", "frames"),
    Column("right", "right"),
    Column("present", "there"),
    Column("false", "false"),
    Column("strangers", "strangers"),
)


def tables(stage: Stage) -> list[Table]:
    """One table of all three."""
    rows = []
    for name, film, processes in _rows(stage):
        stage.log.say(f"growth: {name}")
        rows.append(row(name, partial(_figures, stage, name, film, partial(stage.search, processes=processes))))
    for minutes in stage.plan.warm_minutes:
        name = f"{minutes} minutes, warm"
        stage.log.say(f"growth: {name}")
        again = partial(stage.search_again, processes=WORKERS)
        rows.append(row(name, partial(_figures, stage, name, partial(_long_film, stage, minutes), again)))
    plan = stage.plan
    notes = (
        f"1080p, key frame every 2 s, one search a row, {WORKERS} processes where no cores are named.",
        f"Films of crowds last {plan.crowd_film_s:g} s, those of cores {plan.film_s * plan.film_repeats:g} s.",
        "Warm: by processes that have searched before, as those of a worker have within ten minutes.",
        "Of a crowd only those count who are among the 40 enrolled.",
    )
    return [Table("growth", "Searching a lecture: growth", _COLUMNS, tuple(rows), notes)]


def _rows(stage: Stage) -> Iterator[tuple[str, Callable[[], Film], int]]:
    for minutes in stage.plan.growth_minutes:
        yield f"{minutes} minutes", partial(_long_film, stage, minutes), WORKERS
    for people in stage.plan.crowds:
        yield f"{people} faces a frame", partial(stage.crowd, people), WORKERS
    for cores in stage.plan.cores:
        yield f"{cores} {'core' if cores == 1 else 'cores'}", stage.lecture, cores


def _long_film(stage: Stage, minutes: int) -> Film:
    film, seconds = stage.film(), minutes * 60.0
    return lengthened(film, seconds, stage.places.films) if seconds > film.plan.seconds else film


def _figures(stage: Stage, name: str, film: Callable[[], Film], search: Callable[[Film], Outcome]) -> Figures:
    shown = film()
    outcome = search(shown)
    searched: Searched = outcome.value
    length_s = searched.search.info.duration_s
    scored = score_of(shown, searched)
    say_false(stage.log, name, scored)
    values = {
        "times": length_s / searched.seconds,
        "seconds": searched.seconds,
        "cpu_s": searched.cpu_s,
        "cpu_s_a_minute": searched.cpu_s / (length_s / 60),
        "peak_mb": outcome.peak_bytes / MEGABYTE,
        "frames": searched.search.frames_searched,
        **{key: getattr(scored, key) for key in ("right", "present", "false", "strangers")},
    }
    return Figures(values, {"seconds": [searched.seconds], "cpu_s": [searched.cpu_s]})
