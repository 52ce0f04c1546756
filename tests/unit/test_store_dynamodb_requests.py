"""How many requests the DynamoDB store sends for what is done often: none of these may grow with a class or a term."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from attendance.adapters.dynamodb import DynamoStore
from attendance.changes import AddFace, AddLecture, AddRecording, QueueSearch
from attendance.model import AuditEntry, LogFilter, Status
from tests.broken_dynamodb import BrokenClient
from tests.committing import save_machine_marks
from tests.contract.samples import (
    HOUR,
    MINUTE,
    NOW,
    a_class,
    a_face,
    a_lecture,
    a_mark,
    a_recording,
    a_sighting,
    evidence,
    searched,
)
from tests.moto_dynamodb import a_client, a_store, no_pause

CLASS = [f"{number:02}" for number in range(40)]
MARKS = [a_mark(student_id, evidence=evidence()) for student_id in CLASS]
LECTURES = 6


@pytest.fixture(scope="module")
def client() -> Iterator[BrokenClient]:
    """Of a class of 40 with a face each, and six lectures of which all but the first are marked."""
    with a_store() as store:
        a_class(store, *CLASS)
        for student_id in CLASS:
            store.commit(AddFace(a_face(f"face of {student_id}", student_id)))
        for number in range(1, LECTURES):
            store.commit(AddLecture(a_lecture(f"m{number}", starts_at=NOW + number * HOUR)))
            marks = [replace(mark, lecture_id=f"m{number}") for mark in MARKS]
            save_machine_marks(store, f"m{number}", marks)
        yield BrokenClient()


@pytest.fixture
def requests(client: BrokenClient) -> Callable[[Callable[[DynamoStore], object]], list[str]]:
    """The requests that a call makes, sorted by name."""
    store = DynamoStore("rollcall", client, no_pause)

    def count(call: Callable[[DynamoStore], object]) -> list[str]:
        client.asked.clear()
        call(store)
        return sorted(operation for operation, _ in client.asked)

    return count


Requests = Callable[[Callable[[DynamoStore], object]], list[str]]


def test_a_search_is_claimed_by_two_and_renewed_by_one(requests: Requests) -> None:
    claimed = requests(lambda store: store.claim_search("r1", "one", NOW, NOW + MINUTE))
    assert claimed == ["get_item", "update_item"]
    requests(lambda store: store.renew_claim("r1", "one", NOW + MINUTE, 0.1))
    assert requests(lambda store: store.renew_claim("r1", "one", NOW + MINUTE, 0.2)) == ["update_item"]
    requests(lambda store: store.release_claim("r1", "one"))


def test_marks_of_forty_are_saved_by_two_transactions_and_the_same_again_by_none(requests: Requests) -> None:
    read = ["batch_get_item", "get_item", "query", "query"]  # once to decide, once more to commit
    assert requests(lambda store: save_machine_marks(store, "l1", MARKS)) == [*read, *["transact_write_items"] * 2]
    assert requests(lambda store: save_machine_marks(store, "l1", MARKS)) == ["get_item", "query"]
    late = [replace(mark, status=Status.LATE, machine_status=Status.LATE) for mark in MARKS]
    assert requests(lambda store: save_machine_marks(store, "l1", late)) == [*read, "transact_write_items"]
    requests(lambda store: save_machine_marks(store, "l1", []))


def test_sightings_of_forty_are_saved_by_two_transactions(requests: Requests) -> None:
    requests(lambda store: store.claim_search("r1", "one", NOW, NOW + MINUTE))
    seen = [a_sighting(f"s{student_id}", student_id=student_id) for student_id in CLASS]
    saved = requests(lambda store: store.save_sightings("r1", "one", seen, "local-1", NOW))
    assert saved == ["batch_get_item", "get_item", "query", *["transact_write_items"] * 2]
    assert requests(lambda store: store.sightings("l1")) == ["query"]
    requests(lambda store: store.release_claim("r1", "one"))


@pytest.mark.parametrize("sort", ["time", "-time"])
def test_a_page_of_the_log_reads_the_marks_of_its_own_lectures_only(requests: Requests, sort: str) -> None:
    page = requests(lambda store: store.log(LogFilter(course_ids=["c1"], sort=sort), page=2, size=40))
    lectures_and_their_marks = ["query", "query"]
    assert page == ["batch_get_item"] * 4 + lectures_and_their_marks
    totals = requests(lambda store: store.log_totals(LogFilter(course_ids=["c1"], statuses=[Status.ABSENT])))
    assert totals == ["batch_get_item", "batch_get_item", "query"]


def test_a_list_of_lectures_reads_each_by_one_query(requests: Requests) -> None:
    listed = requests(lambda store: store.lecture_counts(["l1", *(f"m{number}" for number in range(1, LECTURES))]))
    assert listed == ["batch_get_item"] + ["query"] * LECTURES


def test_a_students_own_log_reads_no_others_marks(requests: Requests) -> None:
    assert requests(lambda store: store.log(LogFilter(student_id="07"))) == ["batch_get_item"] * 4 + ["query"]


def test_the_log_in_another_order_reads_a_query_a_lecture(requests: Requests) -> None:
    found = requests(lambda store: store.log(LogFilter(course_ids=["c1"], sort="student")))
    assert found == ["batch_get_item"] * 2 + ["query"] * (1 + LECTURES)


def test_a_roster_and_its_faces_are_read_a_hundred_at_a_time(requests: Requests) -> None:
    assert requests(lambda store: store.roster("c1")) == ["batch_get_item", "query"]
    assert requests(lambda store: store.faces(CLASS)) == ["batch_get_item"] * 2 + ["get_item"] * 2


def test_whether_faces_are_outdated_is_one_small_item(requests: Requests) -> None:
    assert requests(lambda store: store.outdated_faces("another")) == ["get_item"]


def test_pages_ask_for_users_and_courses_with_few_requests(requests: Requests) -> None:
    assert requests(lambda store: store.user("u1")) == ["get_item"]
    assert requests(lambda store: store.find_user("u1@example.org")) == ["get_item", "get_item"]
    assert requests(lambda store: store.has_admin()) == ["query"]
    assert requests(lambda store: store.courses(teacher_id="u1")) == ["batch_get_item", "query"]
    assert requests(lambda store: store.recordings("l1")) == ["query"]
    assert requests(lambda store: store.marks("l1")) == ["query"]


def test_waiting_searches_are_one_query_of_the_index_and_a_look_at_each(requests: Requests) -> None:
    assert requests(lambda store: store.waiting_searches(NOW)) == ["batch_get_item", "query"]


def test_the_audit_is_read_from_its_end(requests: Requests, client: BrokenClient) -> None:
    assert requests(lambda store: store.commit(AuditEntry(NOW, "u1", "x", "y"))) == ["transact_write_items"]
    assert requests(lambda store: store.audit(size=20)) == ["batch_get_item", "get_item", "query"]
    limits = [parameters["Limit"] for operation, parameters in client.asked if operation == "query"]
    assert limits == [20]


def test_no_question_is_answered_by_a_scan(requests: Requests, client: BrokenClient) -> None:
    for ask in (
        lambda store: store.users(text="a"),
        lambda store: store.students(text="a"),
        lambda store: store.faces(),
        lambda store: store.unclaimed(["photo of f1"]),
        lambda store: store.pending_erasures(),
        lambda store: store.engine_counts(),
        lambda store: store.lectures(),
        lambda store: store.log(LogFilter(text="a")),
    ):
        assert "scan" not in requests(ask)
        assert client.asked


def test_what_is_searched_leaves_the_index_of_what_waits(requests: Requests) -> None:
    store = DynamoStore("rollcall", a_client(), no_pause)
    store.commit(AddRecording(a_recording("r7")))
    searched(store, recording_id="r7")
    store.commit(AddRecording(a_recording("r8")))
    store.claim_search("r8", "one", NOW, NOW + MINUTE)
    store.fail_search("r8", "one", "No.")
    assert [place for _, place in store.table.found("waiting")] == ["recording#r1"]
    store.commit(QueueSearch("r8", NOW))
    assert len(store.table.found("waiting")) == 2
