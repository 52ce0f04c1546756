"""Mails as .eml files in a folder: nothing leaves the machine, and admins see what would have been sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

from attendance.adapters.folder.errors import Place, plain_disk_errors
from attendance.adapters.mail import Sender, mail_of
from attendance.errors import NotFound, Phrase
from attendance.model import MAIL, Message
from attendance.ports import Notifier, StoredMail
from attendance.settings import Settings

_KEY = re.compile("[0-9a-f]{32}")
_PLACE = Place(Phrase("The folder of mails"), Phrase("the folder of mails"))


class FolderMails:
    """The Notifier of mails that lie in a folder. A mail's reference is its key, which names its file."""

    channel = MAIL
    receivers: tuple[str, ...] = ()

    def __init__(self, folder: Path, sender: Sender, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder, self._sender, self._now = folder, sender, now

    def send(self, message: Message, to: str, key: str) -> str:
        """The same key again replaces the file by the same."""
        content = bytes(mail_of(message, self._sender, to, key, self._now()))
        with plain_disk_errors(_PLACE):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = self._folder / f".{key}"
            draft.touch(mode=0o600)
            draft.write_bytes(content)
            draft.replace(self._path(key))
        return key

    def update(self, reference: str, message: Message) -> bool:
        """The mail is written anew to the same receiver."""
        try:
            before = message_from_bytes(self.mail(reference), policy=default)
        except NotFound:
            return False
        self.send(message, str(before["To"]), reference)
        return True

    def withdraw(self, reference: str) -> bool:
        """The file is deleted."""
        path = self._path(reference)
        with plain_disk_errors(_PLACE):
            if not path.exists():
                return False
            path.unlink(missing_ok=True)
        return True

    def mails(self) -> Sequence[StoredMail]:
        """Newest first."""
        with plain_disk_errors(_PLACE):
            paths = [path for path in self._folder.glob("*.eml") if _KEY.fullmatch(path.stem)]
            dated = sorted(((path.stat().st_mtime, path) for path in paths), reverse=True)
        return [_stored(path) for _, path in dated]

    def mail(self, reference: str) -> bytes:
        """Raises NotFound."""
        path = self._path(reference)
        with plain_disk_errors(_PLACE):
            if not path.exists():
                raise NotFound("There is no such mail.")
            return path.read_bytes()

    def remove_older_than(self, before: datetime) -> None:
        """By when they were written."""
        with plain_disk_errors(_PLACE):
            for path in self._folder.glob("*.eml"):
                if path.stat().st_mtime < before.timestamp():
                    path.unlink(missing_ok=True)

    def _path(self, reference: str) -> Path:
        if not _KEY.fullmatch(reference):
            raise NotFound("There is no such mail.")
        return self._folder / f"{reference}.eml"


def _stored(path: Path) -> StoredMail:
    with path.open("rb") as file:
        head = file.read(20_000).partition(b"\r\n\r\n")[0]
    mail = message_from_bytes(head, policy=default)
    return StoredMail(path.stem, parsedate_to_datetime(str(mail["Date"])), str(mail["To"]), str(mail["Subject"]))


_keeps_the_port: type[Notifier] = FolderMails


def open_notifier(urls: Sequence[str], settings: Settings) -> FolderMails:
    """Of `folder:PATH`."""
    folder = Path(urls[0].removeprefix("folder:")).expanduser().absolute()
    return FolderMails(folder, Sender(settings.notices_from, settings.notices_faces))
