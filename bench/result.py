"""One run of the bench as JSON: when, on what machine, with what versions and settings, and all samples."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.plan import WORKERS, Places, Plan
from bench.table import Table
from face_engine.models import Models

LATEST = "latest.json"

_FLAGS = ("avx", "avx2", "fma", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8", "neon", "asimd")
_PACKAGES = {
    "onnxruntime": "onnxruntime",
    "opencv": "opencv-python-headless",
    "av": "av",
    "numpy": "numpy",
    "dlib": "dlib-bin",
}


def result(
    tables: Sequence[Table], plan: Plan, places: Places, only: Sequence[str] | None, took_s: float, load: float
) -> dict[str, Any]:
    """All that a reader needs to judge the figures; `load` is what the machine had to do before the bench."""
    return {
        "made_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "took_s": round(took_s, 1),
        "machine": {**machine(), "load_at_start": round(load, 2)},
        "versions": versions(),
        "settings": {
            **plan.to_json(),
            "only": list(only) if only else None,
            "workers": WORKERS,
            "photographs": places.photographs is not None,
        },
        "tables": [table.to_json() for table in tables],
    }


def write(content: dict[str, Any], path: Path) -> None:
    """Write a result whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(path)


def read(path: Path) -> dict[str, Any]:
    """A result that was written."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def machine() -> dict[str, Any]:
    """Processor, its flags that matter to networks, cores that may be used, memory in GB."""
    facts = _cpu_facts()
    known = (facts.get("flags") or facts.get("Features") or "").split()
    return {
        "cpu": facts.get("model name") or platform.processor() or platform.machine(),
        "flags": [flag for flag in _FLAGS if flag in known],
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(),
    }


def versions() -> dict[str, str]:
    """Of Python, of the packages that do the work, and the face engine's name."""
    return {
        "python": platform.python_version(),
        **{name: _version(package) for name, package in _PACKAGES.items()},
        "engine": Models().name,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _cpu_facts() -> dict[str, str]:
    try:
        first = Path("/proc/cpuinfo").read_text(encoding="utf-8").partition("\n\n")[0]
    except OSError:
        return {}
    pairs = (line.partition(":") for line in first.splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}
