"""Stills are known by their first bytes, and never taken for videos."""

import pytest

from face_engine.errors import BadVideo
from face_engine.stills import HEAD_BYTES, still_kind
from face_engine.video import probe
from tests.face_engine.films import film, marked_pictures
from tests.still_files import stills

STILLS = stills()


@pytest.mark.parametrize("what", STILLS)
def test_a_still_is_known_and_refused_as_a_video_by_its_name(tmp_path, what):
    kind, content = STILLS[what]
    assert still_kind(content[:HEAD_BYTES]) == kind
    path = tmp_path / "lecture.mp4"
    path.write_bytes(content)
    with pytest.raises(BadVideo, match=rf"is an? (animated )?picture \({kind}\), not a video"):
        probe(path)


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.avi", "a.ts", "a.webm"])
def test_a_video_is_no_still(tmp_path, name):
    codec = "libvpx-vp9" if name == "a.webm" else "libx264"
    path = film(tmp_path / name, marked_pictures(3), codec=codec)
    assert still_kind(path.read_bytes()[:HEAD_BYTES]) is None


@pytest.mark.parametrize("head", [b"", b"\0", b"\0\0\0\x08ftyp", b"\xff\xff\xff\xffftypisom", b"BM and so on", b"P6x"])
def test_odd_bytes_are_no_still(head):
    assert still_kind(head) is None
