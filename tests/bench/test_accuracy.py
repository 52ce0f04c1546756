"""What the measurement of accuracy counts, and what it makes of a count."""

from pathlib import Path

import numpy as np
import pytest

from bench.accuracy.lfw import Faces, Probes
from bench.accuracy.lfw_tables import rates
from bench.accuracy.plan import FULL, QUICK, conditions
from bench.accuracy.rates import Rate
from bench.accuracy.rosters import Draw, drawn, pairs
from bench.accuracy.tables import BEGIN, END, Table, write_between_marks
from bench.accuracy.trials import Enrolment, Mark, Photo, marks, pooled, worst
from bench.accuracy.views import View, frames
from face_engine.gallery import Gallery
from face_engine.track import Shot

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"


def test_a_rate_has_wilsons_interval():
    assert Rate(3, 61).interval == pytest.approx((0.0169, 0.1349), abs=1e-4)


def test_none_of_many_has_an_upper_bound_and_all_of_many_a_lower_one():
    assert str(Rate(0, 276)) == "0 of 276 (at most 1.1 %)"
    assert str(Rate(37, 37)) == "37 of 37 (at least 92.2 %)"
    assert str(Rate(0, 0)) == "not measured"


def test_a_rate_is_counted_from_outcomes():
    assert Rate.of([True, False, True]) == Rate(2, 3)


def test_trials_of_few_people_tell_less_than_as_many_of_many():
    outcomes = np.array([True] * 30 + [False] * 10)
    of_each = Rate.by_person(outcomes, np.array([f"person {n}" for n in range(40)]))
    of_four = Rate.by_person(outcomes, np.array([f"person {n // 10}" for n in range(40)]))
    assert of_each.interval == pytest.approx(Rate(30, 40).interval, abs=0.01)
    assert of_four.interval[0] < of_each.interval[0] - 0.1


def test_where_nothing_happened_each_person_counts_once():
    none = Rate.by_person(np.zeros(400, bool), np.array([f"person {n % 50}" for n in range(400)]))
    assert str(none) == "0 of 400 (at most 5.8 %)"


@pytest.mark.parametrize("view", [view for _, view in conditions(24)])
def test_a_face_is_shown_in_frames_of_one_size_that_differ_and_come_out_the_same_again(view: View):
    picture = np.random.default_rng(1).integers(0, 255, (300, 200, 3), np.uint8)
    box = (50.0, 80.0, 130.0, 180.0)
    shown, again = (frames(picture, box, view, 3, (1, 2)) for _ in range(2))
    assert {frame.shape for frame in shown} == {(76, 76, 3)}
    assert not np.array_equal(shown[0], shown[1])
    assert all(np.array_equal(one, other) for one, other in zip(shown, again, strict=True))


def test_a_mirrored_frame_is_the_other_way_round():
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[:, 100:] = 200
    plain, mirrored = (
        frames(picture, (60.0, 60.0, 140.0, 140.0), View(40, mirrored=flag), 1, (7,))[0] for flag in (False, True)
    )
    assert plain[:, -20:].mean() > 2 * plain[:, :20].mean()
    assert mirrored[:, :20].mean() > 2 * mirrored[:, -20:].mean()


def shots(*numbers: float) -> list[tuple[np.ndarray, Shot]]:
    """Frames in each of which one face is this far along the first axis."""
    picture = np.zeros((80, 80, 3), np.uint8)
    found = []
    for number in numbers:
        shot = Shot((20.0, 20.0, 50.0, 60.0), 0.99, 0.8, np.full((112, 112, 3), 90, np.uint8))
        shot.vector = along(number)
        found.append((picture, shot))
    return found


def along(number: float) -> np.ndarray:
    vector = np.zeros(128, np.float32)
    vector[0] = number
    return vector


def gallery(*numbers: float) -> Gallery:
    return Gallery([str(n) for n in range(len(numbers))], np.stack([along(number) for number in numbers]))


@pytest.mark.parametrize(
    ("distance", "frame_count", "mark"),
    [
        (0.52, 3, Mark.PRESENT),
        (0.57, 3, Mark.UNSURE),
        (0.60, 3, None),
        (0.52, 2, Mark.UNSURE),
        (0.52, 1, Mark.PRESENT),
        (0.57, 1, Mark.UNSURE),
    ],
)
def test_marks_follow_the_thresholds_of_the_product(distance: float, frame_count: int, mark: Mark | None):
    decided = marks(shots(*[distance] * frame_count), gallery(0.0, *(3.0 + n for n in range(9))))
    assert decided.get("0") is mark


