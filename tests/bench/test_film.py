"""The films of the bench: what is said of them is what they show."""

from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest

from bench.behaviour import Behaviour
from bench.camera import Camera
from bench.cast import PRESENT, cast
from bench.film import Film, FilmPlan, covered_boxes, lengthened, make_film, truth_boxes
from bench.people import ENROLLED_SEEDS, STRANGER_SEEDS, label_of
from bench.planes import Planes
from bench.seating import in_turn, rows_of

PLAN = FilmPlan(size=(480, 272), seconds=6.0, key_every_s=2.0, people=4)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("films")


@pytest.fixture(scope="module")
def film(folder) -> Film:
    return make_film(PLAN, folder, processes=1)


@pytest.fixture(scope="module")
def shown(film) -> list[np.ndarray]:
    return frames(film)


def packets(film: Film) -> list[tuple[float, bool]]:
    """Time and kind of each packet, in the order of times."""
    with av.open(str(film.path)) as file:
        stream = file.streams.video[0]
        return sorted((float(p.pts * p.time_base), p.is_keyframe) for p in file.demux(stream) if p.dts is not None)


def frames(film: Film) -> list[np.ndarray]:
    with av.open(str(film.path)) as file:
        return [frame.to_ndarray(format="bgr24") for frame in file.decode(video=0)]


def test_key_frames_are_where_the_plan_says_and_nowhere_else(film):
    assert [round(time, 3) for time, is_key in packets(film) if is_key] == [0.0, 2.0, 4.0]


def test_there_are_as_many_even_frames_as_the_plan_says(film, shown):
    times = [time for time, _ in packets(film)]
    assert times == pytest.approx([n / 10 for n in range(60)])
    assert shown[0].shape == (272, 480, 3)


def test_a_film_is_the_same_by_any_number_of_processes(film, tmp_path):
    again = make_film(PLAN, tmp_path, processes=2)
    assert again.path.name == film.path.name
    assert again.path.read_bytes() == film.path.read_bytes()


def test_a_film_is_made_once_and_progress_ends_at_one(film, folder):
    made, parts = film.path.stat().st_mtime_ns, []
    assert make_film(PLAN, folder, parts.append) == film
    assert film.path.stat().st_mtime_ns == made
    assert parts[-1] == 1.0


def test_nothing_but_films_and_drawings_stays_in_the_folder(film, folder):
    assert all(entry.name.startswith(("film-", "people-")) for entry in folder.iterdir())


def test_no_two_frames_are_equal_anywhere_large(shown):
    """A still background would reward a search that skips what does not change."""
    for before, after in ((shown[0], shown[20]), (shown[20], shown[40])):
        changed = (before != after).any(axis=2)
        tiles = changed.reshape(8, 34, 16, 30).any(axis=(1, 3))
        assert tiles.all()


def test_every_frame_has_grain_of_its_own():
    camera = Camera((480, 272), 600.0)
    flat = Planes.of(np.full((272, 480, 3), 120, np.uint8))
    before, after = (camera.take(flat, number, 1.0).y.astype(int) for number in (0, 1))
    assert (after - before).reshape(17, 16, 30, 16).std(axis=(1, 3)).min() > 3


def test_a_lamp_goes_out_and_comes_back():
    camera = Camera((480, 272), 600.0)
    flat = Planes.of(np.full((272, 480, 3), 120, np.uint8))
    before, out, after = (camera.take(flat, 0, second).y[:, :100].mean() for second in (239.0, 241.0, 301.0))
    assert out < 0.7 * before
    assert out < 0.7 * after


def test_a_lengthened_film_has_all_packets_and_the_truth_again(film, folder):
    longer = lengthened(film, 18.0, folder)
    once, thrice = packets(film), packets(longer)
    assert len(thrice) == 3 * len(once)
    assert [time for time, _ in thrice] == pytest.approx([n / 10 for n in range(180)])
    assert [is_key for _, is_key in thrice] == 3 * [is_key for _, is_key in once]
    assert longer.plan == replace(PLAN, seconds=18.0)
    assert truth_boxes(longer, 13.0) == truth_boxes(film, 1.0)


def test_the_pictures_of_a_lengthened_film_are_those_of_the_film(film, shown, folder):
    twice = frames(lengthened(film, 12.0, folder))
    np.testing.assert_array_equal(np.stack([*shown, *shown]), np.stack(twice))


