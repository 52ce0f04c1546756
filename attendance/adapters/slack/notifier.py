"""Notices by Slack: a message with its pictures, changed and taken back later, and who answers it."""

from __future__ import annotations

import hashlib
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from attendance.adapters.slack import payloads, socket
from attendance.adapters.slack.blocks import blocks, summary
from attendance.adapters.slack.signing import is_signed
from attendance.adapters.slack.web_api import OFFICIAL, SlackApi
from attendance.errors import NoticeRefused, RollcallError, ServiceUnavailable, SettingsError
from attendance.model import SLACK, Answer, Attachment, Choice, Message, Picture, Search
from attendance.ports.answers import Received
from attendance.settings import Settings

_LOOK_EVERY_S = 0.25
_SHOWN_WITHIN_S = 10.0
_KNOWN_FOR_S = 300.0
_FILES_AT_ONCE = 100
_MOST_REMEMBERED = 1000
_ENDINGS = {"image/png": "png", "image/gif": "gif"}
_GONE = {"message_not_found", "file_not_found", "file_deleted"}

_NAME = re.compile(r"([0-9a-f]{32})-[0-9]+\.[a-z]+")
_ADDRESS = re.compile(r"https://[a-z0-9.-]+/api/|http://127\.0\.0\.1:[0-9]+/api/")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """What of Slack's settings an adapter works with. `app_token` and `signing_secret` may be empty."""

    bot_token: str = field(repr=False)
    workspace: str
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    base_url: str = OFFICIAL


@dataclass(frozen=True, slots=True)
class Posted:
    """Where a message is, and what is Slack's of it: a notice's reference, as text. Pictures are `FILE:MARK`."""

    channel: str
    ts: str
    key: str = ""
    pictures: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.channel, self.ts, self.key, ",".join(self.pictures), ",".join(self.attachments)))

    @classmethod
    def read(cls, reference: str) -> Posted:
        """What `str` made; after the second word it may end."""
        channel, ts, key, pictures, attachments = [*reference.split(" "), "", "", ""][:5]
        return cls(channel, ts, key, _words(pictures), _words(attachments))


