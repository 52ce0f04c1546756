"""A web process stays below 700 MB, whatever photos it is sent and however many at once."""

import subprocess
import sys

from tests.face_engine.test_picture_limits import LARGE

MOST_MB = 700


def test_sixteen_large_photos_at_once_keep_a_web_process_below_its_promise(tmp_path):
    endings = {"PNG": ".png", "PNG of too many pixels": ".png", "JPEG below twice the longest side": ".jpg"}
    for kind in (*endings, "progressive JPEG", "WebP", "HEIC", "AVIF"):
        (tmp_path / f"{kind}{endings.get(kind, '')}").write_bytes(LARGE[kind]())
    done = subprocess.run(
        [sys.executable, "-m", "tests.system.photo_memory", str(tmp_path)], check=True, capture_output=True, text=True
    )
    assert int(done.stdout.split()[-1]) < MOST_MB
