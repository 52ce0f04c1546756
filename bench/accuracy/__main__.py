"""python -m bench.accuracy [--quick] [--print-only]: measure, print tables, write them into docs/accuracy.md.

With --calibrate it proposes thresholds instead, for the built-in vector model or for another one.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from bench.accuracy.calibrate import calibrated
from bench.accuracy.lfw import VARIABLE, faces_of
from bench.accuracy.plan import FULL, QUICK, Extent, lfw_tables_of, real_tables
from bench.accuracy.tables import Table, write_between_marks
from bench.accuracy.trials import Eyes
from face_engine.errors import FaceEngineError
from face_engine.model_file import ModelFile, sha256_of
from face_engine.models import Models
from face_engine.similarity import SFACE_COSINE

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
PHOTOGRAPHS = "ROLLCALL_FACES_DIR"


def main(arguments: list[str]) -> int:
    """The exit status: 0, or 1 with a sentence where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer views, people and frames; writes no page")
    parser.add_argument("--print-only", action="store_true", help="write no page")
    parser.add_argument("--calibrate", action="store_true", help="propose thresholds by the people of LFW")
    parser.add_argument("--vector-model", type=Path, metavar="FILE", help="an ArcFace-like ONNX file to calibrate for")
    parser.add_argument(
        "--line", type=float, default=SFACE_COSINE, metavar="COSINE", help="that model's threshold for two pictures"
    )
    given = parser.parse_args(arguments)
    extent = QUICK if given.quick else FULL
    try:
        if given.calibrate:
            return _calibrate(given, extent)
        tables = _shown(_tables(extent))
    except FaceEngineError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The measurement was stopped; nothing is written.", file=sys.stderr)
        return 1
    is_whole = all(variable in os.environ for variable in (VARIABLE, PHOTOGRAPHS))
    if is_whole and not (given.quick or given.print_only):
        write_between_marks(PAGE, "\n\n".join([f"Measured on {date.today():%Y-%m-%d}.", *map(str, tables)]))
        _say(f"{PAGE} is written")
    return 0


def _tables(extent: Extent) -> Iterator[Table]:
    lfw, photographs = os.environ.get(VARIABLE), os.environ.get(PHOTOGRAPHS)
    if lfw:
        yield from lfw_tables_of(Path(lfw), extent, _say)
    else:
        _say(f"no people of LFW: set {VARIABLE} for them")
    if photographs:
        yield from real_tables(Path(photographs), Eyes(), extent, _say)
    else:
        _say(f"no real photographs: set {PHOTOGRAPHS} for them")


def _calibrate(given: argparse.Namespace, extent: Extent) -> int:
    folder = os.environ.get(VARIABLE)
    if not folder:
        print(f"Thresholds are found on the people of LFW: set {VARIABLE}.", file=sys.stderr)
        return 1
    models = Models()
    if given.vector_model:
        file = ModelFile(given.vector_model, sha256_of(given.vector_model))
        models = Models(vector_file=file, same_person_cosine=given.line)
    print(calibrated(faces_of(Path(folder), _say, models=models, people=extent.people)))
    return 0


def _shown(tables: Iterable[Table]) -> list[Table]:
    kept = []
    for table in tables:
        print(f"\n{table}\n", flush=True)
        kept.append(table)
    return kept


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
