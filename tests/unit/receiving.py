"""Recordings and uploads that come in, for tests with services in memory."""

import io
from datetime import timedelta

from attendance.disk_file import DiskFile
from attendance.model import new_id
from attendance.ports import Upload
from attendance.use_cases.receive_recording import receive_recording
from tests.unit.in_memory import NOW

START = NOW - timedelta(hours=2)


def receive(services, path, **more):
    course = services.store.courses()[0]
    given = {"original_name": path.name, "course_id": course.id, "starts_at": START} | more
    return receive_recording(services, file=DiskFile(path), **given)


def nothing_is_kept(services) -> bool:
    return services.store.lectures().total == 0 and not services.media.files


def begin_upload(services, data: bytes = b"video 90|21 0 50", **details: str) -> str:
    upload_id = new_id()
    given = {
        "filename": "lecture.mp4",
        "course_id": services.store.courses()[0].id,
        "starts_at": START.isoformat(),
        "ends_at": "",
    } | details
    services.uploads.begin(Upload(upload_id, "teacher", len(data), NOW, given))
    if data:
        with io.BytesIO(data) as stream:
            services.uploads.append(upload_id, 0, stream)
    return upload_id
