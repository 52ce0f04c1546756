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
from pathlib import Path
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


class Running:
    """A child at work."""

    def __init__(self, process: SpawnProcess, connection: Connection, meter: MemoryMeter) -> None:
        self._process = process
        self._connection = connection
        self._meter = meter

    def outcome(self) -> Outcome:
        """What came of it, once it is through; raises as `in_child`."""
        try:
            answer = self._connection.recv()
        except EOFError:
            self._process.join()
            status = self._process.exitcode
            raise ChildFailed("A process of the bench ended early, with status %(status)s.", status=status) from None
        if isinstance(answer, _Failure):
            raise ChildFailed("%(sentence)s", sentence=answer.sentence)
        return Outcome(answer, self._meter.peak_bytes)


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
    """As `in_child`, all calls at once."""
    with contextlib.ExitStack() as ends:
        running = [ends.enter_context(beside(work, *arguments, one_thread=one_thread)) for arguments in calls]
        return [child.outcome() for child in running]


@contextlib.contextmanager
def beside(work: Callable[..., Any], *arguments: Any, one_thread: bool = False) -> Iterator[Running]:
    """Call `work` in a fresh process while the context goes on; the process does not outlive the context."""
    # A forked child would inherit the locks of ONNX Runtime's threads.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_live, args=(theirs, work, arguments), name="bench")
    with _started_quietly(one_thread):
        process.start()
    theirs.close()
    try:
        with MemoryMeter(process.pid or 0) as meter:
            yield Running(process, ours, meter)
    finally:
        process.kill()
        process.join()
        ours.close()


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


def running_cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time of processes that still run, without their children."""
    # The name in brackets may hold blanks; user and system time are the twelfth and thirteenth word after it.
    words = [Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split() for pid in pids]
    return sum(int(ticks) for known in words for ticks in known[11:13]) / os.sysconf("SC_CLK_TCK")
