"""Shares the tasks of a video search among child processes."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
import threading
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
    """Child processes that do one list of tasks after the other, and one job after the other."""

    def __init__(self, job: Job, children: Sequence[_Child]) -> None:
        self._job = job
        self._children = children

    def __len__(self) -> int:
        """How many."""
        return len(self._children)

    def are_ready(self) -> bool:
        """Whether none has ended, as children do that are not needed for a while."""
        return all(child.process.is_alive() for child in self._children)

    def begin(self, job: Job) -> None:
        """From now on the tasks are of this job. Raises FaceEngineError where a child has ended."""
        self._job = job
        for child in self._children:
            try:
                child.connection.send(job)
                # One that has just been killed still takes what is sent.
                child.connection.recv()
            except (EOFError, OSError) as error:
                child.process.join(timeout=5)
                raise _broken_off(job.path.name, child.process.exitcode) from error

    def end(self) -> None:
        """End all of them, whatever they are doing."""
        for child in self._children:
            child.process.kill()
        for child in self._children:
            child.process.join()
            child.connection.close()

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
    children = started(job, count)
    try:
        yield children
    finally:
        children.end()


def started(job: Job, count: int) -> SearchProcesses:
    """Child processes that load the networks of this job; whoever starts them has to end them."""
    children: list[_Child] = []
    try:
        children += [_started(job) for _ in range(count)]
    except BaseException:
        SearchProcesses(job, children).end()
        raise
    return SearchProcesses(job, children)


class SearchPool:
    """Keeps the processes of a search for the next one, which then need not start and load their networks.

    Threads may share it: whoever finds its processes at work gets others for the one search. Processes that are not
    needed for ten minutes end, and so do those of a search that was stopped or failed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: SearchProcesses | None = None

    @contextlib.contextmanager
    def processes(self, job: Job, count: int) -> Iterator[SearchProcesses]:
        """So many processes for one job."""
        children = self._taken(job, count) or started(job, count)
        try:
            yield children
        except BaseException:
            children.end()
            raise
        self._give_back(children)

    def is_warm(self, count: int) -> bool:
        """Whether so many processes wait for a job."""
        with self._lock:
            return self._idle is not None and len(self._idle) == count and self._idle.are_ready()

    def close(self) -> None:
        """End the waiting processes."""
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.end()

    def _taken(self, job: Job, count: int) -> SearchProcesses | None:
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is None:
            return None
        if len(idle) == count and idle.are_ready():
            with contextlib.suppress(FaceEngineError):
                idle.begin(job)
                return idle
        idle.end()
        return None

    def _give_back(self, children: SearchProcesses) -> None:
        with self._lock:
            if self._idle is None:
                self._idle = children
                return
        children.end()


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
