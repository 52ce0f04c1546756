"""Searches whose processes are stopped, killed, or left alone by a killed parent."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from multiprocessing.context import SpawnProcess
from pathlib import Path

import pytest

from face_engine.errors import FaceEngineError, SearchStopped
from face_engine.models import Models
from face_engine.search import SearchOptions, search_video
from face_engine.search_processes import SearchPool, search_processes
from face_engine.search_tasks import Job, Segment
from face_engine.search_worker import serve

pytestmark = pytest.mark.slow


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


@pytest.fixture
def pool():
    made = SearchPool()
    yield made
    made.close()


def searched(video, gallery, graph_folder, pool, progress=None):
    options = SearchOptions(every_s=1, processes=2)
    return search_video(video, gallery, options, progress, models=Models(graph_folder), pool=pool)


def pids():
    return {child.pid for child in multiprocessing.active_children()}


def test_the_next_search_has_the_same_processes_and_finds_the_same(long_video, gallery, graph_folder, pool):
    first = searched(long_video, gallery, graph_folder, pool)
    kept = pids()
    again = searched(long_video, gallery, graph_folder, pool)
    assert len(kept) == 2 and pids() == kept
    alone = search_video(long_video, gallery, SearchOptions(every_s=1, processes=1), models=Models(graph_folder))
    seen = [[(p.label, p.distance, p.frames, p.appearances) for p in one.people] for one in (first, again, alone)]
    assert seen[0] == seen[1] == seen[2] != []


def test_a_search_that_is_stopped_keeps_no_process(long_video, gallery, graph_folder, pool):
    searched(long_video, gallery, graph_folder, pool)

    def stop(share):
        if share > 0:
            raise SearchStopped("The search was stopped.")

    with pytest.raises(SearchStopped):
        searched(long_video, gallery, graph_folder, pool, stop)
    assert pids() == set()


def test_processes_that_died_in_between_are_replaced(long_video, gallery, graph_folder, pool):
    searched(long_video, gallery, graph_folder, pool)
    before = pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    assert len(searched(long_video, gallery, graph_folder, pool).people) == 2
    assert len(pids()) == 2 and not pids() & before


def test_who_finds_the_processes_at_work_gets_others(tmp_path, pool):
    job = Job(tmp_path / "missing.mp4", 1.0, 1.0, 3.0, 5, smallest_face_px=40, models=Models(tmp_path))
    with pool.processes(job, 1):
        busy = pids()
        with pool.processes(job, 1):
            assert len(pids() - busy) == 1
    assert len(pids()) == 1
    assert pool.is_warm(1) and not pool.is_warm(2)
    pool.close()
    assert pids() == set()


def test_a_process_that_nobody_needs_ends(tmp_path):
    job = Job(tmp_path / "missing.mp4", 1.0, 1.0, 3.0, 5, smallest_face_px=40, models=Models(tmp_path))
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, job, 0.1))
    process.start()
    process.join(timeout=60)
    assert (process.exitcode, ours.poll()) == (0, False)


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
