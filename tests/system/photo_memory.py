"""Lets sixteen threads look at the photos of a folder as a web process does, and prints its most memory in MB.

`python -m tests.system.photo_memory FOLDER`. The promise of decision 25 is 700.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import website
from attendance.bootstrap import bootstrap
from attendance.errors import BadPhoto
from attendance.picture_turns import one_picture_at_a_time
from attendance.settings import load_settings
from website.hourly.cut_finder import CutFinder

assert website.create_app  # the memory of its modules counts too
faces = bootstrap(load_settings()).faces


def look_at(path: Path) -> None:
    """As `one_with_photos_at_a_time` does: the file is read when its turn comes."""
    with one_picture_at_a_time:
        try:
            faces.find(path.read_bytes())
        except BadPhoto as bad:
            print(path.name, bad.sentence)
        if path.suffix in (".png", ".jpg"):
            CutFinder(path.read_bytes())


files = sorted(Path(sys.argv[1]).iterdir())
with ThreadPoolExecutor(16) as pool:
    list(pool.map(look_at, files * (16 // len(files) + 1)))
status = Path("/proc/self/status").read_text().splitlines()
print(int(next(line for line in status if line.startswith("VmHWM")).split()[1]) // 1024)