class SlackNotifier:
    """One app in one workspace. `seconds` never goes back; `pause` waits for a picture that Slack works on."""

    channel = SLACK

    def __init__(
        self,
        account: Account,
        receivers: Sequence[str] = (),
        *,
        seconds: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self.receivers = tuple(receivers)
        self._account = account
        self._api = SlackApi(account.bot_token, account.base_url, seconds)
        self._seconds = seconds
        self._pause = pause
        self._user_id: str | None = None
        self._direct: dict[str, tuple[float, str]] = {}
        self._sent: dict[str, str] = {}
        self._members: dict[str, tuple[float, str | None]] = {}

    def send(self, message: Message, to: str, key: str) -> str:
        """See the port. Slack keeps `key` with the message, but does not tell by it that it has the message already.

        This process does, so that only one that is killed sends it again.
        """
        if key in self._sent:
            return self._sent[key]
        self._check_workspace()
        place = self._place(to)
        made: list[str] = []
        with self._taken_back_if_refused(made):
            pictures = self._upload(message.pictures, key, made)
            posted = self._post(message, place, pictures, key)
            made.insert(0, str(posted))
            attachments = self._attach(message.attachments, posted)
        marked = (f"{file}:{_mark(picture)}" for file, picture in zip(pictures, message.pictures, strict=True))
        reference = str(replace(posted, pictures=tuple(marked), attachments=tuple(attachments)))
        self._sent[key] = reference
        if len(self._sent) > _MOST_REMEMBERED:
            self._sent.pop(next(iter(self._sent)), None)
        return reference

    def update(self, reference: str, message: Message) -> bool:
        """See the port. Slack has the pictures already: those that the message has no more go."""
        posted = Posted.read(reference)
        files = {mark: file for file, mark in map(_file_and_mark, posted.pictures)}
        kept = [picture for picture in message.pictures if _mark(picture) in files]
        shown = [files.pop(_mark(picture)) for picture in kept]
        try:
            self._api.call(
                "chat_update",
                channel=posted.channel,
                ts=posted.ts,
                text=summary(message),
                blocks=blocks(replace(message, pictures=tuple(kept)), shown, posted.key),
                parse="none",
            )
        except NoticeRefused as refused:
            if refused.values.get("error") in _GONE:
                return False
            raise
        for file in files.values():
            self._delete_file(file)
        return True

    def withdraw(self, reference: str) -> bool:
        """See the port. It may be called again where it broke off."""
        posted = Posted.read(reference)
        self._sent.pop(posted.key, None)
        files = [*(_file_and_mark(one)[0] for one in posted.pictures), *posted.attachments]
        gone = [self._delete_file(file) for file in files]
        return any([self._deleted("chat_delete", channel=posted.channel, ts=posted.ts), *gone])

    def remove_strays(self, since: datetime, before: datetime, is_known: Callable[[str, str], bool]) -> int:
        """See the port. A file's name begins with the key of its notice."""
        strays = []
        number = pages = 1
        while number <= pages:
            stamps = {"ts_from": str(int(since.timestamp())), "ts_to": str(int(before.timestamp()))}
            answer = self._api.call("files_list", user=self._own_id(), count=_FILES_AT_ONCE, page=number, **stamps)
            for file in answer["files"]:
                named = _NAME.fullmatch(str(file.get("name")))
                if named is not None and not is_known(named[1], str(file["id"])):
                    strays.append(str(file["id"]))
            pages = int(answer["paging"]["pages"])
            number += 1
        return sum(self._delete_file(file) for file in strays)

    def read(self, payload: Mapping[str, Any]) -> Answer | Search | None:
        """See the port."""
        return payloads.read(payload, self._account.workspace)

    def offer(self, choices: Sequence[Choice]) -> Mapping[str, Any]:
        """See the port."""
        return payloads.options(choices)

    def email_of(self, account: str) -> str | None:
        """See the port. What Slack said is believed for five minutes, because each letter that is typed asks."""
        known = self._members.get(account)
        if known is not None and self._seconds() < known[0]:
            return known[1]
        try:
            email = payloads.email_of(self._api.call("users_info", user=account)["user"], self._account.workspace)
        except NoticeRefused:
            email = None
        self._members[account] = (self._seconds() + _KNOWN_FOR_S, email)
        return email

    def tell(self, answer: Answer, sentence: str) -> None:
        """See the port."""
        posted = Posted.read(answer.reference)
        self._api.call("chat_postEphemeral", channel=posted.channel, user=answer.account, text=sentence, parse="none")

    def is_genuine(self, body: bytes, headers: Mapping[str, str], now: datetime) -> bool:
        """See the port. Nothing is where no signing secret is set."""
        return is_signed(self._account.signing_secret, body, headers, now)

    def listen(self, received: Received, stop: threading.Event) -> None:
        """See the port: by Socket Mode, which needs no public address."""
        self._check_workspace()
        socket.listen(self._account.app_token, self._api.client, received, stop)

    def check(self) -> Sequence[str]:
        """See the port."""
        answer = self._whose()
        found = [f"The bot token works: {answer['user']} in the workspace {answer['team']} ({answer['team_id']})."]
        if self._account.app_token:
            socket.check(self._account.app_token, self._api.client)
            found.append("The app token works: answers can come by Socket Mode.")
        if self._account.signing_secret:
            found.append("A signing secret is set: answers can come by HTTPS to /slack/actions.")
        return found

    def _check_workspace(self) -> None:
        """Once. Raises SettingsError, ServiceUnavailable."""
        if self._user_id is None:
            self._whose()

    def _own_id(self) -> str:
        self._check_workspace()
        return self._user_id or ""

    def _whose(self) -> Mapping[str, Any]:
        """Whose token it is: one of another workspace would show faces to strangers."""
        answer = self._api.call("auth_test")
        if answer["team_id"] != self._account.workspace:
            raise SettingsError(
                "ROLLCALL_SLACK_BOT_TOKEN is of the workspace %(found)s, but ROLLCALL_SLACK_WORKSPACE is %(set)s.",
                found=str(answer["team_id"]),
                set=self._account.workspace,
            )
        self._user_id = str(answer["user_id"])
        return answer

    def _place(self, to: str) -> str:
        """A channel as it was named; somebody's conversation with the app, by their mail address."""
        if "@" not in to:
            return to
        known = self._direct.get(to)
        if known is not None and self._seconds() < known[0]:
            return known[1]
        user = self._api.call("users_lookupByEmail", email=to)["user"]
        if payloads.email_of(user, self._account.workspace) is None:
            raise NoticeRefused("Nobody in the Slack workspace has this mail address.")
        place = str(self._api.call("conversations_open", users=user["id"])["channel"]["id"])
        self._direct[to] = (self._seconds() + _KNOWN_FOR_S, place)
        return place

    def _upload(self, pictures: Sequence[Picture], key: str, made: list[str]) -> list[str]:
        """The ids that Slack gives them, once they can be shown. They are the app's alone until a message has them."""
        if not pictures:
            return []
        uploads = [
            {"content": picture.content, "filename": name, "title": name, "alt_txt": picture.alt[:1000]}
            for picture, name in ((one, f"{key}-{number}.{_ending(one)}") for number, one in enumerate(pictures, 1))
        ]
        files = [str(one["id"]) for one in self._api.call("files_upload_v2", file_uploads=uploads)["files"]]
        made.extend(files)
        for file in files:
            self._wait_until_shown(file)
        return files

    def _wait_until_shown(self, file: str) -> None:
        """Slack works on a new picture for a second or so, and refuses messages that have it until it is done."""
        until = self._seconds() + _SHOWN_WITHIN_S
        while not self._api.call("files_info", file=file)["file"].get("mimetype"):
            if self._seconds() >= until:
                raise ServiceUnavailable("Slack still works on a picture.")
            self._pause(_LOOK_EVERY_S)

    def _post(self, message: Message, place: str, pictures: Sequence[str], key: str) -> Posted:
        answer = self._api.call(
            "chat_postMessage",
            channel=place,
            text=summary(message),
            blocks=blocks(message, pictures, key),
            metadata={"event_type": "rollcall_notice", "event_payload": {"key": key}},
            parse="none",
            unfurl_links=False,
            unfurl_media=False,
        )
        return Posted(str(answer["channel"]), str(answer["ts"]), key)

    def _attach(self, attachments: Sequence[Attachment], posted: Posted) -> list[str]:
        if not attachments:
            return []
        uploads = [{"content": one.content, "filename": one.name, "title": one.name} for one in attachments]
        answer = self._api.call("files_upload_v2", file_uploads=uploads, channel=posted.channel, thread_ts=posted.ts)
        return [str(one["id"]) for one in answer["files"]]

    @contextmanager
    def _taken_back_if_refused(self, made: list[str]) -> Iterator[None]:
        """The next attempt makes everything anew, so that what this one made would be doubled, or left lying."""
        try:
            yield
        except RollcallError:
            for one in made:
                try:
                    self.withdraw(one) if " " in one else self._delete_file(one)
                except RollcallError as unanswered:
                    _log.warning("What could not be sent is left in Slack: %s", unanswered.sentence)
            raise

    def _delete_file(self, file: str) -> bool:
        return self._deleted("files_delete", file=file)

    def _deleted(self, method: str, **what: str) -> bool:
        """Whether it was there."""
        try:
            self._api.call(method, **what)
        except NoticeRefused as refused:
            if refused.values.get("error") in _GONE:
                return False
            raise
        return True


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _mark(picture: Picture) -> str:
    """By which a picture is known again when its message is composed anew."""
    return hashlib.sha256((picture.media_key or picture.alt).encode()).hexdigest()[:12]


def _file_and_mark(text: str) -> tuple[str, str]:
    file, _, mark = text.partition(":")
    return file, mark


def _ending(picture: Picture) -> str:
    return _ENDINGS.get(picture.media_type, "jpg")


def open_notifier(urls: Sequence[str], settings: Settings) -> SlackNotifier:
    """`slack:`, or with the address of another Slack behind it, such as GovSlack's. Raises SettingsError."""
    base_url = urls[0].partition(":")[2] or OFFICIAL
    if len(urls) > 1 or not _ADDRESS.fullmatch(base_url):
        raise SettingsError("ROLLCALL_NOTICES has slack: once and alone, or slack:https://slack-gov.com/api/.")
    if not settings.slack_bot_token.reveal() or not settings.slack_workspace:
        raise SettingsError("slack: needs ROLLCALL_SLACK_BOT_TOKEN and ROLLCALL_SLACK_WORKSPACE.")
    for name, token, start in (
        ("ROLLCALL_SLACK_BOT_TOKEN", settings.slack_bot_token, "xoxb-"),
        ("ROLLCALL_SLACK_APP_TOKEN", settings.slack_app_token, "xapp-"),
    ):
        if token.reveal() and not token.startswith(start):
            raise SettingsError("%(name)s must begin with %(start)s.", name=name, start=start)
    account = Account(
        bot_token=settings.slack_bot_token.reveal(),
        workspace=settings.slack_workspace,
        app_token=settings.slack_app_token.reveal(),
        signing_secret=settings.slack_signing_secret.reveal(),
        base_url=base_url,
    )
    return SlackNotifier(account, receivers=(settings.slack_channel,) if settings.slack_channel else ())