def test_the_gravest_of_several_marks_counts_for_a_stranger():
    assert worst([Mark.UNSURE, Mark.PRESENT]) is Mark.PRESENT
    assert worst([]) is Mark.ABSENT


def test_a_face_that_was_never_found_has_no_pooled_vector():
    assert pooled([]) is None
    assert pooled(shots(0.2, 0.2))[0] == pytest.approx(0.2)


def test_a_gallery_takes_the_chosen_photo_of_a_student_and_the_first_of_others():
    def photo(person: str, name: str, number: float) -> Photo:
        return Photo(person, name, np.zeros((1, 1, 3), np.uint8), (0, 0, 1, 1), 60.0, along(number), along(number))

    enrolled = Enrolment((photo("ada", "1", 0.1), photo("ada", "2", 0.2), photo("ben", "3", 0.3), photo("ben", "4", 9)))
    made = enrolled.gallery(enrolled.people, [enrolled.of("ada")[1]])
    assert made.labels == ("ada", "ben")
    assert made.distances(along(0.0))[0] == pytest.approx([0.2, 0.3])


def test_tables_take_the_place_between_the_marks(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")
    write_between_marks(page, str(Table("Size", "A note.", ("a", "b"), [("1", "2")])))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("\nafter\n") and "old" not in text
    assert "### Size\nA note.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |" in text


def test_a_page_without_marks_is_left_alone(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("words", encoding="utf-8")
    with pytest.raises(ValueError, match="marks are missing"):
        write_between_marks(page, "tables")
    assert page.read_text(encoding="utf-8") == "words"


def test_the_page_has_a_row_for_each_face_size_that_is_measured():
    text = PAGE.read_text(encoding="utf-8")
    assert BEGIN in text and END in text
    assert all(f"| {size} px |" in text for size in FULL.sizes_px)
    assert set(QUICK.sizes_px) <= set(FULL.sizes_px)


def faces(vectors: dict[str, list[float]], off: float = 0.0) -> Faces:
    """People whose pictures lie along the first axis; as they are seen, they are this far off along the second."""
    people = [person for person, places in vectors.items() for _ in places]
    enrolled = np.stack([along(place) for places in vectors.values() for place in places])
    enrolled[:, 2] = 100.0  # far from zero, so that all have nearly one length
    seen = enrolled.copy()
    seen[:, 1] += off
    known = np.full(len(people), 100.0)
    return Faces(np.array(people), enrolled, {None: Probes(seen, known, known / 100)}, {})


def test_students_of_a_drawn_roster_are_sure_and_strangers_are_nobody():
    people = {f"student {n:02}": [3.0 * n, 3.0 * n + 0.1] for n in range(12)}
    here = faces({**people, "stranger": [-3.0]}, off=0.3)
    students, strangers = drawn(here, Draw(sorted(people), here.with_pictures(1), size=10, rosters=3))
    sure, within, wrong, let_in, reviewed = rates(students, strangers)
    assert (sure.hits, sure.trials, within.hits, wrong.hits) == (30, 30, 30, 0)
    assert (let_in.hits, reviewed.hits, let_in.trials) == (0, 0, 3 * 3)


def test_a_stranger_who_looks_like_a_student_is_counted():
    people = {f"student {n:02}": [3.0 * n, 3.0 * n + 0.1] for n in range(10)}
    here = faces({**people, "twin": [3.2]})
    _, strangers = drawn(here, Draw(sorted(people), ["twin"], size=10, rosters=1))
    assert strangers.sure == [True] and strangers.people == ["twin"]


def test_a_face_that_is_not_found_is_a_miss():
    people = {f"student {n:02}": [3.0 * n, 3.0 * n + 0.1] for n in range(10)}
    here = faces(people)
    nobody = Probes(np.full_like(here.enrolled, np.nan), np.full(20, np.nan), np.full(20, np.nan))
    unseen = Faces(here.people, here.enrolled, {None: here.seen[None], View(24): nobody}, {})
    students, _ = drawn(unseen, Draw(sorted(people), [], size=10, rosters=1, view=View(24)))
    assert students.within == [False] * 10


def test_pairs_leave_out_a_picture_with_itself():
    found = pairs(faces({"ada": [0.0, 0.2], "ben": [3.0]}), ["ada", "ben"])
    assert found.same.tolist() == pytest.approx([0.2, 0.2], abs=1e-2)
    assert sorted(found.different.tolist()) == pytest.approx([2.8, 2.8, 3.0, 3.0], abs=1e-2)
