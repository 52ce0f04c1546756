"""What is accepted for passwords and emails, and the rules of accounts, over the store in memory."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher

from attendance import passwords
from attendance.adapters.folder.imports import FolderImports
from attendance.changes import AddStudent, Part
from attendance.disk.secret_files import secret_from
from attendance.errors import InvalidInput, NotAllowed
from attendance.model import Role, Student, User
from attendance.passwords import check_password, hash_password, is_outdated, is_right, made_up_password
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.people.accounts import (
    add_user,
    change_profile,
    change_user,
    check_login,
    clean_email,
    remove_user,
    reset_password,
)
from tests.fakes import FakeJobs, FakeMedia, FakeStore, FakeUploads

PASSWORD = "a chair of green glass"


@pytest.fixture
def services(tmp_path: Path) -> Services:
    """Everything in memory; faces are of no account here."""
    return Services(
        settings=load_settings({"ROLLCALL_DATA": str(tmp_path), "ROLLCALL_TIMEZONE": "UTC"}),
        store=FakeStore(),
        media=FakeMedia(),
        faces=None,
        jobs=FakeJobs(),
        uploads=FakeUploads(),
        imports=FolderImports(tmp_path / "imports"),
    )


def _add(services: Services, email: str, role: Role = Role.ADMIN) -> User:
    return add_user(services, email=email, name="Ada Example", role=role, password=PASSWORD, by=None).user


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 257, "aaaaaaaaaaaa", "Password123", "QWERTYUIOP", "Ada@Example.org", "１２３４５６７８９０"],
)
def test_a_weak_password_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_password(password, "ada@example.org")
    assert refusal.value.field == "password"


@pytest.mark.parametrize("password", ["ten letter", "x" * 255 + "y", "비밀번호는 길게 씁니다", "😀🎓📚🏫✏️🧮🔬🎨🎵🏆"])
def test_a_long_enough_password_of_any_signs_is_accepted(password: str) -> None:
    check_password(password, "ada@example.org")
    assert is_right(password, hash_password(password))


def test_a_password_typed_on_another_system_is_the_same() -> None:
    assert is_right("\u1100\u1161 long enough", hash_password("\uac00 long enough"))


def test_hashes_are_argon2id_and_never_the_same_twice() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first.startswith("$argon2id$")
    assert first != second


@pytest.mark.parametrize("kept", [None, "", "not a hash"])
def test_without_a_hash_no_password_is_right(kept: str | None) -> None:
    assert not is_right(PASSWORD, kept)


def test_nothing_but_the_password_is_right() -> None:
    assert not is_right(PASSWORD, hash_password("something else"))


def test_an_account_that_does_not_exist_is_checked_at_the_same_cost() -> None:
    assert not is_outdated(passwords._nobodys())


def test_made_up_passwords_pass_the_rules_and_differ() -> None:
    made = {made_up_password() for _ in range(50)}
    assert len(made) == 50
    for password in made:
        check_password(password, "ada@example.org")


def test_a_hash_of_an_older_cost_is_made_again_at_login(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as older:
        older.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        before = _add(services, "ada@example.org")
    assert is_outdated(before.password_hash)
    after = check_login(services, "ada@example.org", PASSWORD)
    assert after is not None
    assert not is_outdated(services.store.user(before.id).password_hash)
    assert after.session_key == before.session_key


@pytest.mark.parametrize("text", ["ada@example.org", " Ada.E+x@sub.example.org ", "학생@예시.한국", "ada@localhost"])
def test_addresses_are_accepted(text: str) -> None:
    assert clean_email(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    ["", " ", "ada", "@example.org", "ada@", "a da@example.org", "a@b@c", "a\n@example.org", "a@.org", "a@b..c",
     "x" * 250 + "@example.org", "a\u202e@example.org", "<a@example.org>"],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        clean_email(text)
    assert refusal.value.field == "email"


def test_one_email_in_two_unicode_forms_is_one_account(services: Services) -> None:
    _add(services, "\uac00@example.org")
    assert check_login(services, "\u1100\u1161@EXAMPLE.org", PASSWORD) is not None


def test_the_last_admin_can_neither_be_removed_nor_demoted(services: Services) -> None:
    only = _add(services, "ada@example.org")
    with pytest.raises(NotAllowed):
        remove_user(services, only.id, by=None)
    with pytest.raises(NotAllowed):
        change_user(services, only.id, name="Ada Example", role=Role.TEACHER, by=None)
    _add(services, "bert@example.org")
    remove_user(services, only.id, by=None)
    assert services.store.count_admins() == 1


def test_a_teacher_is_never_linked_to_a_student(services: Services) -> None:
    user = add_user(
        services, email="t@example.org", name="T", role=Role.TEACHER, password=PASSWORD, student_id="21", by=None
    ).user
    assert user.student_id is None


def test_a_user_who_stays_the_same_leaves_no_trace_in_the_audit(services: Services) -> None:
    user = _add(services, "ada@example.org")
    before = services.store.audit().total
    change_user(services, user.id, name=user.name, role=user.role, by=None)
    assert services.store.audit().total == before


def test_the_secret_key_is_whole_for_every_process_that_reads_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: secret_from(tmp_path / "key"), range(16)))
    assert len(secrets) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_the_audit_trail_names_a_student_by_their_id_and_staff_by_email(services: Services) -> None:
    services.store.commit(AddStudent(Student("21", "key-21", "Student 21", services.now())))
    add_user(
        services,
        email="student@example.org",
        name="Student 21",
        role=Role.STUDENT,
        password=PASSWORD,
        by=None,
        student_id="21",
    )
    _add(services, "ada@example.org")
    assert {entry.subject for entry in services.store.audit().items} == {"21", "ada@example.org"}


def test_a_name_that_is_changed_at_the_same_moment_does_not_bring_back_an_old_password(services: Services) -> None:
    teacher = _add(services, "teacher@example.org", Role.TEACHER)
    store = cast(FakeStore, services.store)
    commit, reset = (
        store.commit,
        iter([partial(reset_password, services, teacher.id, password="quite another one", by=None)]),
    )

    def commit_after_somebody_else(*parts: Part) -> None:
        if other := next(reset, None):
            other()
        commit(*parts)

    with patch.object(store, "commit", commit_after_somebody_else):
        change_profile(services, teacher.id, name="Ada L.", timezone=None, language=None)

    now = services.store.user(teacher.id)
    assert now.name == "Ada L."
    assert is_right("quite another one", now.password_hash)
