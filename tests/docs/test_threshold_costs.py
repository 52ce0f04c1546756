"""The page of site settings says of other thresholds what docs/accuracy.md measured."""

from __future__ import annotations

import re
from pathlib import Path

from attendance.adapters.local.models import _FEWEST_POINTS_AT, points_between
from attendance.rules.threshold_costs import COSTS
from face_engine.similarity import similarity
from face_engine.thresholds import CHORD

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "accuracy.md"
_ROW = re.compile(r"^\| ([\d.]+), ([\d.]+) \| ([\d.]+) %, ([\d.]+) % \|", re.MULTILINE)


def test_each_row_is_one_of_the_measured_table_in_points() -> None:
    table = _PAGE.read_text().partition("### Other thresholds")[2].partition("###")[0]
    measured = [
        (
            round(similarity(float(accept) * CHORD), 1),
            round(points_between(_FEWEST_POINTS_AT, float(margin) * CHORD), 1),
            float(students),
            float(strangers),
        )
        for accept, margin, students, strangers in _ROW.findall(table)
    ]
    assert measured == [(one.accept, one.margin, one.students_sure, one.strangers_sure) for one in COSTS]
