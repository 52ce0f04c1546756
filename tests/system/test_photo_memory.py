"""A web process stays below 700 MB, whatever photos it is sent and however many at once."""

import os
import subprocess
import sys

import pytest

from tests.face_engine.test_picture_limits import LARGE

MOST_MB = 700


@pytest.mark.slow
def test_sixteen_large_photos_at_once_keep_a_web_process_below_its_promise(tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    endings = {"PNG": ".png", "PNG of too many pixels": ".png", "JPEG below twice the longest side": ".jpg"}
    for kind in (*endings, "progressive JPEG", "WebP", "HEIC", "AVIF"):
        (photos / f"{kind}{endings.get(kind, '')}").write_bytes(LARGE[kind]())
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.photo_memory", str(photos)],
        env={**os.environ, "ROLLCALL_DATA": str(tmp_path / "data")},
        check=True,
        capture_output=True,
        text=True,
    )
    assert int(done.stdout.split()[-1]) < MOST_MB
