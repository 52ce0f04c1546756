"""The groups of rows by the names that --only takes, in the order of the printed table."""

from collections.abc import Callable, Mapping

from bench.rows import detector, encodings, gallery, growth, people, photographs, vector, video
from bench.stage import Stage
from bench.table import Table

Group = Callable[[Stage], list[Table]]

GROUPS: Mapping[str, Group] = {
    "people": people.tables,
    "vector": vector.tables,
    "detector": detector.tables,
    "gallery": gallery.tables,
    "video": video.tables,
    "growth": growth.tables,
    "encodings": encodings.tables,
    "photographs": photographs.tables,
}
