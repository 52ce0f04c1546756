"""How fast whole films are searched, and how right, beside the `face_recognition` way on the same frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import dist
from statistics import mean, median

from bench.child import in_children
from bench.film import Film, covered_boxes, truth_boxes
from bench.frames_at import spread
from bench.log import Log
from bench.peer_film import PeerFrame, extrapolated_s, peer_frames
from bench.people import ENROLLED_SEEDS, label_of
from bench.plan import WORKERS, Plan
from bench.scoring import Named, Score, middle, named, named_by_search, score
from bench.searching import Searched
from bench.stage import Stage
from bench.table import Column, Figures, Row, Table, row

MEGABYTE = 1e6

_SPEED = (
    Column("times", "speed", "x real time", 1),
    Column("cpu_s", "CPU", "s", 1),
    Column("peak_mb", "peak memory", "MB"),
    Column("frames", "frames"),
    Column("peer_frame_s", "peer a frame", "CPU s", 2),
    Column("peer_times", "peer", "x real time", 2),
    Column("ratio", "ours faster", "times", 1),
    Column("cpu_ratio", "by CPU", "times", 1),
)
_RIGHT = (
    Column("present", "there"),
    Column("right", "right"),
    Column("unsure", "unsure"),
    Column("missed", "missed"),
    Column("false", "false"),
    Column("strangers", "strangers"),
    Column("arrival_s", "arrival", "s, median", 1),
    Column("arrival_most_s", "arrival", "s, most", 1),
    Column("leaving_s", "leaving", "s, median", 1),
    Column("leaving_most_s", "leaving", "s, most", 1),
)
_NAMED = (
    Column("frames", "frames"),
    Column("faces", "faces"),
    Column("right", "ours right"),
    Column("false", "false"),
    Column("missed", "missed"),
    Column("peer_right", "peer right"),
    Column("peer_false", "false"),
    Column("peer_missed", "missed"),
)


_SPEED_NOTES = (
    f"{WORKERS} processes; times by the clock, CPU of all processes, peak of their proportional set sizes together.",
    "Peer: HOG upsampled once, five points, dlib's vector, the nearest within 0.6; evenly spread frames, by CPU time,",
    f"extrapolated to as many frames as we searched, on {WORKERS} cores without loss, reading of the file not counted.",
)
_RIGHT_NOTES = (
    "Of 40 enrolled; right: marked present; unsure: left to a person; false: marked and never there; strangers: marks",
    "whose evidence shows somebody who is not enrolled. Arrival, leaving: how far the seconds are from the truth.",
)
_NAMED_NOTES = (
    "The enrolled whose faces are in the frame, turned ones too, without those covered in part. Ours by the stays that",
    "the search gives; the peer's by the frame itself, which is all that it looks at.",
)


@dataclass
class Trial:
    """All that was measured on one film."""

    film: Film
    searches: list[Searched] = field(default_factory=list)
    peaks_mb: list[float] = field(default_factory=list)
    peer: list[PeerFrame] = field(default_factory=list)

    @property
    def scored(self) -> Score:
        """The first search against the truth."""
        return score_of(self.film, self.searches[0])


def tables(stage: Stage) -> list[Table]:
    """Speed, rightness of the marks, and rightness in single frames; a row a film in each."""
    rows = [_rows(stage, size, key_every_s) for size, key_every_s in stage.plan.films]
    speed, right, frames = zip(*rows, strict=True)
    return [
        Table("video_speed", "Searching a lecture: speed", _SPEED, speed, (_length_note(stage.plan), *_SPEED_NOTES)),
        Table("video_right", "Searching a lecture: marks", _RIGHT, right, _RIGHT_NOTES),
        Table("video_frames", "Searching a lecture: who is named in single frames", _NAMED, frames, _NAMED_NOTES),
    ]


def _length_note(plan: Plan) -> str:
    whole_s, film_s = plan.film_s * plan.film_repeats, plan.film_s
    return f"Lectures of {whole_s / 60:g} minutes: each a film of {film_s / 60:g}, {plan.film_repeats} times in a row."


def _rows(stage: Stage, size: tuple[int, int], key_every_s: float) -> tuple[Row, Row, Row]:
    name = f"{size[1]}p, key frame every {key_every_s:g} s"
    trials: list[Trial] = []

    def speed() -> Figures:
        trials.append(_measured(stage, name, stage.lecture(size, key_every_s)))
        return _speed(trials[0])

    first = row(name, speed)
    if not trials:
        return first, first, first
    return first, row(name, partial(_right, trials[0])), row(name, partial(_named, trials[0]))


def _measured(stage: Stage, name: str, film: Film) -> Trial:
    """Search the film and let the peer read a portion of its frames, turn by turn."""
    trial = Trial(film)
    seconds = spread(film.plan.seconds, stage.plan.peer_frames, max(2.0, film.plan.key_every_s))
    for turn in range(stage.plan.searches):
        stage.log.say(f"{name}: search {turn + 1} of {stage.plan.searches}")
        outcome = stage.search(film, WORKERS, anew=True)
        trial.searches.append(outcome.value)
        trial.peaks_mb.append(outcome.peak_bytes / MEGABYTE)
        portion = seconds[turn :: stage.plan.searches]
        stage.log.say(f"{name}: peer, {len(portion)} frames")
        calls = [(film.path, portion[part::WORKERS], stage.peers) for part in range(WORKERS)]
        trial.peer += [frame for outcome in in_children(peer_frames, calls, one_thread=True) for frame in outcome.value]
    trial.peer.sort(key=lambda frame: frame.second)
    say_false(stage.log, name, trial.scored)
    return trial


def _speed(trial: Trial) -> Figures:
    length_s = trial.film.plan.seconds
    seconds = [searched.seconds for searched in trial.searches]
    cpu_s = [searched.cpu_s for searched in trial.searches]
    frame_s = [frame.cpu_s for frame in trial.peer]
    frames = trial.searches[0].search.frames_searched
    peer_s = extrapolated_s(frame_s, frames, WORKERS)
    values = {
        "times": length_s / median(seconds),
        "cpu_s": median(cpu_s),
        "peak_mb": median(trial.peaks_mb),
        "frames": frames,
        "peer_frame_s": mean(frame_s),
        "peer_times": length_s / peer_s,
        "ratio": peer_s / median(seconds),
        "cpu_ratio": peer_s * WORKERS / median(cpu_s),
    }
    return Figures(values, {"seconds": seconds, "cpu_s": cpu_s, "peak_mb": trial.peaks_mb, "peer_frame_s": frame_s})


def _right(trial: Trial) -> Figures:
    scored = trial.scored
    arrival, leaving = scored.arrival_errors_s, scored.leaving_errors_s
    values = {
        **{key: getattr(scored, key) for key in ("present", "right", "unsure", "missed", "false", "strangers")},
        "arrival_s": median(arrival) if arrival else None,
        "arrival_most_s": max(arrival, default=None),
        "leaving_s": median(leaving) if leaving else None,
        "leaving_most_s": max(leaving, default=None),
    }
    return Figures(values, {"arrival_s": arrival, "leaving_s": leaving})


def _named(trial: Trial) -> Figures:
    enrolled, search = enrolled_labels(), trial.searches[0].search
    ours = theirs = Named()
    for frame in trial.peer:
        visible = [label for label, _ in truth_boxes(trial.film, frame.second)]
        covered = [label for label, _ in covered_boxes(trial.film, frame.second)]
        ours += named(named_by_search(search, frame.second), visible, enrolled, covered)
        theirs += named(frame.names, visible, enrolled, covered)
    values = {
        "frames": len(trial.peer),
        "faces": ours.right + ours.missed,
        **{key: getattr(ours, key) for key in ("right", "false", "missed")},
        **{f"peer_{key}": getattr(theirs, key) for key in ("right", "false", "missed")},
    }
    return Figures(values)


def score_of(film: Film, searched: Searched) -> Score:
    """Compare a search of a film with its truth."""
    width, height = film.plan.size

    def face_at(second: float, point: tuple[float, float]) -> str | None:
        x, y = point[0] * width, point[1] * height
        around = [
            (dist((x, y), middle(box)), label)
            for label, box in (*truth_boxes(film, second), *covered_boxes(film, second))
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]
        ]
        return min(around, default=(0.0, None))[1]

    stays_of = {presence.label: presence.stays for presence in film.truth}
    return score(searched.search, stays_of, enrolled_labels(), face_at)


def say_false(log: Log, name: str, scored: Score) -> None:
    """Name those who were marked and never there, for whoever looks for the reason."""
    if scored.false:
        log.say(f"{name}: marked and never there: {', '.join(scored.never_there)}")


def enrolled_labels() -> set[str]:
    """The 40 of the gallery."""
    return {label_of(seed) for seed in ENROLLED_SEEDS}
