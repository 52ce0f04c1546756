"""Keeps imports that wait beside the media in the bucket, so that any container goes on with what another one took."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from attendance.adapters.folder.errors import plain_disk_errors
from attendance.adapters.folder.imports import FolderImports
from attendance.adapters.s3.bucket import ENCRYPTED, Bucket, open_bucket
from attendance.adapters.s3.lock import hold_lock
from attendance.adapters.s3.media import TEMPORARY, TRANSFER
from attendance.adapters.s3.stream import open_object
from attendance.errors import Conflict, NotFound, RollcallError
from attendance.model import is_id
from attendance.ports import ImportPart, ImportStore
from attendance.settings import Settings

FOLDER = "imports/"

_LOCK = "lock"
_IN_MEMORY_BYTES = 8 << 20  # larger parts go through a temporary file

_log = logging.getLogger(__name__)


def open_imports(value: str, settings: Settings) -> S3Imports:
    """Beside the media of `s3://BUCKET/optional/prefix`. Raises SettingsError."""
    imports = S3Imports(open_bucket(value))
    take_over(FolderImports(settings.data / "imports"), imports)
    return imports


class S3Imports:
    """An ImportStore: an object a part under `imports/ID/`."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def ids(self, *, idle_since: datetime | None = None) -> Sequence[str]:
        written: dict[str, datetime] = {}
        for one in self._bucket.objects(FOLDER):
            import_id = one.key.removeprefix(FOLDER).partition("/")[0]
            if is_id(import_id):
                written[import_id] = max(one.stored_at, written.get(import_id, one.stored_at))
        return [import_id for import_id, last in written.items() if idle_since is None or last < idle_since]

    def write(self, import_id: str, part: ImportPart, fill: Callable[[BinaryIO], object]) -> None:
        where = self._bucket.at(_key(import_id, part))
        with SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES) as file:
            with plain_disk_errors(TEMPORARY):
                fill(cast(BinaryIO, file))
                file.seek(0)
            with self._bucket.errors():
                self._bucket.client.upload_fileobj(file, **where, ExtraArgs=ENCRYPTED, Config=TRANSFER)

    def read(self, import_id: str, part: ImportPart) -> bytes:
        with self.open(import_id, part) as stream:
            return stream.read()

    def open(self, import_id: str, part: ImportPart) -> BinaryIO:
        return open_object(self._bucket, _key(import_id, part))

    def erase(self, import_id: str, parts: Collection[ImportPart]) -> None:
        self._bucket.delete([_key(import_id, part) for part in parts])

    def remove(self, import_id: str) -> None:
        if is_id(import_id):
            self._bucket.delete([one.key for one in self._bucket.objects(_key(import_id, ""))])

    @contextmanager
    def alone(self, import_id: str) -> Iterator[None]:
        """The lock of a process that died ends after five minutes."""
        lock = _key(import_id, _LOCK)
        with hold_lock(self._bucket, lock, 0.0, Conflict("This import is going on in another window.")):
            if all(one.key == lock for one in self._bucket.objects(_key(import_id, ""))):
                raise NotFound("There is no such import.")
            yield


def take_over(former: ImportStore, imports: ImportStore) -> None:
    """Move what waited on this machine's disk before imports waited in the bucket.

    What cannot be moved now waits for the next start.
    """
    for import_id in former.ids():
        try:
            with former.alone(import_id):
                for part in sorted(ImportPart, key=lambda part: part is ImportPart.DETAILS):
                    with suppress(NotFound), former.open(import_id, part) as source:
                        imports.write(import_id, part, partial(shutil.copyfileobj, source))
                former.remove(import_id)
        except (Conflict, NotFound):  # another process moves it at this moment
            continue
        except RollcallError as later:
            _log.warning("An import that waits on this machine is moved to the bucket later: %s", later.sentence)


def _key(import_id: str, name: str) -> str:
    if not is_id(import_id):
        raise NotFound("There is no such import.")
    return f"{FOLDER}{import_id}/{name}"
