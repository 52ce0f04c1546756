"""Which unknown sightings are of one person, and what people said of them."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from attendance.model import DecisionKind, Sighting, Spot, Thresholds, UnknownDecision
from attendance.rules.unknowns import (
    Likeness,
    best_pictures,
    clusters,
    found_again,
    is_refused,
    proposals,
    spot_of,
    with_decisions,
)
from tests.contract.samples import NOW, a_sighting
from tests.fakes.faces import similarity

THRESHOLDS = Thresholds(review=60.0, accept=75.0, margin=10.0)
SAME = 75.0


def seen(sighting_id: str, person: float | None = None, recording_id: str = "", **more: object) -> Sighting:
    """An unknown in a recording of its own; two at once are told apart by that."""
    given = {"similarity": None, "margin": None, "vector": None if person is None else (person,)} | more
    return a_sighting(sighting_id, recording_id or f"r-{sighting_id}", None, **given)


def said(kind: DecisionKind, *of: Sighting, others: tuple[Sighting, ...] = (), minute: int = 0, **more: object):
    at = NOW + timedelta(minutes=minute)
    decision_id = more.pop("decision_id", f"d{minute}")
    spots = [tuple(spot_of(one, "l1") for one in some) for some in (of, others)]
    return UnknownDecision(decision_id, "c1", kind, at, "u1", *spots, **more)  # type: ignore[arg-type]


def compared(vectors):
    return [[similarity(one[0], other[0]) for other in vectors] for one in vectors]


def grouped(sightings, decisions=()) -> set[frozenset[str]]:
    found = clusters(sightings, list(decisions), Likeness.of(sightings, compared), SAME)
    return {frozenset(one.id for one in cluster.sightings) for cluster in found}


def groups(*words: str) -> set[frozenset[str]]:
    return {frozenset(word) for word in words}


def test_faces_that_are_alike_are_one_person_over_recordings():
    assert grouped([seen("a", 1), seen("b", 1.1), seen("c", 5)]) == groups("ab", "c")


def test_without_vectors_everybody_is_alone():
    assert grouped([seen("a"), seen("b"), seen("c", 1)]) == groups("a", "b", "c")


def test_a_chain_of_faces_is_not_one_person():
    chain = [seen(name, place) for name, place in zip("abcde", (0.0, 0.2, 0.4, 0.6, 0.8), strict=True)]
    assert all(len(one) <= 3 for one in grouped(chain))


def test_two_who_are_visible_at_once_are_never_one_person():
    one, other = (seen(name, 1, "r1", first_s=0.0, last_s=20.0) for name in "ab")
    assert grouped([one, other]) == groups("a", "b")
    later = seen("b", 1, "r1", first_s=30.0, last_s=40.0)
    assert grouped([one, later]) == groups("ab")


def test_who_was_away_between_two_stays_may_be_somebody_who_came_in_between():
    one = seen("a", 1, "r1", first_s=0.0, last_s=100.0, appearances_s=(0.0, 10.0, 90.0, 100.0))
    other = seen("b", 1, "r1", first_s=20.0, last_s=40.0)
    assert grouped([one, other]) == groups("ab")


def test_nobody_joins_a_group_that_holds_somebody_visible_at_the_same_time():
    a, b = (seen(name, 1, "r1", first_s=0.0, last_s=20.0) for name in "ab")
    c = seen("c", 1.01, "r2")
    assert len(grouped([a, b, c])) == 2


def test_the_order_of_input_is_no_matter():
    some = [seen(name, place) for name, place in zip("abcdef", (1, 1.1, 1.2, 1.3, 3, 3.2), strict=True)]
    decisions = [
        said(DecisionKind.APART, some[0], others=(some[1],)),
        said(DecisionKind.TOGETHER, some[4], some[0], minute=1),
    ]
    expected = grouped(some, decisions)
    for order in permutations(some):
        assert grouped(order, reversed(decisions)) == expected


def test_many_at_random_are_grouped_alike_in_any_order():
    dice = random.Random(5)
    some = [
        seen(f"s{n:02}", dice.choice(range(6)) + dice.uniform(-0.2, 0.2), f"r{n % 7}", first_s=n, last_s=n + 3.0)
        for n in range(40)
    ]
    expected = grouped(some)
    for _ in range(5):
        dice.shuffle(some)
        assert grouped(some) == expected


def test_a_person_keeps_together_what_does_not_look_alike():
    a, b = seen("a", 1), seen("b", 9)
    assert grouped([a, b], [said(DecisionKind.TOGETHER, a, b)]) == groups("ab")


def test_a_person_may_say_that_two_who_are_visible_at_once_are_one():
    a, b = (seen(name, 1, "r1") for name in "ab")
    assert grouped([a, b], [said(DecisionKind.TOGETHER, a, b)]) == groups("ab")


def test_a_person_keeps_apart_what_looks_alike_also_through_others():
    a, b, c = seen("a", 1), seen("b", 1), seen("c", 1.1)
    assert grouped([a, b, c], [said(DecisionKind.APART, a, others=(b,))]) in (groups("ac", "b"), groups("a", "bc"))


def test_of_two_decisions_that_contradict_each_other_the_later_counts():
    a, b = seen("a", 1), seen("b", 9)
    together, apart = said(DecisionKind.TOGETHER, a, b), said(DecisionKind.APART, a, others=(b,), minute=1)
    assert grouped([a, b], [together, apart]) == groups("a", "b")
    assert grouped([a, b], [apart, replace(together, at=NOW + timedelta(minutes=2))]) == groups("ab")


def test_a_named_face_draws_no_other_to_it():
    a, b = seen("a", 1), seen("b", 1)
    (named, other) = clusters(
        [a, b], [said(DecisionKind.NAMED, a, student_id="21")], Likeness.of([a, b], compared), SAME
    )
    assert (named.student_id, [one.id for one in named.sightings]) == ("21", ["a"])
    assert (other.student_id, [one.id for one in other.sightings]) == (None, ["b"])


def test_all_that_is_named_alike_is_one_group_and_what_is_ignored_together_another():
    a, b, c, d = (seen(name, place) for name, place in zip("abcd", (1, 5, 7, 7), strict=True))
    decisions = [
        said(DecisionKind.NAMED, a, student_id="21"),
        said(DecisionKind.NAMED, b, student_id="21", minute=1),
        said(DecisionKind.IGNORED, c, d, minute=2),
    ]
    found = clusters([a, b, c, d], decisions, Likeness(), SAME)
    assert [(one.student_id, one.ignored, len(one.sightings)) for one in found] == [("21", False, 2), (None, True, 2)]
    assert [one.id for one in found[0].decisions] == ["d1", "d0"]


def test_a_name_makes_a_sighting_the_students_and_says_who_gave_it():
    (told,) = with_decisions([seen("a", 1)], [said(DecisionKind.NAMED, seen("a"), student_id="21")])
    assert (told.student_id, told.named_by) == ("21", "u1")


def test_a_refused_student_is_taken_off_a_sighting_and_others_stay():
    mine = a_sighting("a", student_id="21")
    refused = said(DecisionKind.NOT_STUDENT, mine, student_id="21")
    (told,) = with_decisions([mine], [refused])
    assert (told.student_id, told.similarity, told.good_frames) == (None, None, 0)
    assert with_decisions([replace(mine, student_id="22")], [refused])[0].student_id == "22"
    assert (
        with_decisions([mine], [refused, said(DecisionKind.NAMED, mine, student_id="21", minute=1)])[0].student_id
        == "21"
    )


def test_a_name_that_is_refused_later_is_gone():
    one = seen("a")
    decisions = [
        said(DecisionKind.NAMED, one, student_id="21"),
        said(DecisionKind.NOT_STUDENT, one, student_id="21", minute=1),
    ]
    assert with_decisions([one], decisions)[0].student_id is None


def test_whoever_is_ignored_is_nobody_also_where_a_search_names_them():
    mine = a_sighting("a", student_id="21")
    assert with_decisions([mine], [said(DecisionKind.IGNORED, mine)])[0].student_id is None


def test_the_others_may_be_the_one_who_was_named_from_the_review_threshold_on():
    named, near, far = seen("a", 1), seen("b", 1.35), seen("c", 3)
    decisions = [said(DecisionKind.NAMED, named, student_id="21", minute=5)]
    likeness = Likeness.of([named, near, far], compared)
    found = clusters([named, near, far], decisions, likeness, SAME)
    searched = {one.recording_id: NOW for one in (named, near, far)}
    may_be = proposals(found, likeness, 60.0, searched)
    assert {found[place].sightings[0].id: who for place, (who, _) in may_be.items()} == {"b": "21"}
    assert proposals(found, likeness, 60.0, searched | {near.recording_id: NOW + timedelta(hours=1)}) == {}
    refused = [*decisions, said(DecisionKind.NOT_STUDENT, near, student_id="21", minute=6)]
    assert proposals(clusters([named, near, far], refused, likeness, SAME), likeness, 60.0, searched) == {}


def test_who_is_visible_beside_the_one_who_was_named_is_not_proposed():
    named, beside = (seen(name, 1, "r1") for name in "ab")
    decisions = [said(DecisionKind.NAMED, named, student_id="21")]
    likeness = Likeness.of([named, beside], compared)
    found = clusters([named, beside], decisions, likeness, SAME)
    assert proposals(found, likeness, 60.0, {"r1": NOW}) == {}


def test_only_good_pictures_are_shown_the_best_five_first():
    some = [seen(f"s{n}", quality=n / 10) for n in range(10)]
    assert [one.id for one in best_pictures(some)] == ["s9", "s8", "s7", "s6", "s5"]
    assert best_pictures([seen("a", quality=0.1), seen("b", quality=0.9, picture_key=None)]) == []
    assert len(best_pictures([seen("a", quality=None)])) == 1


LEFT, RIGHT = (0.1, 0.4, 0.2, 0.6), (0.7, 0.4, 0.8, 0.6)


def nothing_known(new: str, old: str) -> None:
    return None


def a_spot(sighting_id: str, **more: object) -> Spot:
    given = {"first_s": 0.0, "last_s": 60.0, "picture_s": 5.0, "place": LEFT} | more
    return Spot("l1", "r1", sighting_id, **given)  # type: ignore[arg-type]


def again(sighting_id: str, **more: object) -> Sighting:
    return seen(sighting_id, None, "r1", **({"first_s": 0.0, "last_s": 58.0, "place": LEFT} | more))


def test_a_new_search_finds_a_face_again_by_its_place():
    new = [again("x", place=RIGHT), again("y", place=(0.12, 0.41, 0.22, 0.61))]
    before = [a_spot("a"), a_spot("b", place=RIGHT)]
    assert found_again(new, before, nothing_known, THRESHOLDS) == {"y": "a", "x": "b"}
    assert found_again(list(reversed(new)), reversed(before), nothing_known, THRESHOLDS) == {"y": "a", "x": "b"}


def test_a_face_in_the_same_place_at_another_time_is_somebody_else():
    assert found_again([again("x", first_s=70.0, last_s=90.0)], [a_spot("a")], nothing_known, THRESHOLDS) == {}


def test_faces_say_more_than_places():
    points = {("x", "a"): 20.0, ("x", "b"): 90.0}
    before = [a_spot("a"), a_spot("b", place=RIGHT)]
    assert found_again([again("x")], before, lambda *pair: points.get(pair), THRESHOLDS) == {"x": "b"}


def test_without_a_place_only_one_who_was_there_alone_is_found_again():
    before = [a_spot("a", place=None)]
    assert found_again([again("x")], before, nothing_known, THRESHOLDS) == {"x": "a"}
    assert found_again([again("x"), again("y", place=RIGHT)], before, nothing_known, THRESHOLDS) == {}


@pytest.mark.parametrize(
    ("points", "similarity", "refused"), [(90.0, 80.0, True), (80.0, 90.0, False), (70.0, 65.0, False)]
)
def test_a_refused_face_is_refused_again_where_it_is_nearer_than_the_student(points, similarity, refused):
    assert is_refused([points, 10.0], similarity, THRESHOLDS) is refused
    assert not is_refused([], similarity, THRESHOLDS)
