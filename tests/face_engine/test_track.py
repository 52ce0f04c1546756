"""How faces of one picture after the other become tracks."""

import numpy as np
import pytest

from face_engine.track import BEST_SHOTS, Shot, Tracker, pool

FRAME = np.zeros((480, 640, 3), np.uint8)


def texture(person: int, change: float = 0.0) -> np.ndarray:
    """A chip whose first pixel says whose it is and whose pattern is the person's own."""
    rng = np.random.default_rng(person)
    coarse = rng.integers(0, 200, (16, 16)).astype(np.float32)
    coarse += change * np.random.default_rng(person + 1000).normal(0, 100, (16, 16))
    chip = np.repeat(np.kron(np.clip(coarse, 0, 255), np.ones((10, 10)))[:150, :150, None], 3, axis=2).astype(np.uint8)
    chip[0, 0] = person
    return chip


class Embedder:
    """Vectors one apart for different people; counts the chips."""

    def __init__(self):
        self.chips = 0

    def __call__(self, chips):
        self.chips += len(chips)
        vectors = np.zeros((len(chips), 128), np.float32)
        for row, chip in zip(vectors, chips, strict=True):
            row[int(chip[0, 0, 0])] = 0.8
        return vectors


def shot(person, x, y=100, size=80, quality=0.5, change=0.0):
    return Shot((x, y, x + size, y + size), 0.99, quality, texture(person, change))


def followed(steps, gap_s=1.0, every_s=0.5, embed=None):
    """The tracks of a list of pictures, each a list of shots."""
    tracker = Tracker(embed or Embedder(), gap_s)
    tracks = []
    for number, shots in enumerate(steps):
        tracks += tracker.add(number * every_s, FRAME, shots)
    return sorted(tracks + tracker.finish(), key=lambda t: (t.first_s, t.pooled.argmax()))


def people(tracks):
    return [int(t.pooled.argmax()) for t in tracks]


def test_a_face_that_stays_is_one_track():
    (one,) = followed([[shot(1, 100 + n)] for n in range(6)])
    assert one.times_s == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    assert (one.first_s, one.last_s) == (0.0, 2.5)


def test_two_people_side_by_side_are_two_tracks():
    tracks = followed([[shot(1, 100), shot(2, 300)], [shot(2, 302), shot(1, 103)]])
    assert people(tracks) == [1, 2]
    assert [len(t.times_s) for t in tracks] == [2, 2]


def test_neighbours_are_matched_as_a_whole_and_not_first_come_first_served():
    # Both move right by 60: the nearest box of 2's new place is 1's old neighbour.
    tracks = followed([[shot(1, 100), shot(2, 190)], [shot(1, 145), shot(2, 235)]])
    assert people(tracks) == [1, 2]


def test_a_gap_ends_a_track():
    tracks = followed([[shot(1, 100)], [], [], [], [shot(1, 100)]])
    assert [t.times_s for t in tracks] == [(0.0,), (2.0,)]


def test_a_short_look_away_does_not_end_a_track():
    (one,) = followed([[shot(1, 100)], [], [shot(1, 100)]])
    assert one.times_s == (0.0, 1.0)


def test_a_cut_to_somebody_else_in_the_same_place_starts_a_new_track():
    tracks = followed([[shot(1, 100)], [shot(1, 100)], [shot(2, 100)], [shot(2, 100)]])
    assert people(tracks) == [1, 2]
    assert [len(t.times_s) for t in tracks] == [2, 2]


def test_a_face_that_changes_much_in_its_place_is_checked_and_stays_one_track():
    (one,) = followed([[shot(1, 100)], [shot(1, 100, change=2.0)]])
    assert len(one.times_s) == 2


def test_a_face_that_stays_as_it_is_is_not_embedded_in_every_picture():
    embed = Embedder()
    followed([[shot(1, 100)] for _ in range(50)], embed=embed)
    assert embed.chips == BEST_SHOTS


def test_a_face_of_another_size_is_another_track():
    assert len(followed([[shot(1, 100, size=80)], [shot(1, 100, size=200)]])) == 2


def test_the_best_shots_are_kept():
    qualities = [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6]
    (one,) = followed([[shot(1, 100, quality=q)] for q in qualities])
    assert sorted(one.weights.tolist(), reverse=True) == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.4])
    assert one.quality == pytest.approx(0.9)
    assert one.picture.t_s == 0.5


def test_a_hand_before_the_face_does_not_count():
    tracker = Tracker(lambda chips: np.stack([v for _ in chips]), 1.0)
    shots = [shot(1, 100, quality=0.5) for _ in range(4)]
    for number, one in enumerate(shots):
        v = np.zeros(128, np.float32)
        v[5 if number == 2 else 1] = 0.8
        one.vector = v
        tracker.add(number * 0.5, FRAME, [one])
    (followed_one,) = tracker.finish()
    assert len(followed_one.vectors) == 3
    assert followed_one.pooled.argmax() == 1


def test_the_pooled_vector_leans_to_the_better_shots():
    pooled = pool(np.array([[0.0, 1.0], [1.0, 0.0]], np.float32), np.array([3.0, 1.0], np.float32))
    assert pooled.tolist() == pytest.approx([0.25 / 0.625**0.5, 0.75 / 0.625**0.5])


def test_a_long_track_keeps_few_chips():
    tracker = Tracker(Embedder(), 1.0)
    for number in range(300):
        tracker.add(number * 0.5, FRAME, [shot(1, 100, quality=0.3 + number / 1000)])
    (live,) = tracker._live
    assert len({id(s) for s in [*live.shots, live.last]}) <= BEST_SHOTS + 1


def test_the_picture_of_a_face_at_the_edge_is_cut_inside_the_frame():
    (one,) = followed([[shot(1, -30, y=440)]])
    assert one.picture.jpeg.startswith(b"\xff\xd8")
    assert one.picture.frame_size == (640, 480)
