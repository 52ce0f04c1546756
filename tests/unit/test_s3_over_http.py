"""The bucket at another endpoint, over real connections and from several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from attendance.adapters.s3.bucket import Bucket, open_bucket
from attendance.adapters.s3.media import S3Media
from attendance.adapters.s3.uploads import S3Uploads
from attendance.errors import Conflict
from attendance.media_keys import recording_key
from attendance.model import new_id
from attendance.ports import Upload
from tests.moto_server import moto_server
from tests.sending import A_LECTURE, TEACHER

HOLDER = """
import sys, time
from attendance.adapters.s3 import lock as s3_lock
from attendance.adapters.s3.bucket import open_bucket
from attendance.adapters.s3.uploads import S3Uploads

s3_lock.LEASE_S = 2.0
with S3Uploads(open_bucket("s3://class-media/rollcall")).finishing(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    with moto_server() as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", address)
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        opened = open_bucket("s3://class-media/rollcall")
        opened.client.create_bucket(Bucket="class-media")
        yield opened
        opened.client.close()


def whole_upload(spool: S3Uploads, data: bytes) -> Upload:
    """Sent as a browser does: several parts at once."""
    upload = Upload(new_id(), TEACHER, len(data), datetime(2026, 3, 2, 12, tzinfo=UTC), A_LECTURE)
    spool.begin(upload)
    cut = spool.part_size(upload.id)
    links = spool.part_links(upload.id, range(1, -(-len(data) // cut) + 1))

    def put(number: int) -> None:
        requests.put(links[number], data=data[(number - 1) * cut : number * cut], timeout=30).raise_for_status()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(put, links))
    spool.complete(upload.id)
    return upload


def test_a_file_goes_in_by_links_and_comes_out_by_a_link_in_ranges(bucket: Bucket) -> None:
    spool, media = S3Uploads(bucket), S3Media(bucket)
    data = os.urandom((16 << 20) + 77)
    upload = whole_upload(spool, data)
    key = recording_key(new_id(), ".mp4")
    with spool.finishing(upload.id) as file:
        media.put_file(key, file)
        spool.remove(upload.id)
    link = media.url(key)
    assert link.startswith(media.origins[0])
    answer = requests.get(link, headers={"Range": "bytes=16777216-"}, timeout=30)
    assert (answer.status_code, answer.content) == (206, data[16777216:])
    with media.local_path(key) as path:
        assert path.read_bytes() == data
    with media.open(key) as stream:
        stream.seek(9_000_000)
        assert stream.read(100) == data[9_000_000:9_000_100]
    assert [one.key for one in bucket.objects("")] == [key]


def test_what_a_killed_process_was_finishing_is_finished_by_another_after_its_lease(bucket: Bucket) -> None:
    spool = S3Uploads(bucket)
    upload = whole_upload(spool, b"video")
    with subprocess.Popen([sys.executable, "-c", HOLDER, upload.id], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Conflict), spool.finishing(upload.id):
            pass
        holder.send_signal(signal.SIGKILL)
    with spool.finishing(upload.id, 30) as file:
        assert file.size() == 5
