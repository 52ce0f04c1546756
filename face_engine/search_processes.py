"""Shares the tasks of a video search among child processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess

from face_engine.errors import FaceEngineError
from face_engine.search_tasks import Failure, Found, Job, Looked, Progress, Result, Task
from face_engine.search_worker import serve

TICK_S = 0.5

Report = Callable[[int, float], None]
"""Told the number of a task, and the second of the video up to which it is done; at least every half second or so."""


@dataclass(eq=False)
class _Child:
    process: SpawnProcess
    connection: Connection


class SearchProcesses:
    """Child processes that do one list of tasks after the other."""

    def __init__(self, job: Job, children: Sequence[_Child]) -> None:
        self._job = job
        self._children = children

    def do(self, tasks: Sequence[Task], report: Report) -> list[Result]:
        """Do all tasks, which are numbered from 0 on; the results are in their order.

        Raises
        ------
        FaceEngineError
            Where a child fails or is killed.
        """
        waiting = list(reversed(tasks))
        done: dict[int, Result] = {}
        for child in self._children:
            _give(child, waiting)
        while len(done) < len(tasks):
            ready = wait([child.connection for child in self._children], timeout=TICK_S)
            for child in [c for c in self._children if c.connection in ready]:
                message = _received(child, self._job)
                if isinstance(message, Progress):
                    report(message.number, message.at_s)
                else:
                    done[message.number] = message
                    report(message.number, tasks[message.number].end_s)
                    _give(child, waiting)
            if not ready:
                report(0, 0.0)
        return [done[task.number] for task in tasks]


@contextlib.contextmanager
def search_processes(job: Job, count: int) -> Iterator[SearchProcesses]:
    """Start child processes; all are gone at the end, whatever is raised."""
    children: list[_Child] = []
    try:
        children += [_started(job) for _ in range(count)]
        yield SearchProcesses(job, children)
    finally:
        for child in children:
            child.process.kill()
        for child in children:
            child.process.join()
            child.connection.close()


def _started(job: Job) -> _Child:
    # A forked child inherits the locks of ONNX Runtime's threads and hangs on them.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, job), daemon=True, name="face-search")
    with _deaf_to_ctrl_c():
        process.start()
    # The end of the child must be the end of the pipe.
    theirs.close()
    return _Child(process, ours)


@contextlib.contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Children are born with SIGINT blocked, so that Ctrl-C while they still import ends in no traceback."""
    resource_tracker.ensure_running()  # the first call unblocks SIGINT, so it must come before
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _give(child: _Child, waiting: list[Task]) -> None:
    if waiting:
        # A child that is gone is noticed, and named, when its answer is read.
        with contextlib.suppress(BrokenPipeError):
            child.connection.send(waiting.pop())


def _received(child: _Child, job: Job) -> Progress | Result:
    try:
        message = child.connection.recv()
    except (EOFError, OSError) as error:
        child.process.join(timeout=5)
        raise _broken_off(job.path.name, child.process.exitcode) from error
    if isinstance(message, Failure):
        raise FaceEngineError(message.template, **message.values)
    if not isinstance(message, Progress | Found | Looked):
        raise FaceEngineError(
            "The search of %(name)s failed: one of its processes sent something unknown.", name=job.path.name
        )
    return message


def _broken_off(name: str, code: int | None) -> FaceEngineError:
    if code is not None and code < 0:
        return FaceEngineError(
            "The search of %(name)s stopped: one of its processes was killed by signal %(signal)s, "
            "perhaps for want of memory.",
            name=name,
            signal=-code,
        )
    return FaceEngineError(
        "The search of %(name)s stopped: one of its processes ended early with code %(code)s.", name=name, code=code
    )
