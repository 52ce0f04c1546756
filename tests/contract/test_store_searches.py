"""What every Store keeps to about the lease on a recording's search."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from attendance.changes import AddRecording, QueueSearch, RemoveStudent
from attendance.errors import Conflict, NotFound
from attendance.model import SearchStatus
from attendance.ports import Store
from tests.committing import finish_search
from tests.contract.samples import HOUR, MINUTE, NOW, STORED_SENTENCE, a_class, a_recording, a_sighting, searched

LATER = NOW + 2 * MINUTE  # after a lease of one minute has ended


def _claim(store: Store, worker: str = "one") -> None:
    assert store.claim_search("r1", worker, NOW, NOW + MINUTE)


def test_a_claim_takes_the_lease_and_counts_an_attempt(store: Store) -> None:
    a_class(store)
    claimed = store.claim_search("r1", "one", NOW, NOW + MINUTE)
    assert claimed == store.recording("r1")
    assert claimed == a_recording(
        "r1", status=SearchStatus.SEARCHING, claimed_by="one", claimed_until=NOW + MINUTE, attempts=1
    )


def test_a_held_recording_is_claimed_by_nobody_else_nor_twice(store: Store) -> None:
    a_class(store)
    _claim(store)
    assert store.claim_search("r1", "two", NOW, NOW + HOUR) is None
    assert store.claim_search("r1", "two", NOW + MINUTE, NOW + HOUR) is None
    assert store.claim_search("r1", "one", NOW, NOW + HOUR) is None
    assert store.recording("r1").claimed_until == NOW + MINUTE


def test_a_lapsed_lease_is_taken_over(store: Store) -> None:
    a_class(store)
    _claim(store)
    taken = store.claim_search("r1", "two", LATER, LATER + MINUTE)
    assert taken is not None
    assert (taken.claimed_by, taken.attempts, taken.progress) == ("two", 2, 0.0)


def test_done_failed_and_unknown_recordings_cannot_be_claimed(store: Store) -> None:
    a_class(store)
    searched(store)
    assert store.claim_search("r1", "one", LATER, LATER + MINUTE) is None
    store.commit(AddRecording(a_recording("r2", status=SearchStatus.FAILED)))
    assert store.claim_search("r2", "one", LATER, LATER + MINUTE) is None
    assert store.claim_search("r3", "one", LATER, LATER + MINUTE) is None


def test_one_of_eight_gets_the_lease(store: Store) -> None:
    a_class(store)
    together = Barrier(8)

    def claim(worker: int) -> bool:
        together.wait()
        return store.claim_search("r1", f"worker {worker}", NOW, NOW + MINUTE) is not None

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(claim, range(8))) == 1
    assert store.recording("r1").attempts == 1


def test_waiting_are_the_queued_and_the_lapsed_oldest_first(store: Store) -> None:
    a_class(store)
    for recording_id, age in (("r2", 3), ("r3", 2), ("r4", 1), ("r5", 4), ("r6", 5)):
        store.commit(AddRecording(a_recording(recording_id, created_at=NOW - age * MINUTE)))
    assert store.claim_search("r2", "one", NOW, NOW + MINUTE)
    assert store.claim_search("r3", "one", NOW, NOW + HOUR)
    searched(store, recording_id="r5")
    store.claim_search("r6", "one", NOW, NOW + HOUR)
    store.fail_search("r6", "one", "No.")
    assert store.waiting_searches(NOW) == ["r4", "r1"]
    assert store.waiting_searches(NOW + MINUTE) == ["r4", "r1"]
    assert store.waiting_searches(LATER) == ["r2", "r4", "r1"]


def test_a_renewed_lease_lasts_longer_and_shows_progress(store: Store) -> None:
    a_class(store)
    _claim(store)
    assert store.renew_claim("r1", "one", LATER + MINUTE, 0.5)
    assert (store.recording("r1").claimed_until, store.recording("r1").progress) == (LATER + MINUTE, 0.5)
    assert store.claim_search("r1", "two", LATER, LATER + HOUR) is None


def test_who_lost_the_lease_changes_nothing(store: Store) -> None:
    a_class(store)
    _claim(store, "one")
    assert store.claim_search("r1", "two", LATER, LATER + MINUTE)
    before = store.recording("r1")
    assert not store.renew_claim("r1", "one", LATER + HOUR, 0.9)
    assert not store.save_sightings("r1", "one", [a_sighting()], "local-1", LATER)
    assert not finish_search(store, "r1", "one")
    assert not store.fail_search("r1", "one", "No.")
    store.release_claim("r1", "one")
    assert store.recording("r1") == before
    assert store.sightings("l1") == []


def test_nobody_holds_what_is_finished_or_gone(store: Store) -> None:
    a_class(store)
    searched(store)
    for recording_id in ("r1", "gone"):
        assert not store.renew_claim(recording_id, "worker", LATER, 0.9)
        assert not store.save_sightings(recording_id, "worker", [], "local-1", LATER)
        assert not finish_search(store, recording_id, "worker")
        assert not store.fail_search(recording_id, "worker", "No.")
        store.release_claim(recording_id, "worker")
    assert store.recording("r1").status is SearchStatus.DONE


def test_a_released_claim_may_say_why_it_waits_until_the_next_claim(store: Store) -> None:
    a_class(store)
    _claim(store)
    store.release_claim("r1", "one", STORED_SENTENCE)
    assert store.recording("r1") == a_recording("r1", error=STORED_SENTENCE)
    _claim(store)
    assert store.recording("r1").error is None


def test_a_released_claim_is_queued_and_the_attempt_not_counted(store: Store) -> None:
    a_class(store)
    _claim(store)
    store.renew_claim("r1", "one", LATER, 0.5)
    store.release_claim("r1", "one")
    assert store.recording("r1") == a_recording("r1")
    assert store.waiting_searches(NOW) == ["r1"]


def test_saved_sightings_say_when_and_by_which_engine_and_finishing_ends_it(store: Store) -> None:
    a_class(store)
    _claim(store)
    assert store.save_sightings("r1", "one", [], "local-1", LATER)
    saved = store.recording("r1")
    assert (saved.status, saved.engine, saved.searched_at) == (SearchStatus.SEARCHING, "local-1", LATER)
    assert finish_search(store, "r1", "one")
    assert store.recording("r1") == a_recording(
        "r1", status=SearchStatus.DONE, progress=1.0, attempts=1, engine="local-1", searched_at=LATER
    )


def test_a_failed_search_keeps_the_reason_and_does_not_count_as_searched(store: Store) -> None:
    a_class(store)
    _claim(store)
    assert store.fail_search("r1", "one", STORED_SENTENCE)
    failed = store.recording("r1")
    assert (failed.status, failed.error) == (SearchStatus.FAILED, STORED_SENTENCE)
    assert (failed.claimed_by, failed.claimed_until, failed.searched_at) == (None, None, None)


@pytest.mark.parametrize("status", [SearchStatus.DONE, SearchStatus.FAILED, SearchStatus.QUEUED])
def test_a_recording_is_queued_again_as_if_new(store: Store, status: SearchStatus) -> None:
    a_class(store)
    store.commit(AddRecording(a_recording("r2", status=status, attempts=3, error="No.", progress=1.0)))
    store.commit(QueueSearch("r2", NOW))
    assert store.recording("r2") == a_recording("r2")


def test_a_live_search_is_not_queued_again_but_a_lapsed_one_is(store: Store) -> None:
    a_class(store)
    _claim(store)
    with pytest.raises(Conflict):
        store.commit(QueueSearch("r1", NOW + MINUTE))
    assert store.recording("r1").claimed_by == "one"
    store.commit(QueueSearch("r1", LATER))
    assert store.recording("r1") == a_recording("r1")
    assert not store.renew_claim("r1", "one", LATER, 0.5)
    with pytest.raises(NotFound):
        store.commit(QueueSearch("r9", NOW))


def test_appearances_are_kept_to_the_last_digit_also_where_they_are_not_known(store: Store) -> None:
    a_class(store)
    known = a_sighting("s1", first_s=0.0, last_s=1 / 3, appearances_s=(0.0, 0.1, 0.2, 1 / 3))
    unknown = a_sighting("s2", student_id=None, first_s=0.5, appearances_s=None)
    searched(store, known, unknown)
    assert store.sightings("l1") == [known, unknown]
    assert unknown.appearances == [(0.5, unknown.last_s)]


def test_it_is_kept_whether_a_face_moves_as_a_picture_does(store: Store) -> None:
    a_class(store)
    flat, alive = a_sighting("s1", first_s=0.0, flat=True), a_sighting("s2", student_id=None, first_s=0.5)
    searched(store, flat, alive)
    assert store.sightings("l1") == [flat, alive]
    assert [store.sighting("s1").flat, store.sighting("s2").flat] == [True, False]


def test_searching_again_replaces_sightings_and_erases_old_pictures(store: Store) -> None:
    a_class(store)
    store.commit(AddRecording(a_recording("r2")))
    searched(store, a_sighting("s0", "r2"), recording_id="r2")
    searched(store, a_sighting("s1"), a_sighting("s2", student_id=None))
    store.commit(QueueSearch("r1", LATER))
    searched(store, a_sighting("s3"))
    assert {seen.id for seen in store.sightings("l1")} == {"s0", "s3"}
    assert set(store.pending_erasures()) == {"picture of s1", "picture of s2"}


def test_saving_the_same_sightings_twice_doubles_and_erases_nothing(store: Store) -> None:
    a_class(store)
    _claim(store)
    for _ in range(2):
        assert store.save_sightings("r1", "one", [a_sighting("s1"), a_sighting("s2", student_id=None)], "local-1", NOW)
    assert [seen.id for seen in store.sightings("l1")] == ["s1", "s2"]
    assert store.pending_erasures() == []


def test_a_sighting_of_a_student_removed_meanwhile_is_left_out_and_its_picture_erased(store: Store) -> None:
    a_class(store, "21", "22")
    _claim(store)
    store.commit(RemoveStudent("21"))
    both = [a_sighting("s1", student_id="21"), a_sighting("s2", student_id="22")]
    assert store.save_sightings("r1", "one", both, "local-1", NOW)
    assert [seen.id for seen in store.sightings("l1")] == ["s2"]
    assert store.pending_erasures() == ["picture of s1"]


def test_a_claim_leaves_what_an_earlier_search_saw(store: Store) -> None:
    a_class(store)
    searched(store, a_sighting("s1"))
    store.commit(QueueSearch("r1", LATER))
    assert store.claim_search("r1", "one", LATER, LATER + MINUTE)
    assert store.sightings("l1") == [replace(a_sighting("s1"))]
