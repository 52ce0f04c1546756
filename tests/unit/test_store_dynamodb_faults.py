"""What the DynamoDB store does when AWS is busy, slow or refuses, and that no list ends with its first page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from attendance.adapters.dynamodb import DynamoStore, open_store
from attendance.changes import (
    AddCourse,
    AddFace,
    AddLecture,
    AddStudent,
    AddUser,
    RemoveCourse,
    RemoveLecture,
    RemoveRecording,
    RemoveStudent,
    SaveConsents,
    SaveCourse,
    SaveLecture,
    SaveStudent,
    SetTeachers,
)
from attendance.errors import InvalidInput, NotFound, RollcallError, ServiceUnavailable, SettingsError
from attendance.model import AuditEntry, LogFilter
from attendance.settings import load_settings
from tests.broken_dynamodb import BrokenClient, failing, refusal
from tests.committing import deletion, save_machine_marks
from tests.contract.samples import (
    HOUR,
    NOW,
    a_class,
    a_course,
    a_face,
    a_lecture,
    a_mark,
    a_sighting,
    a_student,
    a_user,
)
from tests.moto_dynamodb import a_client, dynamodb_in_process, no_pause


@pytest.fixture
def client() -> Iterator[BrokenClient]:
    with dynamodb_in_process():
        yield BrokenClient()


@pytest.fixture
def store(client: BrokenClient) -> DynamoStore:
    made = DynamoStore("rollcall", a_client(), no_pause)
    made.prepare()
    return DynamoStore("rollcall", client, client.waits.append)


BUSY = ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"]
LOST_RACES = ["TransactionConflictException", "TransactionInProgressException"]


@pytest.mark.parametrize("code", [*BUSY, *LOST_RACES])
def test_what_may_work_later_is_tried_again_after_a_growing_random_wait(
    store: DynamoStore, client: BrokenClient, code: str
) -> None:
    client.faults.append(failing(refusal(code), 3))
    store.commit(AddUser(a_user("u1")))
    assert store.user("u1").id == "u1"
    assert len(client.waits) == 3
    assert all(0 <= wait <= 0.025 * 2**attempt for attempt, wait in enumerate(client.waits))


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_lost_a_race_is_tried_again_and_not_reported(
    store: DynamoStore, client: BrokenClient, reason: str
) -> None:
    cancelled = refusal("TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": reason}])
    client.faults.append(failing(cancelled, 2, "transact_write_items"))
    store.commit(AddUser(a_user("u1")))
    assert store.users().total == 1


def test_a_transaction_that_is_tried_again_has_the_same_token_and_the_next_another(
    store: DynamoStore, client: BrokenClient
) -> None:
    client.faults.append(failing(refusal("TransactionInProgressException"), 2, "transact_write_items"))
    store.commit(AddUser(a_user("u1")))
    store.commit(AddUser(a_user("u2", email="u2@example.org")))
    tokens = [asked["ClientRequestToken"] for operation, asked in client.asked if operation == "transact_write_items"]
    assert tokens[0] == tokens[1] == tokens[2] != tokens[3]


def test_what_stays_busy_ends_with_a_plain_sentence(store: DynamoStore, client: BrokenClient) -> None:
    client.faults.append(failing(refusal("ThrottlingException")))
    with pytest.raises(ServiceUnavailable) as busy:
        store.users()
    assert busy.value.sentence == "The database has too much to do at this moment; try again later."
    assert len(client.asked) == 10


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refusal("ExpiredTokenException"), "AWS refused: the credentials have expired."),
        (
            refusal("AccessDeniedException", "User x is not authorized to perform: dynamodb:GetItem on y"),
            "AWS refused: these credentials may not do dynamodb:GetItem; give their role this right.",
        ),
        (
            refusal("ResourceNotFoundException"),
            "There is no table rollcall: make it by the command init-store, or correct ROLLCALL_STORE.",
        ),
    ],
    ids=["expired", "denied", "no table"],
)
def test_what_aws_refuses_is_said_plainly(
    store: DynamoStore, client: BrokenClient, error: Exception, sentence: str
) -> None:
    client.faults.append(failing(error))
    for ask in (lambda: store.user("u1"), store.users, lambda: store.commit(AddUser(a_user())), store.check):
        with pytest.raises(ServiceUnavailable) as refused:
            ask()
        assert refused.value.sentence == sentence
    assert client.waits == []


@pytest.mark.parametrize(
    ("error", "attempts"),
    [
        (EndpointConnectionError(endpoint_url="http://x"), 5),
        (ReadTimeoutError(endpoint_url="http://x"), 5),
        (refusal("InternalServerError", ResponseMetadata={"HTTPStatusCode": 500}), 10),
    ],
    ids=["no network", "silent", "broken"],
)
def test_what_does_not_answer_is_tried_again_by_the_store_alone_and_then_told(
    store: DynamoStore, client: BrokenClient, error: Exception, attempts: int
) -> None:
    client.faults.append(failing(error, 2))
    assert store.users().total == 0
    client.faults.append(failing(error))
    client.asked.clear()
    with pytest.raises(ServiceUnavailable):
        store.users()
    assert len(client.asked) == attempts


def test_nothing_below_the_store_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    config = open_store("dynamodb://rollcall", load_settings({})).table.client.meta.config
    assert config.retries["total_max_attempts"] == 1
    assert config.connect_timeout + config.read_timeout <= 5


def test_what_a_batch_leaves_unwritten_is_written_after_a_wait(store: DynamoStore, client: BrokenClient) -> None:
    a_class(store)
    store.commit(RemoveRecording("r1"))

    def half(operation: str, parameters: Any) -> Any:
        if operation != "batch_write_item" or len(parameters["RequestItems"]["rollcall"]) < 2:
            return None
        requests = parameters["RequestItems"]["rollcall"]
        a_client().batch_write_item(RequestItems={"rollcall": requests[:1]})
        return {"UnprocessedItems": {"rollcall": requests[1:]}}

    client.faults.append(half)
    store.finish_outbox([deletion(f"key {number}") for number in range(3)] + [deletion("media of r1")])
    assert store.pending_erasures() == []
    assert len(client.waits) == 3


def test_what_a_batch_leaves_unread_is_read_after_a_wait(store: DynamoStore, client: BrokenClient) -> None:
    a_class(store, "1", "2", "3")

    def half(operation: str, parameters: Any) -> Any:
        if operation != "batch_get_item" or len(parameters["RequestItems"]["rollcall"]["Keys"]) < 2:
            return None
        wanted = parameters["RequestItems"]["rollcall"]
        answer = a_client().batch_get_item(RequestItems={"rollcall": {**wanted, "Keys": wanted["Keys"][:1]}})
        return {**answer, "UnprocessedKeys": {"rollcall": {**wanted, "Keys": wanted["Keys"][1:]}}}

    client.faults.append(half)
    assert [student.id for student in store.roster("c1")] == ["1", "2", "3"]
    assert len(client.waits) == 2


def test_batches_that_are_never_done_end_with_a_plain_sentence(store: DynamoStore, client: BrokenClient) -> None:
    a_class(store)
    client.faults.append(
        lambda operation, parameters: (
            {"UnprocessedItems": parameters["RequestItems"]} if operation == "batch_write_item" else None
        )
    )
    with pytest.raises(ServiceUnavailable, match="too much to do"):
        store.finish_outbox([deletion("some key")])


def test_a_list_is_read_to_its_end_however_short_the_pages_are(store: DynamoStore, client: BrokenClient) -> None:
    a_class(store, *map(str, range(7)))
    for hours in range(1, 6):
        store.commit(AddLecture(a_lecture(f"m{hours}", starts_at=NOW + hours * HOUR)))
    for number in range(5):
        store.commit(AuditEntry(NOW, None, "x", str(number)))
        store.commit(AddUser(a_user(f"v{number}")))
    save_machine_marks(store, "l1", [a_mark(str(number)) for number in range(7)])
    store.commit(RemoveRecording("r1"))
    before = _everything(store)

    def two_at_a_time(operation: str, parameters: Any) -> Any:
        if operation == "query":
            return a_client().query(**{**parameters, "Limit": min(2, parameters.get("Limit", 2))})
        return None

    client.faults.append(two_at_a_time)
    client.asked.clear()
    assert _everything(store) == before
    assert any("ExclusiveStartKey" in parameters for operation, parameters in client.asked if operation == "query")


def _everything(store: DynamoStore) -> dict[str, Any]:
    return {
        "roster": store.roster("c1"),
        "students": store.students(size=100),
        "users": store.users(size=100),
        "lectures": store.lectures(size=100),
        "marks": store.marks("l1"),
        "audit": [store.audit(page=page, size=2) for page in (1, 2, 3)],
        "erasures": [store.pending_erasures(), store.pending_erasures(limit=1)],
        "log": store.log(LogFilter(), page=2, size=3),
        "counts": store.lecture_counts(["l1"]),
        "courses": store.courses(student_id="3"),
    }


def test_a_text_that_is_no_text_is_refused_and_not_stored(store: DynamoStore) -> None:
    with pytest.raises(InvalidInput, match="signs that cannot be stored"):
        store.commit(AddCourse(replace(a_course(), name="\ud83d")))
    assert store.courses() == []


def test_ids_that_no_key_can_hold_are_not_found(store: DynamoStore, client: BrokenClient) -> None:
    for odd in ("x" * 5000, "\ud83d", ""):
        for ask in (store.user, store.course, store.student, store.lecture, store.recording, store.face):
            with pytest.raises(NotFound):
                ask(odd)
    assert all(len(str(parameters)) < 2000 for _, parameters in client.asked)


def test_signs_that_join_keys_are_told_apart_within_ids(store: DynamoStore) -> None:
    a_class(store, "2", "2#1", "2%231")
    marks = [a_mark(student_id) for student_id in ("2", "2#1", "2%231")]
    save_machine_marks(store, "l1", marks)
    assert store.marks("l1") == marks
    assert len(store.mark_history("l1", "2")) == 1
    store.commit(RemoveStudent("2"))
    assert [student.id for student in store.roster("c1")] == ["2#1", "2%231"]
    assert len(store.mark_history("l1", "2#1")) == 1


def test_what_is_too_large_is_refused_plainly(store: DynamoStore, client: BrokenClient) -> None:
    client.faults.append(failing(refusal("ValidationException", "Item size has exceeded the maximum allowed size")))
    with pytest.raises(InvalidInput, match="too long or too large"):
        store.commit(AddFace(a_face()))
    with pytest.raises(InvalidInput, match="in parts"):
        DynamoStore("rollcall", a_client()).commit(
            AddStudent(
                a_student(), [a_face(f"f{number}") for number in range(60)], [f"c{number}" for number in range(20)]
            )
        )


@pytest.mark.parametrize("url", ["dynamodb:", "dynamodb://", "dynamodb://a b", "dynamodb:/rollcall", "dynamodb://ab"])
def test_a_wrong_table_name_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="ROLLCALL_STORE must name a table"):
        open_store(url, load_settings({}))


def test_all_errors_of_the_store_are_ours(store: DynamoStore, client: BrokenClient) -> None:
    client.faults.append(failing(refusal("SomethingNew", "Nobody knows")))
    with pytest.raises(RollcallError, match="The database refused a request: SomethingNew, Nobody knows"):
        store.courses()


def test_floats_come_back_exactly_also_where_dynamodb_has_no_such_number(store: DynamoStore) -> None:
    a_class(store)
    odd = [0.1 + 0.2, 1e-17, 5e-324, 1.7976931348623157e308, -0.0, 100.0, 1 / 3]
    store.claim_search("r1", "one", NOW, NOW + HOUR)
    sightings = [a_sighting(f"s{place}", similarity=value) for place, value in enumerate(odd)]
    store.save_sightings("r1", "one", sightings, "local-1", NOW)
    assert [one.similarity for one in sorted(store.sightings("l1"), key=lambda one: one.id)] == odd


def test_consent_taken_back_removes_more_faces_than_a_transaction_holds(store: DynamoStore) -> None:
    store.commit(AddStudent(a_student()))
    for number in range(40):
        store.commit(AddFace(a_face(f"f{number}")))
    store.commit(SaveConsents("21", a_student().consents, ()))
    assert store.faces() == []
    assert len(store.pending_erasures()) == 80
    assert store.engine_counts() == []


def test_a_lecture_whose_removal_broke_off_is_not_in_the_log_and_nor_are_its_counts(
    store: DynamoStore, client: BrokenClient
) -> None:
    a_class(store)
    save_machine_marks(store, "l1", [a_mark()])
    client.faults.append(failing(refusal("AccessDeniedException"), operation="batch_write_item"))
    with pytest.raises(ServiceUnavailable):
        store.commit(RemoveLecture("l1"))
    page = store.log(LogFilter())
    assert (list(page.items), page.total) == ([], 0)


def test_what_is_being_removed_cannot_be_changed(store: DynamoStore, client: BrokenClient) -> None:
    a_class(store)
    client.faults.append(failing(refusal("AccessDeniedException"), operation="batch_write_item"))
    for remove in (lambda: store.commit(RemoveCourse("c1")), lambda: store.commit(RemoveStudent("21"))):
        with pytest.raises(ServiceUnavailable):
            remove()
    client.faults.clear()
    changes = (
        lambda: store.commit(SaveCourse(a_course("c1", name="New"))),
        lambda: store.commit(SetTeachers("c1", [])),
        lambda: store.commit(SaveLecture(a_lecture("l1", title="New"))),
        lambda: store.commit(SaveStudent(a_student("21", name="New"))),
        lambda: store.commit(AddFace(a_face())),
        lambda: save_machine_marks(store, "l1", [a_mark()]),
    )
    for change in changes:
        with pytest.raises(NotFound):
            change()
    assert client.waits == []
