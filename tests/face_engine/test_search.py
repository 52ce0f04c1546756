"""Searching whole videos: who is found, in one process or several, and what happens when something dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path

import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, STRANGER_SEED, draw, person, portrait, pose
from face_engine import search as search_module
from face_engine.errors import BadVideo, FaceEngineError, SearchStopped
from face_engine.gallery import Gallery
from face_engine.images import read_image
from face_engine.models import Models
from face_engine.search import SearchOptions, default_every_s, first_look_s, search_video
from face_engine.search_processes import search_processes
from face_engine.search_tasks import Found, Job, Segment
from tests.face_engine.films import film, noisy_pictures

ADA, BEN, CAI = CLASS_SEEDS[:3]
FACE_PX = 160
LONG_S = 130
LECTURE_S = 614


@pytest.fixture(scope="module")
def faces():
    """A few pictures each of two students and a stranger."""
    return {
        seed: [draw(person(seed), pose(seed * 10 + n, hardness=0.3), FACE_PX) for n in range(3)]
        for seed in (ADA, BEN, STRANGER_SEED)
    }


@pytest.fixture(scope="module")
def gallery(engine):
    """Three students; the third is not in the videos."""
    vectors = []
    for seed in (ADA, BEN, CAI):
        photo = portrait(person(seed))
        vectors.append(engine.embed(photo, engine.find(photo)[:1], mirrored=True)[0])
    return Gallery(["ada", "ben", "cai"], np.stack(vectors))


def scene(faces, time_s, who):
    """A picture of 400 x 200 with these people in their places."""
    picture = np.full((200, 400, 3), 90, np.uint8)
    for seed, left in who:
        look = faces[seed][int(time_s) % 3]
        picture[20 : 20 + FACE_PX, left : left + FACE_PX] = look
    return picture


@pytest.fixture(scope="module")
def clip(tmp_path_factory, faces):
    """Nine seconds: ada throughout, beside her the stranger for the first six; ben never."""
    frames = [scene(faces, n / 5, [(ADA, 10), (STRANGER_SEED, 220)] if n < 30 else [(ADA, 10)]) for n in range(45)]
    return film(tmp_path_factory.mktemp("clip") / "clip.mp4", frames, fps=5)


@pytest.fixture(scope="module")
def long_video(tmp_path_factory, faces):
    """Over two minutes at two pictures a second: ada throughout, ben from 50 s to 70 s, the stranger from 100 s on."""
    frames = []
    for n in range(LONG_S * 2):
        time_s = n / 2
        who = [(ADA, 10)]
        who += [(BEN, 220)] if 50 <= time_s < 70 else []
        who += [(STRANGER_SEED, 220)] if time_s >= 100 else []
        frames.append(scene(faces, time_s // 4, who))
    path = tmp_path_factory.mktemp("long") / "lecture.mp4"
    return film(path, frames, fps=2, options={"g": "8", "preset": "ultrafast"})


@pytest.fixture(scope="module")
def lecture(tmp_path_factory, faces):
    """Over ten minutes, a picture a second: ada throughout, ben from 123 s to before 347 s."""
    people = {False: [(ADA, 10)], True: [(ADA, 10), (BEN, 220)]}
    frames = [scene(faces, n // 40, people[123 <= n < 347]) for n in range(LECTURE_S)]
    path = tmp_path_factory.mktemp("lecture") / "lecture.mp4"
    return film(path, frames, fps=1, options={"g": "2", "preset": "ultrafast", "sc_threshold": "0"})


def summary(found):
    people = [
        (p.label, p.runner_up, p.frames, p.good_frames, p.first_s, p.last_s, p.appearances, round(p.distance, 4))
        for p in found.people
    ]
    unknown = [(u.frames, u.first_s, u.last_s, u.appearances, u.nearest and u.nearest.label) for u in found.unknown]
    return found.frames_searched, people, unknown


def test_a_clip_tells_who_is_there_and_when(clip, gallery, graph_folder):
    told = []
    found = search_video(clip, gallery, progress=told.append, models=Models(graph_folder))
    (ada,), (stranger,) = found.people, found.unknown
    assert ada.label == "ada"
    assert ada.distance < 0.4 and ada.margin > 0.1 and ada.similarity > 90
    assert ada.good_frames >= 3
    assert (ada.first_s, ada.last_s) == pytest.approx((0, 8.8), abs=0.21)
    assert (stranger.first_s, stranger.last_s) == pytest.approx((0, 5.8), abs=0.21)
    assert stranger.nearest is not None and stranger.nearest.similarity < 60
    assert told[0] == 0 and told[-1] == 1 and told == sorted(told)
    assert found.frames_searched == 45
    assert found.searched_until_s == pytest.approx(8.8, abs=0.21)


def test_pictures_show_the_face_and_fit_a_thumbnail(clip, gallery, graph_folder, engine):
    found = search_video(clip, gallery, models=Models(graph_folder))
    for seen in [*found.people, *found.unknown]:
        picture = read_image(seen.picture.jpeg)
        assert max(picture.shape) <= 320
        assert len(engine.find(picture)) == 1
        assert seen.picture.frame_size == (400, 200)
        assert 0 <= seen.picture.t_s <= 9


def test_without_a_gallery_everybody_is_unknown(clip, graph_folder):
    found = search_video(clip, Gallery([], np.empty((0, 128))), models=Models(graph_folder))
    assert found.people == []
    assert [u.nearest for u in found.unknown] == [None, None]


def test_a_video_without_faces_has_nobody(tmp_path, gallery, graph_folder):
    blank = film(tmp_path / "wall.mp4", [np.full((120, 160, 3), 90, np.uint8)] * 10)
    found = search_video(blank, gallery, models=Models(graph_folder))
    assert (found.people, found.unknown) == ([], [])
    assert found.frames_searched > 0


def test_the_same_is_found_by_one_process_and_by_three(long_video, gallery, graph_folder):
    told = []
    alone = search_video(long_video, gallery, SearchOptions(every_s=1, processes=1), models=Models(graph_folder))
    shared = search_video(
        long_video, gallery, SearchOptions(every_s=1, processes=3), told.append, models=Models(graph_folder)
    )
    assert summary(shared) == summary(alone)
    assert [p.label for p in shared.people] == ["ada", "ben"]
    assert shared.people[0].appearances == [pytest.approx((0, LONG_S - 1), abs=1)]
    assert len(shared.unknown) == 1
    assert told[0] == 0 and told[-1] == 1 and told == sorted(told)


def test_a_lecture_is_looked_at_closely_only_where_something_is_open(lecture, gallery, graph_folder):
    told = []
    alone = search_video(lecture, gallery, SearchOptions(processes=1), told.append, models=Models(graph_folder))
    shared = search_video(lecture, gallery, SearchOptions(processes=3), models=Models(graph_folder))
    assert summary(shared) == summary(alone)
    ada, ben = alone.people
    assert (ada.label, ben.label) == ("ada", "ben")
    assert ada.first_s == 0 and ada.last_s >= LECTURE_S - 4
    # In steps of two seconds, though the first look has one in ten.
    assert (ben.first_s, ben.last_s) == (124, 346)
    assert alone.frames_searched < LECTURE_S / 2 * 0.4
    assert told == sorted(told) and told[-1] == 1


def test_a_search_that_is_stopped_ends_at_once_and_leaves_no_process(long_video, gallery, graph_folder):
    calls = []

    def stop(share):
        calls.append(share)
        if share > 0:
            raise SearchStopped("The search was stopped.")

    with pytest.raises(SearchStopped):
        search_video(long_video, gallery, SearchOptions(every_s=1, processes=2), stop, models=Models(graph_folder))
    assert multiprocessing.active_children() == []
    assert calls[-1] < 1


def test_a_child_that_is_killed_is_a_plain_sentence_and_no_hang(long_video, gallery, graph_folder):
    def kill_one(share):
        for child in multiprocessing.active_children()[:1]:
            os.kill(child.pid, signal.SIGKILL)

    with pytest.raises(FaceEngineError, match=r"lecture\.mp4 stopped: .* killed by signal 9"):
        search_video(long_video, gallery, SearchOptions(every_s=1, processes=2), kill_one, models=Models(graph_folder))
    assert multiprocessing.active_children() == []


def test_what_a_child_cannot_do_is_told_by_the_parent(tmp_path):
    not_a_folder = tmp_path / "file"
    not_a_folder.write_text("")
    job = Job(tmp_path / "lecture.mp4", 1.0, 1.0, 3.0, 5, smallest_face_px=1, models=Models(not_a_folder))
    failing = pytest.raises(FaceEngineError, match=r"lecture\.mp4 failed: ValueError")
    with failing, search_processes(job, 1) as children:
        children.do([Segment(0, 0.0, 60.0)], lambda number, at_s: None)
    assert multiprocessing.active_children() == []


PARENT = """
import sys
from pathlib import Path
import numpy as np
from face_engine.gallery import Gallery
from face_engine.models import Models
from face_engine.search import SearchOptions, search_video
import multiprocessing

