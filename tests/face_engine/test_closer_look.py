"""Which faces get a closer look, and what becomes of what it finds."""

from pathlib import Path

import numpy as np
import pytest

from face_engine.closer_look import closer_looks, with_sights
from face_engine.gallery import Gallery
from face_engine.identify import Claim, identify
from face_engine.models import Models
from face_engine.search_model import SearchOptions
from face_engine.search_tasks import Edge, Job, Sight
from tests.face_engine.tracks import track, vector

OPTIONS = SearchOptions()
JOB = Job(Path("lecture.mp4"), 10.0, 2.0, 35.0, 2, 40, Models())
GALLERY = Gallery(["ada", "ben"], np.stack([vector(1.0), vector(0.0, 1.0)]))
NEAR_ADA = vector(1.0, 0.1)
UNSURE_ADA = vector(0.55, 0.1)
STRANGER = vector(-1.0, -1.0)


def looks(*tracks, job=JOB, gallery=GALLERY):
    claims, _ = identify(tracks, gallery, OPTIONS)
    return closer_looks(job, tracks, claims, gallery, OPTIONS)


def spans(found):
    """From when to when each track is followed."""
    follows = [follow for look in found for follow in look.follows]
    return {
        number: (
            min(f.start_s for f in follows if f.track == number),
            max(f.end_s for f in follows if f.track == number),
        )
        for number in {f.track for f in follows}
    }


def sure_track(times_s):
    return track(NEAR_ADA, times_s, vectors=[NEAR_ADA] * 5)


def followed_s(found):
    return sorted((f.start_s, f.end_s) for look in found for f in look.follows)


def test_of_a_sure_person_only_the_coming_and_the_going_are_looked_at():
    found = looks(sure_track([50.0, 60.0, 70.0]), sure_track([100.0, 110.0]))
    assert followed_s(found) == [(40.0, 50.0), (110.0, 120.0)]


def test_who_is_there_from_the_start_did_not_come_before():
    assert followed_s(looks(sure_track([0.0, 10.0]))) == [(10.0, 20.0)]


def test_somebody_seen_in_too_few_frames_is_looked_for_around_the_best_picture():
    found = looks(track(NEAR_ADA, [100.0, 110.0], vectors=[NEAR_ADA] * 2))
    (start_s, end_s) = spans(found)[0]
    assert start_s <= 90 and end_s >= 120


def test_somebody_unsure_is_looked_for_though_there_are_many_frames():
    found = looks(track(UNSURE_ADA, [100.0, 110.0], vectors=[UNSURE_ADA] * 6))
    assert spans(found)[0][0] <= 90 and spans(found)[0][1] >= 120


def test_a_stranger_is_left_alone():
    assert looks(track(STRANGER, [50.0, 60.0])) == []


@pytest.mark.parametrize("tracks", [[], [track(STRANGER, [0.0])]])
def test_without_anybody_there_is_nothing_to_look_at(tracks):
    assert looks(*tracks) == []
    assert looks(*tracks, gallery=Gallery([], np.empty((0, 128)))) == []


def test_where_all_pictures_were_searched_nothing_is_left():
    dense = Job(Path("clip.mp4"), 2.0, 2.0, 7.0, 5, 40, Models())
    assert looks(sure_track([50.0]), job=dense) == []


def test_the_work_is_cut_into_short_tasks_that_depend_on_the_times_alone():
    found = looks(track(NEAR_ADA, [100.0, 110.0], vectors=[NEAR_ADA] * 2))
    assert [look.number for look in found] == list(range(len(found)))
    assert all(look.end_s - look.start_s <= 30 for look in found)
    assert all(look.start_s <= f.start_s < f.end_s <= look.end_s for look in found for f in look.follows)


def test_pictures_of_the_first_look_are_not_looked_at_again():
    (look, *_) = looks(sure_track([50.0, 60.0]))
    (follow,) = look.follows
    assert follow.wants(44.0) and not follow.wants(50.0) and not follow.wants(38.0)


def test_what_was_seen_is_added_by_time():
    (one,) = with_sights(
        [track(vector(1.0), [10.0, 20.0], quality=0.5)],
        [sight(8.0, vector(0.8), 0.5), sight(14.0, vector(0.9), 0.5), sight(14.0, vector(0.9), 0.5)],
    )
    assert one.times_s == (8.0, 10.0, 14.0, 20.0) and len(one.boxes) == 4
    assert len(one.vectors) == 3
    assert one.pooled[0] == pytest.approx(0.9, abs=1e-3)


def test_better_pictures_weigh_more():
    (one,) = with_sights([track(vector(1.0), [10.0], quality=0.9)], [sight(8.0, vector(0.8), 0.1)])
    assert one.pooled[0] == pytest.approx(0.98, abs=1e-3)


def test_a_track_without_new_sights_stays_as_it_is():
    old = track(vector(1.0), [10.0])
    assert with_sights([old], []) == [old]


def sight(time_s, vector_seen, quality):
    return Sight(0, time_s, (0, 0, 50, 60), vector_seen, quality)


def test_a_track_that_two_people_may_be_is_followed_once():
    seen = track(UNSURE_ADA, [100.0, 110.0], vectors=[UNSURE_ADA] * 2)
    once, twice = (
        closer_looks(JOB, [seen], [Claim(person, weak=[seen]) for person in people], GALLERY, OPTIONS)
        for people in ([1], [0, 1])
    )
    assert followed_s(once) == followed_s(twice) != []


def test_of_a_sure_person_the_outermost_pictures_come_first():
    found = looks(sure_track([50.0, 60.0]))
    assert [(look.backwards, look.follows[0].edge) for look in found] == [(False, Edge.ARRIVAL), (True, Edge.LEAVING)]


def test_of_somebody_who_is_not_sure_every_picture_counts_at_the_edges_too():
    found = looks(track(UNSURE_ADA, [100.0, 110.0], vectors=[UNSURE_ADA] * 2))
    assert {follow.edge for look in found for follow in look.follows} == {None}
