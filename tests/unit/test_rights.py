"""What was allowed when an upload began must be allowed when it ends; else nothing of it is kept."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.changes import RemoveUser, SaveUser, SetTeachers
from attendance.device_errors import BadItem, NoLecture
from attendance.errors import InvalidInput, NotFound
from attendance.model import COMMAND_LINE, Role, new_id
from attendance.ports import Upload
from attendance.use_cases.courses.timetable import add_slot
from attendance.use_cases.devices.devices import change_device, revoke_device
from attendance.use_cases.devices.items import items_of_device
from attendance.use_cases.people.accounts import remove_user
from attendance.use_cases.recordings.finishing import finish_upload
from attendance.use_cases.recordings.uploads import begin_item
from attendance.use_cases.upkeep import sweep
from tests.sending import A_LECTURE, TEACHER
from tests.unit.device_items import a_camera, a_timetable, an_item, lectures
from tests.unit.in_memory import MemoryServices, a_course, services_in_memory
from tests.unit.receiving import a_teacher, begin_upload, nothing_is_kept
from tests.website.device_sending import VIDEO


@pytest.fixture
def services(tmp_path: Path) -> MemoryServices:
    made = services_in_memory(tmp_path)
    a_course(made)
    return made


def off_the_course(services: MemoryServices) -> None:
    services.store.commit(SetTeachers(services.store.courses()[0].id, []))


def made_a_student(services: MemoryServices) -> None:
    services.store.commit(SaveUser(replace(services.store.user("teacher"), role=Role.STUDENT)))


def removed(services: MemoryServices) -> None:
    services.store.commit(RemoveUser("teacher"))


@pytest.mark.parametrize("change", [off_the_course, made_a_student, removed])
def test_who_may_not_record_any_more_makes_no_recording(services: MemoryServices, change):
    upload_id = begin_upload(services)
    change(services)
    with pytest.raises(InvalidInput):
        finish_upload(services, upload_id)
    assert nothing_is_kept(services)
    with pytest.raises(NotFound):
        services.uploads.upload(upload_id)


def test_the_sweep_finishes_no_upload_of_who_may_not_record(services: MemoryServices):
    begin_upload(services)
    off_the_course(services)
    sweep(services)
    assert nothing_is_kept(services)
    assert services.uploads.whole() == []


def test_an_admin_records_in_every_course(services: MemoryServices):
    upload_id = begin_upload(services)
    off_the_course(services)
    services.store.commit(SaveUser(replace(services.store.user("teacher"), role=Role.ADMIN)))
    assert finish_upload(services, upload_id).id == upload_id


def test_a_commands_upload_that_the_sweep_finishes_is_kept(services: MemoryServices):
    with_user = begin_upload(services)
    upload = services.uploads.upload(with_user)
    services.uploads.remove(with_user)
    services.uploads.begin(replace(upload, sender=COMMAND_LINE, offset=0))
    services.uploads.append(upload.id, 0, io.BytesIO(b"video 90|21 0 50"))
    sweep(services)
    assert services.store.recording(upload.id)


def test_a_recording_that_has_its_row_is_finished_whatever_changed_since(services: MemoryServices, monkeypatch):
    upload_id = begin_upload(services)

    def die(*_given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(services.media, "put_file", die)
        finish_upload(services, upload_id)
    off_the_course(services)
    recording = finish_upload(services, upload_id)
    assert recording.media_key in services.media.files


def test_a_removed_users_uploads_go_with_the_account(services: MemoryServices):
    a_teacher(services)
    upload_id = new_id()
    services.uploads.begin(Upload(upload_id, TEACHER, 100, services.now(), A_LECTURE))
    remove_user(services, "teacher", by="boss")
    with pytest.raises(NotFound):
        services.uploads.upload(upload_id)


class TestDevices:
    @pytest.fixture
    def services(self) -> MemoryServices:
        """A course in R 101 on Mondays from nine to ten."""
        return a_timetable()

    def begun(self, services: MemoryServices) -> tuple[str, str]:
        """The id of a device, and of an item whose every byte is here."""
        device, item = a_camera(services), an_item()
        begin_item(services, device, item)
        services.uploads.append(item.id, 0, io.BytesIO(VIDEO))
        return device.id, item.id

    def test_a_revoked_device_makes_no_recording(self, services: MemoryServices):
        device_id, item_id = self.begun(services)
        revoke_device(services, device_id, by=None)
        with pytest.raises(BadItem):
            finish_upload(services, item_id)
        assert lectures(services) == []
        told = items_of_device(services, services.store.device(device_id), [item_id])
        assert {one: str(why) for one, why in told.refused.items()} == {
            item_id: "The device that sent this was revoked."
        }

    def test_a_device_that_was_moved_makes_no_recording_in_the_old_room(self, services: MemoryServices):
        device_id, item_id = self.begun(services)
        change_device(services, device_id, name="Camera", room="R 999", by=None)
        with pytest.raises(NoLecture):
            finish_upload(services, item_id)
        assert lectures(services) == []

    def test_a_room_that_the_course_shares_or_that_is_only_spelt_anew_changes_nothing(self, services: MemoryServices):
        device_id, item_id = self.begun(services)
        change_device(services, device_id, name="Camera", room="r 101", by=None)
        assert finish_upload(services, item_id).device_id == device_id

    def test_a_device_that_was_moved_along_with_the_course_goes_on(self, services: MemoryServices):
        device_id, item_id = self.begun(services)
        course = services.store.courses()[0]
        add_slot(services, course_id=course.id, room="R 999", weekday=0, starts="09:00", ends="10:00", by=None)
        change_device(services, device_id, name="Camera", room="R 999", by=None)
        assert finish_upload(services, item_id).device_id == device_id
