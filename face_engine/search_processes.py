"""Shares the segments of a video among child processes."""

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
from face_engine.search_worker import Failure, Found, Job, Progress, Segment, serve

TICK_S = 0.5

Report = Callable[[int, float], None]
"""Told the number of a segment, and the second up to which it is searched; at least every half second or so."""


@dataclass(eq=False)
class _Child:
    process: SpawnProcess
    connection: Connection


def search_in_processes(job: Job, segments: Sequence[Segment], processes: int, report: Report) -> list[Found]:
    """Search all segments; the results are in the order of the segments.

    All children are gone when this returns or raises, also where `report` raises.

    Raises
    ------
    FaceEngineError
        Where a child fails or is killed.
    """
    children: list[_Child] = []
    try:
        children += [_started(job) for _ in range(min(processes, len(segments)))]
        return _shared(job, children, segments, report)
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


def _shared(job: Job, children: list[_Child], segments: Sequence[Segment], report: Report) -> list[Found]:
    waiting = list(reversed(segments))
    found: dict[int, Found] = {}
    for child in children:
        _give(child, waiting)
    while len(found) < len(segments):
        ready = wait([child.connection for child in children], timeout=TICK_S)
        for child in [c for c in children if c.connection in ready]:
            message = _received(child, job)
            if isinstance(message, Progress):
                report(message.number, message.at_s)
            else:
                found[message.number] = message
                report(message.number, segments[message.number].end_s)
                _give(child, waiting)
        if not ready:
            report(0, 0.0)
    return [found[segment.number] for segment in segments]


def _give(child: _Child, waiting: list[Segment]) -> None:
    if waiting:
        # A child that is gone is noticed, and named, when its answer is read.
        with contextlib.suppress(BrokenPipeError):
            child.connection.send(waiting.pop())


def _received(child: _Child, job: Job) -> Progress | Found:
    try:
        message = child.connection.recv()
    except (EOFError, OSError) as error:
        child.process.join(timeout=5)
        raise _broken_off(job.path.name, child.process.exitcode) from error
    if isinstance(message, Failure):
        raise FaceEngineError(message.template, **message.values)
    if not isinstance(message, Progress | Found):
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
