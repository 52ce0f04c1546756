"""The command line of the bench: what to measure, what to print, what to write."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import page, result
from bench.child import cpu_seconds
from bench.log import Log
from bench.plan import FULL, QUICK, Places, Plan
from bench.report import render
from bench.rows.groups import GROUPS
from bench.stage import Stage
from bench.table import Table, failed_table
from face_engine.errors import FaceEngineError

FINE, FAILED, STOPPED = 0, 1, 130
PUBLISHED = "published.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """0; 1 where a row failed; 130 after Ctrl-C."""
    places = Places.from_environment()
    options = _parser().parse_args(arguments)
    try:
        if options.write_docs:
            return _write_docs(options.json or places.results / result.LATEST, places.results / PUBLISHED)
        return _bench(QUICK if options.quick else FULL, places, options.only, options.json)
    except FaceEngineError as error:
        print(error)
        return FAILED
    except KeyboardInterrupt:
        print("\nThe bench was stopped; no result is written.")
        return STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the face engine beside its peers.")
    parser.add_argument("--quick", action="store_true", help="end in under three minutes: shorter films, fewer rounds")
    parser.add_argument("--only", type=_groups, metavar="GROUPS", help=f"some of {','.join(GROUPS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the result's file, in place of results/latest.json")
    parser.add_argument(
        "--write-docs", action="store_true", help="put the latest result into docs/performance.md and end"
    )
    return parser


def _groups(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in GROUPS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)} is none of {', '.join(GROUPS)}")
    return [name for name in GROUPS if name in names]


def _bench(plan: Plan, places: Places, only: list[str] | None, path: Path | None) -> int:
    log, load = Log(), os.getloadavg()[0]
    stage = Stage(plan, places, log, only or GROUPS)
    tables: list[Table] = []
    for name in only or GROUPS:
        log.say(f"== {name}")
        start_s, used_s = log.elapsed_s, cpu_seconds()
        tables += _tables(name, GROUPS[name], stage)
        log.say(f"== {name} took {log.elapsed_s - start_s:.0f} s, {cpu_seconds() - used_s:.0f} s of CPU")
    content = result.result(tables, plan, places, only, log.elapsed_s, load)
    path = path or places.results / result.LATEST
    result.write(content, path)
    print(f"\n{render(content)}\nWritten to {path}")
    return FAILED if any(row.failed is not None for table in tables for row in table.rows) else FINE


def _tables(name: str, group: Callable[[Stage], list[Table]], stage: Stage) -> list[Table]:
    try:
        return group(stage)
    except Exception as error:  # a group that fails is shown as failed; the others go on
        return [failed_table(name, name, error)]


def _write_docs(path: Path, published: Path) -> int:
    if not path.is_file():
        raise FaceEngineError("There is no result yet: run the bench first.")
    content = result.read(path)
    text = page.with_section(page.PAGE.read_text(encoding="utf-8"), content)
    # The next run replaces the latest result; what the page shows is kept beside it.
    result.write(content, published)
    page.PAGE.write_text(text, encoding="utf-8")
    print(f"docs/performance.md shows the result of {content['made_at']} now.")
    return FINE
