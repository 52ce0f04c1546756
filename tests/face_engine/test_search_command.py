"""The search command: names, times and strangers, in words and as JSON."""

import json
from dataclasses import replace
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, person, portrait
from face_engine import search_command
from face_engine.command_line import main
from face_engine.models import Models
from face_engine.portrait import Picture
from face_engine.search_model import PersonSeen, SearchOptions


@pytest.fixture(autouse=True)
def graphs_of_the_tests(monkeypatch, engine, graph_folder):
    search_video = search_command.search_video
    monkeypatch.setattr(search_command, "Engine", lambda: engine)
    monkeypatch.setattr(
        search_command,
        "search_video",
        lambda *arguments: search_video(*arguments, models=Models(graph_folder)),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """A gallery of two students, and two seconds in which the first of them is beside a stranger."""
    folder = tmp_path_factory.mktemp("search")
    (folder / "gallery").mkdir()
    known, absent, stranger = (portrait(person(seed), 320) for seed in CLASS_SEEDS[:3])
    cv2.imwrite(str(folder / "gallery/student-one.png"), known)
    cv2.imwrite(str(folder / "gallery/student-two.png"), absent)
    cv2.imwrite(str(folder / "gallery/wall.png"), np.full((200, 200, 3), 180, np.uint8))
    scene = np.hstack([known, stranger])
    with av.open(str(folder / "lecture.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 640, 320, "yuv420p"
        for _ in range(20):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(scene, format="bgr24")))
        container.mux(stream.encode())
    return folder


def run(folder, *more, video="lecture.mp4", gallery="gallery") -> int:
    return main(["search", str(folder / video), "--gallery", str(folder / gallery), *more])


def test_search_names_who_is_there_and_when(folder, capsys):
    assert run(folder) == 0
    written = capsys.readouterr()
    assert "student-one: similarity" in written.out
    assert "student-two" not in written.out
    assert "unknown 1: in" in written.out
    assert written.err == "wall.png: no face is found in this photo.\n"


def test_search_writes_json(folder, capsys):
    assert run(folder, "--json", "--every", "0.5") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["frames_searched"] == pytest.approx(4, abs=1)
    (seen,) = answer["people"]
    assert (seen["label"], seen["sure"], seen["runner_up"]) == ("student-one", True, "student-two")
    assert seen["similarity"] > 80
    assert 0 <= seen["first_seen_s"] < seen["last_seen_s"] <= 2
    assert len(answer["unknown"]) == 1


@pytest.mark.parametrize(
    ("video", "gallery"), [("missing.mp4", "gallery"), ("lecture.mp4", "missing"), (".", "gallery")]
)
def test_a_bad_video_or_gallery_gets_one_plain_sentence(folder, capsys, video, gallery):
    assert run(folder, video=video, gallery=gallery) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.splitlines()[-1].endswith(".")
    assert "Traceback" not in written.err


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan"])
def test_an_impossible_interval_is_wrong_usage(folder, seconds):
    with pytest.raises(SystemExit) as left:
        run(folder, f"--every={seconds}")
    assert left.value.code == 2


def test_somebody_without_a_good_frame_is_not_sure_however_near():
    nobody_else = PersonSeen(
        "ada", 0.2, None, None, 9, 0, 0.0, 9.0, [(0.0, 9.0)], Picture(b"", 0.0, (0, 0, 1, 1), (1, 1))
    )
    assert not search_command._is_sure(nobody_else, SearchOptions())
    assert search_command._is_sure(replace(nobody_else, good_frames=3), SearchOptions())
