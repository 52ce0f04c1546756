"""Sending one clip or snapshot: by tus to the site, or in parts straight to its bucket; both go on where they ended."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from requests import Response
from tusclient.client import TusClient
from tusclient.uploader.uploader import Uploader

from device_uploader.backoff import Bandwidth
from device_uploader.clock import SiteTime, format_time
from device_uploader.errors import ItemRefused, SiteBusy, Unreachable
from device_uploader.item import Item
from device_uploader.site import API, Site

Outcome = Literal["whole", "handed over", "yielded"]
LINKS_AT_ONCE = 8
TOLD = ("id", "status", "part_size", "parts")
TAKEN = (409,)  # to an upload that is to begin: its id stands for something else


class Stopped(Exception):
    """The client is being stopped; what was sent so far counts."""


@dataclass(slots=True)
class Road:
    """What sending needs: the site, its time, the pace, and when to let something more important go first."""

    site: Site
    site_time: SiteTime
    bandwidth: Bandwidth
    chunk_bytes: int
    stop: threading.Event
    should_yield: Callable[[Item], bool] = lambda item: False


class PacedBytes:
    """A part of a file as requests takes it: sized, read in small blocks, and slowed down to the bandwidth."""

    def __init__(self, file: BinaryIO, begin: int, length: int, road: Road) -> None:
        file.seek(begin)
        self._file, self._left, self._road = file, length, road
        self._length = length

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1) -> bytes:
        """The next block, when its time has come."""
        if self._road.stop.is_set():
            raise Stopped
        block = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(block)
        if self._road.stop.wait(self._road.bandwidth.delay_s(len(block))):
            raise Stopped
        return block


class TusUpload(Uploader):
    """tuspy's uploader on our own session: with timeouts, our TLS settings, no redirects, and a pace."""

    def __init__(self, road: Road, item: Item, file: BinaryIO) -> None:
        self._road, self._file = road, file
        self.recording: str | None = None
        words = {name: as_text(value) for name, value in words_about(item, road.site_time).items()}
        client = TusClient(road.site.server + API + "/me/uploads")
        super().__init__(file_stream=file, client=client, chunk_size=road.chunk_bytes, metadata=words)
        self.address = self.create_url()
        self.offset = self.get_offset()

    def create_url(self) -> str:
        """The same address for the same item, however often it is asked for."""
        headers = self.get_url_creation_headers()  # type: ignore[no-untyped-call]
        response = self._road.site.request("POST", API + "/me/uploads", headers=headers, final=TAKEN)
        location = response.headers.get("Location")
        if response.status_code != 201 or location is None:
            raise Unreachable(f"Something else than Rollcall answers at {self._road.site.server}.")
        return self._road.site.own_address(location)

    def get_offset(self) -> int:
        """How much of it is there."""
        headers = self.get_headers()  # type: ignore[no-untyped-call]
        return self._told(self._road.site.request("HEAD", self.address, headers=headers))

    def upload_chunk(self) -> None:
        """The next bytes."""
        headers = {"Upload-Offset": str(self.offset), "Content-Type": "application/offset+octet-stream"}
        headers |= self.get_headers()  # type: ignore[no-untyped-call]
        length = self.get_request_length()  # type: ignore[no-untyped-call]
        body = PacedBytes(self._file, self.offset, length, self._road)
        self.offset = self._told(self._road.site.request("PATCH", self.address, headers=headers, data=body))

    def _told(self, response: Response) -> int:
        offset = response.headers.get("Upload-Offset", "")
        if not offset.isdigit() or int(offset) > self.stop_at:
            raise Unreachable(f"Something else than Rollcall answers at {self._road.site.server}.")
        self.recording = response.headers.get("Rollcall-Recording")
        return int(offset)


def send_by_tus(road: Road, item: Item, path: Path) -> Outcome:
    """Goes on where an earlier try, of this process or another, has ended. Raises the site's refusals."""
    with path.open("rb") as file:
        upload = TusUpload(road, item, file)
        while upload.offset < item.size:
            before = upload.offset
            upload.upload_chunk()
            if upload.offset <= before:
                raise SiteBusy("The site took nothing of what was sent.")
            if upload.offset < item.size and road.should_yield(item):
                return "yielded"
    return "whole" if upload.recording else "handed over"


def send_directly(road: Road, item: Item, path: Path) -> Outcome:
    """In parts to links that the site gives. Raises the site's refusals."""
    words = {**words_about(item, road.site_time), "size": item.size}
    begun = road.site.ask("POST", "/me/direct-uploads", told=TOLD, json=words, final=TAKEN)
    address = f"/me/direct-uploads/{begun['id']}"
    if begun["status"] == "sending":
        missing = missing_parts(begun, item.size)
        with path.open("rb") as file:
            for first in range(0, len(missing), LINKS_AT_ONCE):
                if first and road.should_yield(item):
                    return "yielded"
                _send_parts(road, address, missing[first : first + LINKS_AT_ONCE], begun["part_size"], item, file)
        begun = _complete(road.site, address)
    if begun["status"] == "refused":
        raise ItemRefused(str(begun.get("error") or "The site refused it."), str(begun.get("code") or ""), 422)
    return "whole" if begun["status"] == "done" else "handed over"


def missing_parts(begun: dict[str, Any], size: int) -> list[int]:
    """The numbers, from 1, of the parts that are not there in full."""
    part_size = int(begun["part_size"])
    here = {int(part["number"]): int(part["size"]) for part in begun["parts"]}
    count = -(-size // part_size)
    return [number for number in range(1, count + 1) if here.get(number) != part_length(number, part_size, size)]


def part_length(number: int, part_size: int, size: int) -> int:
    """The last part is what is left."""
    return min(part_size, size - (number - 1) * part_size)


def _send_parts(road: Road, address: str, numbers: list[int], part_size: int, item: Item, file: BinaryIO) -> None:
    links = road.site.ask("POST", f"{address}/parts", told=("links",), json={"numbers": numbers})["links"]
    for number in numbers:
        length = part_length(number, part_size, item.size)
        body = PacedBytes(file, (number - 1) * part_size, length, road)
        status = road.site.put_elsewhere(links[str(number)], body)
        if status not in (200, 201, 204):
            raise SiteBusy(f"The store answers {status} to part {number}; a new link is asked for.")


def _complete(site: Site, address: str) -> dict[str, Any]:
    """An answer of 409 says that parts are missing, which the next try finds out."""
    return site.ask("POST", f"{address}/complete", told=("status",))


def words_about(item: Item, site_time: SiteTime) -> dict[str, Any]:
    """What the site is told about a clip or snapshot."""
    words: dict[str, Any] = {
        "item_id": item.id,
        "kind": item.kind,
        "started_at": format_time(site_time.of(item.started)),
        "duration_s": item.duration_s,
        "sha256": item.sha256,
        "filename": item.filename,
    }
    if item.reading_id:
        words["reading_id"] = item.reading_id
    if item.boxes:
        words["boxes"] = item.boxes
    return words


def as_text(value: Any) -> str:
    """A value as tus metadata holds it."""
    return value if isinstance(value, str) else json.dumps(value)
