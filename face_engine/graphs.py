"""Keeps the networks as ONNX graphs, built once from the weights inside the installed packages."""

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import (
    Fail,
    InvalidArgument,
    InvalidGraph,
    InvalidProtobuf,
    NoSuchFile,
)

from face_engine import weights
from face_engine.weights import WeightFile

# Part of the cache's key: a new number makes every machine build its graphs again.
BUILDER_VERSION = 4

_GROWS_AS_ASKED = 1
_UNREADABLE = (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf, NoSuchFile)


@dataclass(frozen=True)
class _Recipe:
    weight_file: WeightFile
    module: str
    function: str


class Graph(Enum):
    """The four networks."""

    PNET = _Recipe(weights.PNET, "face_engine.mtcnn_graph", "build_pnet")
    RNET = _Recipe(weights.RNET, "face_engine.mtcnn_graph", "build_rnet")
    ONET = _Recipe(weights.ONET, "face_engine.mtcnn_graph", "build_onet")
    SFACE = _Recipe(weights.SFACE, "face_engine.sface_graph", "build")

    def build(self) -> bytes:
        """Make the graph from the weights."""
        recipe = self.value
        # Imported here since onnx takes half a second and is needed on the first start only.
        build = cast(Callable[[Path], bytes], getattr(import_module(recipe.module), recipe.function))
        return build(recipe.weight_file.checked_path())

    def file_name(self) -> str:
        """Changes with the weights and with the builder."""
        return f"{self.name.lower()}-{self.value.weight_file.digest()[:32]}-{BUILDER_VERSION}.onnx"


class GraphCache:
    """Graphs in a folder, or in memory where the folder cannot be written.

    Several processes may share one folder: a graph is written beside its place and then moved there.
    `sparing` is that of `face_engine.models`.
    """

    def __init__(self, folder: Path | None, *, sparing: bool = False) -> None:
        self._folder = folder
        self._sparing = sparing
        self._in_memory: dict[Graph, bytes] = {}

    @classmethod
    def default(cls, *, sparing: bool = False) -> "GraphCache":
        """In the user's cache folder; in memory for a user without a home."""
        try:
            return cls(Path.home() / ".cache" / "rollcall", sparing=sparing)
        except RuntimeError:
            return cls(None, sparing=sparing)

    def session(self, graph: Graph, threads: int = 1) -> onnxruntime.InferenceSession:
        """The network, ready to run; a cached file that cannot be read is built again."""
        try:
            return load_network(self._source(graph), threads, sparing=self._sparing)
        except _UNREADABLE:
            return load_network(self._build(graph), threads, sparing=self._sparing)

    def _source(self, graph: Graph) -> bytes | Path:
        if graph in self._in_memory:
            return self._in_memory[graph]
        if self._folder is not None and os.access(self._folder / graph.file_name(), os.R_OK):
            return self._folder / graph.file_name()
        return self._build(graph)

    def _build(self, graph: Graph) -> bytes:
        content = graph.build()
        if self._folder is None:
            self._in_memory[graph] = content
            return content
        try:
            _write_whole(self._folder / graph.file_name(), content)
        except OSError:
            # A read-only or full disk costs a second at each start and nothing else.
            self._in_memory[graph] = content
        return content


def load_network(source: bytes | Path, threads: int = 1, *, sparing: bool = False) -> onnxruntime.InferenceSession:
    """An ONNX file, ready to run on the processor. Raises ONNX Runtime's errors, which have no root in common.

    Of a path it takes less memory: of bytes the session keeps both the file and what it made of it.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # The arena stays on: without it each picture's memory is asked of the system anew, page by page, which under
    # load takes as long as the arithmetic. Patterns make no difference while sizes vary.
    options.enable_mem_pattern = False
    _share_arena()
    options.add_session_config_entry("session.use_env_allocators", "1")
    # A spinning thread takes the core from the next process, and one process a core is how videos are searched.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    kind = _SparingSession if sparing else onnxruntime.InferenceSession
    return kind(source, options, providers=["CPUExecutionProvider"])


@cache
def _share_arena() -> None:
    """One arena for all networks of the process: they run one after the other, and each would keep its own."""
    memory = onnxruntime.OrtMemoryInfo(
        "Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, onnxruntime.OrtMemType.DEFAULT
    )
    # No bounds of our own; it grows by what is asked for and not by doubling: a film's pictures are of one size.
    arena = onnxruntime.OrtArenaCfg(0, _GROWS_AS_ASKED, -1, -1)
    onnxruntime.create_and_register_allocator(memory, arena)


class _SparingSession(onnxruntime.InferenceSession):  # type: ignore[misc]  # ONNX Runtime has no types
    """Gives back after each run what the arena took for it: 120 MB for a picture of 4000 x 4000."""

    def run(self, output_names: Any, input_feed: Any, run_options: Any = None) -> Any:
        if run_options is None:
            run_options = onnxruntime.RunOptions()
            run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        return super().run(output_names, input_feed, run_options)


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        try:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
            Path(part.name).replace(path)
        except BaseException:
            Path(part.name).unlink(missing_ok=True)
            raise
