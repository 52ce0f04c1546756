"""Runs a piece of the bench in a fresh process, so that its time and memory are its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from multiprocessing.process import parent_process
from typing import Any

from bench.memory import MemoryMeter
from bench.table import sentence
from face_engine.errors import FaceEngineError

# Whatever multiplies matrices keeps to one thread where one thread is what is measured.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class ChildFailed(FaceEngineError):
    """A process of the bench failed; the message is its sentence."""


@dataclass(frozen=True)
class Outcome:
    """What the child's work returned, and the most memory of the child and its own children, in bytes."""

    value: Any
    peak_bytes: int


@dataclass(frozen=True)
class _Failure:
    sentence: str


@dataclass(frozen=True)
class _Child:
    process: SpawnProcess
    connection: Connection


def in_child(work: Callable[..., Any], *arguments: Any, one_thread: bool = False) -> Outcome:
    """Call `work` in a fresh process; work, arguments and result must be picklable.

    Raises
    ------
    ChildFailed
        With the sentence of what the work raised, or where the process ended early.
    """
    return in_children(work, [arguments], one_thread=one_thread)[0]


def in_children(
    work: Callable[..., Any], calls: Sequence[tuple[Any, ...]], *, one_thread: bool = False
) -> list[Outcome]:
    """As `in_child`, all calls at once; none of the processes outlives this."""
    children: list[_Child] = []
    try:
        with _started_quietly(one_thread):
            children += [_started(work, arguments) for arguments in calls]
        with contextlib.ExitStack() as meters:
            metered = [meters.enter_context(MemoryMeter(child.process.pid or 0)) for child in children]
            values = [_answer(child) for child in children]
        return [Outcome(value, meter.peak_bytes) for value, meter in zip(values, metered, strict=True)]
    finally:
        for child in children:
            child.process.kill()
        for child in children:
            child.process.join()
            child.connection.close()


def _started(work: Callable[..., Any], arguments: tuple[Any, ...]) -> _Child:
    # A forked child would inherit the locks of ONNX Runtime's threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(theirs, work, arguments), name="bench")
    process.start()
    theirs.close()
    return _Child(process, ours)


def _answer(child: _Child) -> Any:
    try:
        answer = child.connection.recv()
    except EOFError:
        child.process.join()
        raise ChildFailed(
            "A process of the bench ended early, with status %(status)s.", status=child.process.exitcode
        ) from None
    if isinstance(answer, _Failure):
        raise ChildFailed("%(sentence)s", sentence=answer.sentence)
    return answer


def _live(connection: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        connection.send(work(*arguments))
    except Exception as error:  # nobody reads a child's traceback: the row shows the sentence
        connection.send(_Failure(sentence(error)))


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


@contextlib.contextmanager
def _started_quietly(one_thread: bool) -> Iterator[None]:
    """Children inherit that Ctrl-C is not for them (the parent ends them), and how many threads they may use."""
    before = dict(os.environ)
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(_ONE_THREAD if one_thread else {})
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)
        os.environ.clear()
        os.environ.update(before)


def cpu_seconds() -> float:
    """CPU time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in used)
