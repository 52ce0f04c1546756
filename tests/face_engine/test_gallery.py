"""Who is in a gallery, how near somebody is to them, and how a folder of photos becomes one."""

import cv2
import numpy as np
import pytest

from demo.drawn_people import CLASS_SEEDS, person, portrait
from face_engine.errors import FaceEngineError
from face_engine.gallery import Gallery, load_gallery_folder
from tests.face_engine.tracks import plain as vector


@pytest.fixture(scope="module")
def portraits(tmp_path_factory):
    """Two people as JPEG files."""
    folder = tmp_path_factory.mktemp("portraits")
    files = []
    for seed in CLASS_SEEDS[:2]:
        files.append(folder / f"{seed}.jpg")
        cv2.imwrite(str(files[-1]), portrait(person(seed)))
    return files


def put(portrait_file, *places):
    for place in places:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(portrait_file.read_bytes())


def test_the_nearest_of_several_vectors_of_a_person_counts():
    gallery = Gallery(["b", "a", "b"], np.stack([vector(1), vector(0, 1), vector(0, 0, 1)]))
    assert gallery.labels == ("a", "b")
    distances = gallery.distances(np.stack([vector(0, 0, 0.9), vector(0, 0.5)]))
    assert distances.shape == (2, 2)
    assert distances[0, 1] == pytest.approx(0.1, abs=1e-4)
    assert distances[1, 0] == pytest.approx(0.5, abs=1e-4)


def test_distances_are_those_of_the_vectors():
    rng = np.random.default_rng(0)
    enrolled, seen = rng.normal(0, 0.1, (20, 128)), rng.normal(0, 0.1, (7, 128))
    gallery = Gallery([f"{n:02}" for n in range(20)], enrolled)
    expected = np.linalg.norm(seen[:, None] - enrolled[None], axis=-1)
    assert gallery.distances(seen) == pytest.approx(expected, abs=1e-5)


def test_nobody_is_near_in_an_empty_gallery():
    gallery = Gallery([], np.empty((0, 128)))
    assert len(gallery) == 0
    assert gallery.distances(vector(1)).shape == (1, 0)


def test_labels_and_vectors_must_fit():
    with pytest.raises(ValueError, match="2 labels"):
        Gallery(["a", "b"], vector(1))
    with pytest.raises(ValueError, match="numbers"):
        Gallery(["a"], np.full((1, 128), np.nan))


def to_each_person(labels, enrolled, seen):
    """The definition: all distances, the smallest a person, people in the order of their labels."""
    distances = np.linalg.norm(seen[:, None] - enrolled[None], axis=-1)
    own = np.array(labels)
    return np.stack([distances[:, own == person].min(axis=1) for person in sorted(set(labels))], axis=1)


@pytest.mark.parametrize(("people", "k"), [(1, 1), (40, 3), (700, 5), (700, 600)])
def test_the_nearest_people_are_those_of_all_distances(people, k):
    rng = np.random.default_rng(people)
    # Two vectors a person on average, more than one block of them, and more rows than are taken at once.
    labels = [f"{n:03}" for n in rng.integers(0, people, 2 * people)]
    enrolled, seen = rng.normal(0, 0.1, (2 * people, 128)), rng.normal(0, 0.1, (70, 128))
    expected = to_each_person(labels, enrolled, seen)
    found, measured = Gallery(labels, enrolled).nearest(seen, k)
    assert all(len(set(row)) == k for row in found.tolist())
    # Two people as far as each other up to rounding may change places.
    assert np.take_along_axis(expected, found, axis=1) == pytest.approx(measured, abs=1e-5)
    assert measured == pytest.approx(np.sort(expected, axis=1)[:, :k], abs=1e-5)


def test_a_very_near_vector_keeps_the_digits_of_its_distance():
    enrolled = np.full((2, 128), 0.1) + np.array([[0.0], [1e-5]])
    assert Gallery(["a", "b"], enrolled).nearest(enrolled[0], 2)[1][0] == pytest.approx([0, 1.13e-4], rel=0.01)


