"""What every Store keeps to about the audit trail."""

from dataclasses import replace

from attendance.changes import AddFace, AddUser, ForgetNames, RemoveStudent, RemoveUser
from attendance.model import FORGOTTEN, AuditEntry, AuditFilter
from attendance.ports import Store
from tests.committing import save_machine_marks
from tests.contract.samples import MINUTE, NOW, a_class, a_face, a_mark, a_sighting, a_user, evidence, searched


def _entry(subject: str, minutes: int = 0, by: str | None = "u1") -> AuditEntry:
    return AuditEntry(at=NOW + minutes * MINUTE, by=by, action="course.remove", subject=subject, detail="세부")


def test_the_audit_is_read_newest_first_with_names(store: Store) -> None:
    store.commit(AddUser(a_user("u1", name="Ada Example")))
    store.commit(_entry("second", 1))
    store.commit(_entry("first", 0, by=None))
    store.commit(_entry("third", 1, by="u9"))
    assert list(store.audit().items) == [
        replace(_entry("third", 1, by="u9"), by_name="a removed user"),
        replace(_entry("second", 1), by_name="Ada Example"),
        _entry("first", 0, by=None),
    ]


def test_the_audit_comes_in_pages(store: Store) -> None:
    for number in range(5):
        store.commit(_entry(str(number)))
    page = store.audit(page=2, size=2)
    assert ([entry.subject for entry in page.items], page.total) == (["2", "1"], 5)


def test_what_a_removed_user_did_stays(store: Store) -> None:
    store.commit(AddUser(a_user("u1", name="Ada Example")))
    store.commit(_entry("something"))
    store.commit(RemoveUser("u1"))
    entry = store.audit().items[0]
    assert (entry.by, entry.by_name) == ("u1", "a removed user")


def test_media_that_no_row_names_are_unclaimed(store: Store) -> None:
    a_class(store)
    store.commit(AddFace(a_face("f1")))
    searched(store, a_sighting("s1"))
    save_machine_marks(store, "l1", [a_mark(evidence=evidence("s2"))])
    named = ["photo of f1", "thumbnail of f1", "media of r1", "picture of s1", "picture of s2"]
    assert store.unclaimed(["z", *named, "a"]) == ["z", "a"]


def test_names_are_forgotten_only_where_they_stand_by_themselves(store: Store) -> None:
    store.commit(AddUser(a_user("u1", name="Ada Example")))
    for minutes, subject in enumerate(("D-97", "D-9", "100%_", "나")):
        store.commit(replace(_entry(subject, minutes), action="student.changed"))
    before = list(store.audit().items)
    store.commit(ForgetNames({"D-97", "0%_", "100%_", "nothing"}))
    gone = {"D-97", "100%_"}
    assert list(store.audit().items) == [
        replace(entry, subject=FORGOTTEN) if entry.subject in gone else entry for entry in before
    ]


def test_a_purge_keeps_all_that_is_there(store: Store) -> None:
    a_class(store, "21", "22")
    store.commit(RemoveStudent("21"))
    assert store.purge()
    assert store.purge()
    assert store.student("22").id == "22"


def _found(store: Store, **wanted: object) -> list[str]:
    return [entry.detail for entry in store.audit(AuditFilter(**wanted)).items]  # type: ignore[arg-type]


def test_the_audit_is_filtered_by_who_kind_subject_and_time(store: Store) -> None:
    entries = [
        ("user.added", "ada@example.org", "u1"),
        ("user.removed", "21", "u2"),
        ("course.added", "CS101", "u1"),
        ("users.invited", "Ada@example.org", None),
    ]
    for minutes, (action, subject, by) in enumerate(entries):
        store.commit(AuditEntry(NOW + minutes * MINUTE, by, action, subject, str(minutes)))
    assert _found(store, by="u1") == ["2", "0"]
    assert _found(store, by="") == ["3"]
    assert _found(store, topic="user") == ["1", "0"]
    assert _found(store, subject="ADA@example.org ") == ["3", "0"]
    assert _found(store, subject="ada@example.org", by="u1", topic="user") == ["0"]
    assert _found(store, subject="ada") == []
    assert _found(store, from_at=NOW + MINUTE, before_at=NOW + 3 * MINUTE) == ["2", "1"]
    assert _found(store, by="u1", from_at=NOW + MINUTE) == ["2"]
    page = store.audit(AuditFilter(by="u1"), page=2, size=1)
    assert ([entry.detail for entry in page.items], page.total) == (["0"], 2)


def test_whoever_is_forgotten_is_not_found_by_their_name_either(store: Store) -> None:
    store.commit(replace(_entry("D-97"), action="student.changed"))
    store.commit(ForgetNames({"D-97"}))
    assert store.audit(AuditFilter(subject="D-97")).total == 0
    assert store.audit(AuditFilter(subject=FORGOTTEN)).total == 1
