"""A MediaStore in memory that browsers load from past the site, as they do from a bucket."""

from __future__ import annotations

from attendance.media_keys import check_key
from attendance.ports import MediaFile
from tests.fakes.media import FakeFile, FakeMedia

ORIGIN = "https://bucket.example.org"


class RemoteMedia(FakeMedia):
    """Every file has a link."""

    origins = (ORIGIN,)

    def put_file(self, key: str, file: MediaFile) -> None:
        super().put_file(key, file)
        if isinstance(file, FakeFile):
            self.delete([file.key])  # what was moved was a copy of it

    def url(self, key: str, seconds: int = 300) -> str:  # type: ignore[override]
        return f"{ORIGIN}/{check_key(key)}?seconds={seconds}"
