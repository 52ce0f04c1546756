"""An object read as a stream reads as a file does, also where connections break."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from typing import Any

import av
import numpy as np
import pytest
from botocore.exceptions import ResponseStreamingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attendance.adapters.s3 import stream as s3_stream
from attendance.adapters.s3.bucket import Bucket
from attendance.adapters.s3.stream import S3Stream, open_object
from attendance.errors import Conflict, NotFound, ServiceUnavailable
from tests.faulty_client import faulty
from tests.moto_bucket import open_moto_bucket

KEY = "uploads/x/data"
DATA = bytes(i * 7 % 251 for i in range(5000))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Bucket]:
    yield from open_moto_bucket()


@pytest.fixture
def stored(bucket: Bucket) -> Bucket:
    bucket.client.put_object(**bucket.at(KEY), Body=DATA)
    return bucket


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stretches from 100 to 800 bytes."""
    monkeypatch.setattr(s3_stream, "_FIRST_BYTES", 100)
    monkeypatch.setattr(s3_stream, "_MOST_BYTES", 800)


class BreakingBody:
    """A connection that is cut after so many bytes."""

    def __init__(self, body: Any, after: int) -> None:
        self._body, self._left = body, after

    def read(self, size: int) -> bytes:
        if not self._left:
            raise ResponseStreamingError(error="the line was cut")
        chunk: bytes = self._body.read(min(size, self._left))
        self._left -= len(chunk)
        return chunk

    def close(self) -> None:
        self._body.close()


def breaking(after: int) -> Any:
    def get(call: Any, **parameters: Any) -> Any:
        answer = call(**parameters)
        return {**answer, "Body": BreakingBody(answer["Body"], after)}

    return get


moves = st.lists(
    st.tuples(st.sampled_from([io.SEEK_SET, io.SEEK_CUR, io.SEEK_END]), st.integers(-2000, 6000), st.integers(0, 3000)),
    max_size=8,
)


@pytest.mark.usefixtures("short")
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=moves)
def test_jumping_and_reading_is_as_in_a_file(stored: Bucket, moves: list[tuple[int, int, int]]) -> None:
    file = io.BytesIO(DATA)
    with open_object(stored, KEY) as stream:
        for whence, offset, size in moves:
            base = {io.SEEK_SET: 0, io.SEEK_CUR: file.tell(), io.SEEK_END: len(DATA)}[whence]
            if base + offset < 0:
                continue
            assert stream.seek(base + offset) == file.seek(base + offset)
            assert stream.read(size) == file.read(size)
            assert stream.tell() == file.tell()


@pytest.mark.parametrize("whence", [io.SEEK_SET, io.SEEK_CUR, io.SEEK_END])
def test_there_is_nothing_before_the_beginning(stored: Bucket, whence: int) -> None:
    with S3Stream(stored, KEY) as stream, pytest.raises(ValueError, match="before its beginning"):
        stream.seek(-len(DATA) - 1, whence)


def test_an_empty_object_is_an_empty_file(stored: Bucket) -> None:
    stored.client.put_object(**stored.at(KEY), Body=b"")
    with open_object(stored, KEY) as stream:
        assert stream.read() == b""
        assert stream.seek(0, io.SEEK_END) == 0


def test_a_small_object_takes_one_request(stored: Bucket) -> None:
    watched, client = faulty(stored)
    with open_object(watched, KEY) as stream:
        assert stream.read() == DATA
    assert client.calls == {"get_object": 1}


@pytest.mark.usefixtures("short")
def test_requests_grow_while_it_is_read_on_and_on(stored: Bucket) -> None:
    watched, client = faulty(stored)
    with open_object(watched, KEY) as stream:
        assert stream.read() == DATA
    assert client.calls["get_object"] == 9  # 100, 200, 400, then 800 at most


@pytest.mark.usefixtures("short")
def test_after_a_jump_little_is_asked_for(stored: Bucket) -> None:
    watched, client = faulty(stored)
    with open_object(watched, KEY) as stream:
        stream.read(700)
        stream.seek(4000)
        stream.read(10)
    assert client.asked[-1][1]["Range"] == "bytes=4000-4099"


def test_a_connection_that_breaks_is_taken_up_at_the_same_byte(stored: Bucket) -> None:
    watched, client = faulty(stored, get_object=[breaking(1234), breaking(1), None])
    with open_object(watched, KEY) as stream:
        assert stream.read() == DATA
    assert [asked["Range"].partition("-")[0] for _, asked in client.asked] == ["bytes=0", "bytes=1234", "bytes=1235"]


def test_a_connection_that_goes_on_breaking_is_given_up(stored: Bucket) -> None:
    watched, client = faulty(stored, get_object=[breaking(0)] * 100)
    with (
        pytest.raises(ServiceUnavailable, match=r"^The media store does not answer; try again later\.$"),
        open_object(watched, KEY) as stream,
    ):
        stream.read()
    assert client.calls["get_object"] == 5


@pytest.mark.usefixtures("short")
def test_an_object_that_is_replaced_while_it_is_read_is_a_conflict(stored: Bucket) -> None:
    with open_object(stored, KEY) as stream:
        stream.read(50)
        stored.client.put_object(**stored.at(KEY), Body=os.urandom(5000))
        with pytest.raises(Conflict, match=r"^This file was replaced while it was read\.$"):
            stream.read()


@pytest.mark.usefixtures("short")
def test_an_object_that_goes_while_it_is_read_is_not_found(stored: Bucket) -> None:
    with open_object(stored, KEY) as stream:
        stream.read(50)
        stored.delete([KEY])
        with pytest.raises(NotFound):
            stream.read()


def packets(source: Any) -> list[tuple[int | None, bytes]]:
    with av.open(source) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(video=0)]


@pytest.mark.usefixtures("short")
def test_a_video_is_read_as_from_a_disk(bucket: Bucket) -> None:
    film = io.BytesIO()
    noise = np.random.default_rng(1).integers(0, 255, (20, 120, 160, 3), dtype=np.uint8)
    with av.open(film, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, width=160, height=120, pix_fmt="yuv420p")
        for picture in noise:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    bucket.client.put_object(**bucket.at(KEY), Body=film.getvalue())
    watched, client = faulty(bucket)
    with open_object(watched, KEY) as object_stream:
        assert packets(object_stream) == packets(io.BytesIO(film.getvalue()))
    assert client.calls["get_object"] > 20
