"""python -m bench.accuracy [--quick] [--print-only]: measure, print tables, write them into docs/accuracy.md."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from bench.accuracy.plan import FULL, QUICK, drawn_tables, real_tables
from bench.accuracy.tables import Table, write_between_marks
from bench.accuracy.trials import Eyes
from face_engine.errors import FaceEngineError

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"


def main(arguments: list[str]) -> int:
    """The exit status: 0, or 1 with a sentence where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.accuracy", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer views, people and frames; writes no page")
    parser.add_argument("--print-only", action="store_true", help="write no page")
    given = parser.parse_args(arguments)
    extent = QUICK if given.quick else FULL
    folder = os.environ.get("ROLLCALL_FACES_DIR")
    tables: list[Table] = []
    try:
        eyes = Eyes()
        if folder:
            tables += _shown(real_tables(Path(folder), eyes, extent, _say))
        else:
            _say("no real photographs: set ROLLCALL_FACES_DIR for them")
        tables += _shown(drawn_tables(eyes, extent, _say))
    except FaceEngineError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("The measurement was stopped; nothing is written.", file=sys.stderr)
        return 1
    if folder and not (given.quick or given.print_only):
        write_between_marks(PAGE, "\n\n".join([f"Measured on {date.today():%Y-%m-%d}.", *map(str, tables)]))
        _say(f"{PAGE} is written")
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
