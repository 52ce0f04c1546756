"""What the documentation's commands are given: drawn photos, a film, a list and a password, by the names there."""

from __future__ import annotations

from pathlib import Path

from demo.drawn_people import CLASS_SEEDS
from tests.browser.films import ABSENT, LATE, PRESENT, film_lecture, photo_of

_LIST = "id,name,photos,consent\n22,Student 22,22.jpg,2026-03-02\n23,Student 23,,\n"


def lay_out(folder: Path) -> None:
    """All files that a page names."""
    photo = photo_of(PRESENT)
    for name in ("21.jpg", "photo.jpg", "a.jpg"):
        (folder / name).write_bytes(photo)
    (folder / "b.jpg").write_bytes(photo_of(LATE))
    (folder / "photos").mkdir()
    (folder / "photos/22.jpg").write_bytes(photo_of(LATE))
    (folder / "people").mkdir()
    for name, seed in (("ada", PRESENT), ("ben", LATE), ("cem", ABSENT), ("dan", CLASS_SEEDS[-1])):
        (folder / f"people/{name}.jpg").write_bytes(photo_of(seed))
    (folder / "class.csv").write_text(_LIST)
    (folder / "password.txt").write_text("a teacher's own words\n")
    film_lecture(folder / "lecture.mp4")