def test_there_are_no_more_nearest_people_than_there_are_people():
    gallery = Gallery(["a", "b", "b"], np.stack([vector(1), vector(2), vector(3)]))
    people, distances = gallery.nearest(vector(2.9), 9)
    assert people.tolist() == [[1, 0]]
    assert distances[0] == pytest.approx([0.1, 1.9], abs=1e-5)
    assert gallery.nearest(np.empty((0, 128)), 2)[0].shape == (0, 2)
    assert gallery.nearest(vector(1), 0)[0].shape == (1, 0)


@pytest.mark.parametrize("length", [128, 512])
def test_vectors_of_any_one_length_make_a_gallery(length):
    enrolled = np.eye(3, length, dtype=np.float32)
    gallery = Gallery(["a", "b", "c"], enrolled)
    assert gallery.distances(enrolled[1]).argmin() == 1
    assert gallery.nearest(enrolled[2:], 1)[0].tolist() == [[2]]


def test_an_empty_gallery_takes_vectors_of_any_length():
    empty = Gallery([], np.empty((0, 128)))
    people, distances = empty.nearest(np.ones((2, 512)), 1)
    assert empty.distances(np.ones((2, 512))).shape == people.shape == distances.shape == (2, 0)


class CountedLabel(str):
    """A label that counts how often it is compared."""

    comparisons = 0

    def __lt__(self, other):
        CountedLabel.comparisons += 1
        return super().__lt__(other)

    def __eq__(self, other):
        CountedLabel.comparisons += 1
        return super().__eq__(other)

    def __ne__(self, other):
        CountedLabel.comparisons += 1
        return super().__ne__(other)

    __hash__ = str.__hash__


def test_labels_are_not_compared_all_with_all():
    labels = [CountedLabel(f"{n:04}") for n in np.random.default_rng(0).permutation(1000)]
    Gallery(labels, np.zeros((1000, 2)))
    assert CountedLabel.comparisons < 20 * 1000


def test_numbered_files_are_photos_of_one_person(tmp_path, portraits, engine):
    names = ["ada.jpg", "ada-2.jpg", "ada_3.jpg", "ada (4).jpg", "ada2.jpg"]
    put(portraits[0], *[tmp_path / name for name in names])
    loaded = load_gallery_folder(tmp_path, engine)
    assert loaded.gallery.labels == ("ada", "ada2")
    assert loaded.problems == []


def test_a_folder_in_the_folder_is_a_person(tmp_path, portraits, engine):
    put(portraits[0], tmp_path / "Student 52" / "x.jpg", tmp_path / "Student 52" / "y.jpg")
    put(portraits[1], tmp_path / "강의" / "x.jpg")
    assert load_gallery_folder(tmp_path, engine).gallery.labels == ("Student 52", "강의")


def test_a_photo_that_cannot_be_used_is_reported_and_the_others_count(tmp_path, portraits, engine):
    put(portraits[0], tmp_path / "ada.jpg")
    cv2.imwrite(str(tmp_path / "wall.png"), np.full((200, 200, 3), 128, np.uint8))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8 no")
    (tmp_path / "notes.txt").write_text("not a photo")
    loaded = load_gallery_folder(tmp_path, engine)
    assert loaded.gallery.labels == ("ada",)
    assert len(loaded.problems) == 2
    assert any("wall.png" in sentence and "no face" in sentence for sentence in loaded.problems)
    assert any("broken.jpg" in sentence for sentence in loaded.problems)


def test_a_folder_without_a_face_is_refused(tmp_path, engine):
    with pytest.raises(FaceEngineError, match="no photo in which a face is found"):
        load_gallery_folder(tmp_path, engine)
    with pytest.raises(FaceEngineError, match="not a folder"):
        load_gallery_folder(tmp_path / "missing", engine)
