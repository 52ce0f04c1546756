"""How far apart the drawn people of the films are, for whoever reads the other rows."""

from bench.child import beside
from bench.people import distances
from bench.stage import Stage
from bench.table import Column, Figures, Table, row
from face_engine.engine import Engine

_COLUMNS = (
    Column("faces", "faces"),
    Column("not_found", "not found"),
    Column("median_same", "same", "median", 3),
    Column("farthest_same", "same", "farthest", 3),
    Column("median_different", "other", "median", 3),
    Column("nearest_different", "other", "nearest", 3),
    Column("nearest_photos", "photos", "nearest", 3),
)


def tables(stage: Stage) -> list[Table]:
    """One row."""
    stage.log.say("people: distances of the 45, while the films of this run are made")
    with beside(_measured, one_thread=True) as running:
        stage.prepare()
        measured = row("45 drawn people", lambda: running.outcome().value)
    notes = (
        "From fresh faces (turned, blurred, 40 to 130 px) to the nearest photo of the same and of any other person.",
        "Drawn people overlap more than real ones: these figures say how hard the films are and nothing of people.",
    )
    return [Table("people", "The drawn people", _COLUMNS, (measured,), notes)]


def _measured() -> Figures:
    found = distances(Engine())
    return Figures({column.key: getattr(found, column.key) for column in _COLUMNS})
