"""The photos of one row of an import, each read when its turn comes: together they could fill the memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import overload

from attendance.errors import BadPhoto
from attendance.use_cases.photo_sources import PhotoSource


class RowPhotos(Sequence[bytes]):
    """Photos by name, out of a source."""

    def __init__(self, source: PhotoSource | None, names: Sequence[str], most_bytes: int) -> None:
        self._source, self._names, self._most_bytes = source, names, most_bytes
        self._last = ""

    def __len__(self) -> int:
        return len(self._names)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...
    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(place, slice):
            return RowPhotos(self._source, self._names[place], self._most_bytes)
        self._last = self._names[place]
        if self._source is None:
            raise IndexError(place)
        return self._source.read(self._last, self._most_bytes)

    @contextmanager
    def named(self) -> Iterator[None]:
        """Errors about a photo say the name of the one that was read last."""
        try:
            yield
        except BadPhoto as bad:
            if not self._last or self._last in bad.sentence:
                raise
            raise BadPhoto("%(name)s: %(reason)s", name=self._last, reason=bad, field="photos") from bad
