"""The cache of graphs: built once, whole or not at all, and never in the way."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from face_engine import graphs
from face_engine.graphs import Graph, GraphCache
from face_engine.mtcnn_graph import build_rnet
from face_engine.weights import RNET


def answer(cache: GraphCache):
    patches = np.random.default_rng(0).integers(0, 256, (3, 24, 24, 3), dtype=np.uint8)
    return cache.session(Graph.RNET).run(None, {"image": patches})[0]


@pytest.fixture
def no_building(monkeypatch):
    def refuse(graph):
        raise AssertionError("a graph was built again")

    return lambda: monkeypatch.setattr(Graph, "build", refuse)


def test_a_graph_is_built_once(tmp_path, no_building):
    first = answer(GraphCache(tmp_path))
    no_building()
    np.testing.assert_array_equal(answer(GraphCache(tmp_path)), first)


def test_a_cached_graph_is_loaded_from_its_file(tmp_path, monkeypatch):
    answer(GraphCache(tmp_path))
    loaded = []
    monkeypatch.setattr(graphs, "load_network", lambda source, *_, **__: loaded.append(source))
    GraphCache(tmp_path).session(Graph.RNET)
    assert loaded == list(tmp_path.iterdir())


def test_all_networks_work_in_one_arena(tmp_path):
    cache = GraphCache(tmp_path)
    options = [cache.session(graph).get_session_options() for graph in (Graph.PNET, Graph.RNET)]
    assert [one.get_session_config_entry("session.use_env_allocators") for one in options] == ["1", "1"]


def test_two_builds_are_equal():
    assert build_rnet(RNET.path()) == build_rnet(RNET.path())


@pytest.mark.parametrize("content", [b"", b"not a graph", b"\x08\x09"])
def test_a_damaged_cached_graph_is_built_again(tmp_path, content):
    expected = answer(GraphCache(tmp_path))
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    np.testing.assert_array_equal(answer(GraphCache(tmp_path)), expected)
    assert path.stat().st_size > 100_000


def test_a_cut_cached_graph_is_built_again(tmp_path):
    expected = answer(GraphCache(tmp_path))
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:200_000])
    np.testing.assert_array_equal(answer(GraphCache(tmp_path)), expected)


def test_a_folder_that_cannot_be_written_costs_the_cache_only(tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert answer(GraphCache(in_the_way / "graphs")).shape == (3, 5)


def test_without_a_folder_a_graph_is_built_once_in_memory(no_building):
    cache = GraphCache(None)
    first = answer(cache)
    no_building()
    np.testing.assert_array_equal(answer(cache), first)


def test_many_may_build_at_once_and_leave_whole_files_only(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: answer(GraphCache(tmp_path)), range(4)))
    assert all(np.array_equal(other, answers[0]) for other in answers)
    assert [path.suffix for path in tmp_path.iterdir()] == [".onnx"]


def test_a_user_without_a_home_has_a_cache_in_memory(monkeypatch):
    def no_home():
        raise RuntimeError("no home")

    monkeypatch.setattr("pathlib.Path.home", no_home)
    assert answer(GraphCache.default()).shape == (3, 5)