def told(share):
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)

if __name__ == "__main__":
    options = SearchOptions(every_s=0.5, processes=2)
    search_video(Path(sys.argv[1]), Gallery([], np.empty((0, 128))), options, told, models=Models(Path(sys.argv[2])))
"""


def test_children_end_with_a_killed_parent(tmp_path, long_video, graph_folder):
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, script, long_video, graph_folder],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    children = []
    while not children:
        children = [int(pid) for pid in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    patience = time.monotonic() + 20
    while any(_runs(pid) for pid in children) and time.monotonic() < patience:
        time.sleep(0.05)
    assert [pid for pid in children if _runs(pid)] == []


def _runs(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def test_a_video_that_breaks_off_is_searched_as_far_as_it_goes(tmp_path, faces, gallery, graph_folder):
    frames = [scene(faces, 0, [(ADA, 10)]) for _ in range(40)]
    noise = noisy_pictures(40, (400, 200))
    for picture, own in zip(frames, noise, strict=True):
        picture[:, 180:] = own[:, 180:]
    path = film(tmp_path / "lecture.mkv", frames, fps=5, options={"g": "5"})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    found = search_video(path, gallery, models=Models(graph_folder))
    assert [p.label for p in found.people] == ["ada"]
    assert found.searched_until_s < 6 < found.info.duration_s


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux, which says what a process blocks")
def test_ctrl_c_is_for_the_parent_alone_from_the_first_moment_of_a_child(tmp_path, monkeypatch):
    born = []
    start = SpawnProcess.start

    def remembered(process):
        start(process)
        born.append(_blocks_ctrl_c(process.pid))

    monkeypatch.setattr(SpawnProcess, "start", remembered)
    job = Job(tmp_path / "missing.mp4", 1.0, 1.0, 3.0, 5, smallest_face_px=40, models=Models(tmp_path))
    with search_processes(job, 1):
        pass
    assert born == [True]
    assert not _blocks_ctrl_c("self")


def _blocks_ctrl_c(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked, 16) >> (signal.SIGINT - 1) & 1)


def test_a_video_of_which_nothing_can_be_decoded_is_refused(clip, gallery, graph_folder, monkeypatch):
    def nothing(self, segment, report):
        return Found(segment.number, [], 0, segment.start_s)

    monkeypatch.setattr(search_module.Searcher, "do", nothing)
    with pytest.raises(BadVideo, match="no picture of it can be decoded"):
        search_video(clip, gallery, models=Models(graph_folder))


def test_progress_never_falls_while_nothing_is_reported():
    told = []
    meter = search_module._Meter([Segment(0, 0.0, 60.0), Segment(1, 60.0, 120.0)], 90.0, told.append)
    for number, at_s in [(0, 45.0), (1, 75.0), (0, 0.0), (1, 120.0), (0, 60.0)]:
        meter.report(number, at_s)
    assert told == pytest.approx([45 / 90, 60 / 90, 60 / 90, 75 / 90, 1.0])


@pytest.mark.parametrize(("length_s", "every_s"), [(1, 0.2), (10, 0.2), (90, 1.0), (180, 2.0), (7200, 2.0)])
def test_a_clip_is_searched_more_densely_than_a_lecture(length_s, every_s):
    assert default_every_s(length_s) == pytest.approx(every_s)


@pytest.mark.parametrize(
    ("length_s", "every_s"), [(10, 0.2), (90, 1.0), (180, 2.0), (300, 4.0), (600, 10.0), (1200, 20.0), (7200, 20.0)]
)
def test_the_first_look_at_a_long_video_is_a_coarse_one(length_s, every_s):
    assert first_look_s(length_s) == pytest.approx(every_s)


@pytest.mark.parametrize(
    "wrong", [{"every_s": 0}, {"every_s": -1}, {"processes": 0}, {"accept_distance": 0.6, "review_distance": 0.5}]
)
def test_options_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError):
        SearchOptions(**wrong)


@pytest.mark.photographs
def test_real_people_are_found_and_the_audience_is_unknown(photographs, engine, graph_folder):
    labels = ["alex-lacamoire.png", "lin-manuel-miranda.png", "rose_leslie1.jpg"]
    vectors = []
    for name in labels:
        photo = read_image(photographs / name)
        vectors.append(engine.embed(photo, engine.find(photo)[:1], mirrored=True)[0])
    found = search_video(
        photographs / "short_hamilton_clip.mp4", Gallery(labels, np.stack(vectors)), models=Models(graph_folder)
    )
    seen = {p.label: p for p in found.people}
    options = SearchOptions()
    assert set(seen) == {"alex-lacamoire.png", "lin-manuel-miranda.png"}
    singer, pianist = seen["lin-manuel-miranda.png"], seen["alex-lacamoire.png"]
    assert singer.distance <= options.accept_distance and singer.good_frames >= 3
    # His face is 24 pixels wide: far from everybody else, and yet a person should look.
    assert options.accept_distance < pianist.distance <= options.review_distance and pianist.good_frames == 0
    assert min(singer.margin, pianist.margin) >= 2 * options.margin
    assert 4 <= len(found.unknown) <= 6
    assert sum(u.first_s > 7.8 for u in found.unknown) == 4
    # The pianist's profile is at the edge of what is found: at one size or another of the same picture.
    assert all(any(engine.find(_enlarged(u.picture.jpeg, by)) for by in (1.4, 1.6, 1.8, 2)) for u in found.unknown)


def _enlarged(jpeg, by):
    return cv2.resize(read_image(jpeg), None, fx=by, fy=by, interpolation=cv2.INTER_CUBIC)