def test_a_stay_that_begins_where_another_ends_is_one(film, folder):
    short = replace(film.truth[0], stays=((0.0, 6.0),))
    late = replace(film.truth[0], stays=((2.0, 6.0),))
    gone = replace(film.truth[0], stays=((0.0, 1.0), (3.0, 6.0)))
    longer = lengthened(replace(film, truth=(short, late, gone)), 12.0, folder)
    assert [one.stays for one in longer.truth] == [
        ((0.0, 12.0),),
        ((2.0, 6.0), (8.0, 12.0)),
        ((0.0, 1.0), (3.0, 7.0), (9.0, 12.0)),
    ]


def test_a_film_is_lengthened_by_whole_times_only(film, folder):
    with pytest.raises(ValueError, match="whole number"):
        lengthened(film, 15.0, folder)


def test_a_plan_that_breaks_a_group_of_frames_is_refused():
    with pytest.raises(ValueError, match="whole number of groups"):
        FilmPlan(seconds=5.0, key_every_s=2.0)
    with pytest.raises(ValueError, match="multiples of four"):
        FilmPlan(size=(482, 272))


def test_where_a_face_is_said_to_be_the_picture_differs_from_what_is_beside_it(film, shown):
    """Skin and hair against the wall and the desks."""
    picture = shown[0].astype(int)
    for label, (left, top, right, bottom) in truth_boxes(film, 0.0):
        assert label in {one.label for one in film.truth}
        face = picture[int(top) : int(bottom), int(left) : int(right)]
        beside = picture[int(top) : int(bottom), int(right + 12) : int(right + 20)]
        assert np.abs(face.mean((0, 1)) - beside.mean((0, 1))).max() > 12


def test_who_is_not_there_has_no_box(film):
    for one in film.truth:
        for second in np.arange(0.0, 6.0, 0.5):
            there = any(begin < second < end or second == begin == 0 for begin, end in one.stays)
            boxed = one.label in {label for label, _ in truth_boxes(film, second)}
            covered = one.label in {label for label, _ in covered_boxes(film, second)}
            assert there == (boxed or covered)


def test_thirty_of_the_enrolled_and_all_strangers_come():
    actors = cast(35, 600.0)
    assert sum(one.is_enrolled for one in actors) == PRESENT
    assert {one.seed for one in actors if not one.is_enrolled} == set(STRANGER_SEEDS)
    assert len({one.seed for one in actors}) == 35


def test_of_more_than_the_known_the_truth_says_nothing():
    actors = cast(100, 600.0)
    assert sum(one.is_known for one in actors) == 35
    assert not {one.seed for one in actors if not one.is_known} & {*ENROLLED_SEEDS, *STRANGER_SEEDS}


def test_some_come_late_some_leave_early_and_some_come_back():
    stays = [one.stays for one in cast(35, 600.0)]
    assert sum(len(one) == 2 for one in stays) >= 3
    assert sum(one[0][0] > 60 for one in stays) >= 6
    assert sum(one[-1][1] < 540 for one in stays) >= 6
    for one in stays:
        edges = [second for stay in one for second in stay]
        assert edges == sorted(edges)
        assert all(after - before > 10 for before, after in pairwise(edges))


@pytest.mark.parametrize(
    ("people", "size"), [(35, (1920, 1080)), (35, (1280, 720)), (10, (1920, 1080)), (100, (1920, 1080))]
)
def test_faces_range_from_160_to_24_pixels(people, size):
    seats = in_turn(rows_of(size, people))
    assert len(seats) == people
    assert max(seat.face_px for seat in seats) == pytest.approx(160 * size[1] / 1080)
    assert 24 <= min(seat.face_px for seat in seats) <= 24.5
    assert all(0 < seat.x < size[0] and 0 < seat.y < size[1] for seat in seats)


def test_a_hall_that_is_full_says_so():
    with pytest.raises(ValueError, match="do not fit"):
        rows_of((1280, 720), 300)


def test_heads_are_never_still_and_turn_far_at_times():
    person = Behaviour(ENROLLED_SEEDS[0], 600.0)
    moments = [person.at(second) for second in np.arange(0, 600, 0.5)]
    assert all(a != b for a, b in pairwise(moments))
    assert max(abs(moment.yaw) for moment in moments) > 0.7
    assert max(moment.pitch for moment in moments) > 0.3
    assert max(moment.hidden for moment in moments) > 0.3


def test_labels_of_the_truth_are_those_of_the_portraits(film):
    enrolled = {label_of(seed) for seed in ENROLLED_SEEDS}
    assert all((one.label in enrolled) == one.enrolled for one in film.truth)
