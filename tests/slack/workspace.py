"""What a workspace knows, and what each method of the Web API does to it.

The rules are those of docs.slack.dev, as far as Rollcall can break them: tokens and members, the sizes of blocks, files
that may be shown only after they have been worked on, and limits that answer 429 with Retry-After.
"""

from __future__ import annotations

import json
import math
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

TEAM = "T0SCHOOL01"
APP = "A0ROLLCALL"
BOT = "U0ROLLCALL"
CHANNEL, CHANNEL_NAME = "C0TEACHERS", "teachers"
BOT_TOKEN = "xoxb-1111-2222-drawn-by-the-tests"
APP_TOKEN = "xapp-1-A0ROLLCALL-drawn-by-the-tests"
SIGNING_SECRET = "0123456789abcdef0123456789abcdef"


class Refused(Exception):
    """Slack's answer with ok: false."""

    def __init__(self, error: str, *messages: str) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error}
        if messages:
            self.answer |= {"errors": list(messages), "response_metadata": {"messages": list(messages)}}


class Limited(Exception):
    """HTTP 429; `retry_after_s` goes into the header."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"429, Retry-After {retry_after_s}")
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong with one call: a status, or the connection (None); `after` the method has done its work."""

    method: str
    status: int | None = 500
    after: bool = False
    error: str | None = None


@dataclass(slots=True)
class Workspace:
    """The state, and everything that was ever asked of it. All methods may be called by several threads."""

    clock: Callable[[], float] = time.time
    team: str = TEAM
    looks_until_shown: int = 1
    """How often files.info is asked of a new file before an image block may show it."""
    per_minute: dict[str, int] = field(default_factory=dict)
    """At most so many calls of a method within a minute; "chat.postMessage" may also be 60 for each channel."""
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)
    whispered: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, list[str]] = field(default_factory=lambda: {CHANNEL: [BOT]})
    faults: deque[Fault] = field(default_factory=deque)
    too_early: list[tuple[str, float]] = field(default_factory=list)
    """Calls that came although a 429 before had told them to wait longer."""
    lock: threading.RLock = field(default_factory=threading.RLock)
    _taken: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _not_before: dict[str, float] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000_000)))

    def add_user(self, user_id: str, email: str, **more: Any) -> str:
        """A member; `more` overrides fields of the user object."""
        self.users[user_id] = {
            "id": user_id,
            "team_id": self.team,
            "name": email.partition("@")[0],
            "deleted": False,
            "is_bot": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "profile": {"email": email, "real_name": email.partition("@")[0].title()},
        } | more
        return user_id

    def texts(self) -> list[str]:
        """Of all messages that stand, in the order in which they were posted."""
        return [message["text"] for _, message in sorted(self.messages.items(), key=lambda one: float(one[0][1]))]

    def call(self, method: str, token: str, args: dict[str, Any]) -> dict[str, Any]:
        """The answer. Raises Refused, Limited."""
        with self.lock:
            self.calls.append((method, args))
            self._limit(method, args)
            expected = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
            if not token:
                raise Refused("not_authed")
            if token != expected:
                raise Refused("invalid_auth" if token[:4] == expected[:4] else "not_allowed_token_type")
            action = getattr(self, "_" + method.replace(".", "_"), None)
            if action is None:
                raise Refused("unknown_method")
            return {"ok": True} | action(args)

    def upload(self, file_id: str, content: bytes) -> bool:
        """Whether the address that getUploadURLExternal gave is right for these bytes."""
        with self.lock:
            entry = self.files.get(file_id)
            if entry is None or len(content) != entry["size"]:
                return False
            entry["content"] = content
            return True

    def next_fault(self, method: str, *, after: bool) -> Fault | None:
        """The next one that is for this method, once."""
        with self.lock:
            for fault in self.faults:
                if fault.method == method and fault.after == after:
                    self.faults.remove(fault)
                    return fault
        return None

    def _limit(self, method: str, args: dict[str, Any]) -> None:
        most = self.per_minute.get(method)
        if most is None:
            return
        now = self.clock()
        key = f"{method} {args.get('channel', '')}"
        if now < self._not_before.get(key, -math.inf):
            self.too_early.append((key, self._not_before[key] - now))
            raise Limited(math.ceil(self._not_before[key] - now))
        taken = self._taken[key]
        while taken and taken[0] <= now - 60:
            taken.popleft()
        if len(taken) >= most:
            wait_s = max(1, math.ceil(taken[0] + 60 - now))
            self._not_before[key] = now + wait_s
            raise Limited(wait_s)
        taken.append(now)

    def _new_id(self, letter: str) -> str:
        return f"{letter}{next(self._numbers):09d}"

    def _auth_test(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://school.slack.com/", "team": "School", "team_id": self.team, "user": "rollcall"} | {
            "user_id": BOT,
            "bot_id": "B0ROLLCALL",
        }

    def _chat_postMessage(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802 - Slack's own name
        channel = self._channel_of(args)
        message = self._message(args)
        ts = f"{1_700_000_000 + next(self._numbers)}.000100"
        message |= {"ts": ts, "user": BOT, "bot_id": "B0ROLLCALL", "app_id": APP}
        self.messages[channel, ts] = message
        self.posted.append({"channel": channel} | message)
        return {"channel": channel, "ts": ts, "message": message}

    def _chat_update(self, args: dict[str, Any]) -> dict[str, Any]:
        channel, ts = self._channel_of(args), args.get("ts", "")
        if (channel, ts) not in self.messages:
            raise Refused("message_not_found")
        self.messages[channel, ts] |= self._message(args) | {"edited": {"user": BOT}}
        return {"channel": channel, "ts": ts, "text": self.messages[channel, ts]["text"]}

    def _chat_delete(self, args: dict[str, Any]) -> dict[str, Any]:
        channel, ts = self._channel_of(args), args.get("ts", "")
        if self.messages.pop((channel, ts), None) is None:
            raise Refused("message_not_found")
        return {"channel": channel, "ts": ts}

    def _chat_postEphemeral(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel = self._channel_of(args)
        if args.get("user") not in self.users:
            raise Refused("user_not_in_channel")
        self.whispered.append({"channel": channel, "user": args["user"]} | self._message(args))
        return {"message_ts": "1700000000.000200"}

    def _files_getUploadURLExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if not args.get("filename") or int(args.get("length") or 0) < 1:
            raise Refused("missing_argument")
        file_id = self._new_id("F")
        self.files[file_id] = {"id": file_id, "name": args["filename"], "size": int(args["length"])} | {
            "alt_txt": args.get("alt_txt"),
            "content": None,
            "whole": False,
            "looks": 0,
            "created": int(self.clock()),
        }
        return {"file_id": file_id, "upload_url": f"/upload/v1/{file_id}"}  # the server puts its own address before it

    def _files_completeUploadExternal(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        done = []
        for one in json.loads(args["files"]):
            entry = self.files.get(one["id"])
            if entry is None or entry["content"] is None:
                raise Refused("file_not_found")
            entry |= {"whole": True, "title": one.get("title")}
            if args.get("channel_id") or args.get("channels"):
                entry["shared"] = args.get("channel_id") or args["channels"]
            done.append({"id": one["id"], "title": one.get("title")})
        return {"files": done}

    def _files_info(self, args: dict[str, Any]) -> dict[str, Any]:
        entry = self._whole_file(args)
        entry["looks"] += 1
        mimetype = "image/jpeg" if entry["looks"] > self.looks_until_shown else ""
        return {"file": {"id": entry["id"], "name": entry["name"], "title": entry.get("title"), "mimetype": mimetype}}

    def _files_list(self, args: dict[str, Any]) -> dict[str, Any]:
        since, before = float(args.get("ts_from") or 0), float(args.get("ts_to") or math.inf)
        found = [one for one in self.files.values() if one["whole"] and since <= one["created"] <= before]
        if args.get("user") not in (None, BOT):
            found = []
        count, page = int(args.get("count") or 100), int(args.get("page") or 1)
        shown = [
            {"id": one["id"], "name": one["name"], "created": one["created"], "user": BOT}
            for one in found[(page - 1) * count : page * count]
        ]
        return {"files": shown, "paging": {"pages": max(1, math.ceil(len(found) / count)), "page": page}}

    def _files_delete(self, args: dict[str, Any]) -> dict[str, Any]:
        del self.files[self._whole_file(args)["id"]]
        return {}

    def _users_info(self, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("user") not in self.users:
            raise Refused("user_not_found")
        return {"user": self.users[args["user"]]}

    def _users_lookupByEmail(self, args: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        for user in self.users.values():
            if user["profile"].get("email", "").lower() == args.get("email", "").lower() and not user["deleted"]:
                return {"user": user}
        raise Refused("users_not_found")

    def _conversations_open(self, args: dict[str, Any]) -> dict[str, Any]:
        if args.get("users") not in self.users:
            raise Refused("user_not_found")
        channel = "D" + args["users"][1:]
        self.channels[channel] = [BOT, args["users"]]
        return {"channel": {"id": channel}}

    def _apps_connections_open(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"url": "/link/?ticket=drawn&app_id=" + APP}

    def _channel_of(self, args: dict[str, Any]) -> str:
        channel = args.get("channel", "")
        channel = CHANNEL if str(channel).removeprefix("#") == CHANNEL_NAME else channel
        if channel not in self.channels:
            raise Refused("channel_not_found")
        if BOT not in self.channels[channel]:
            raise Refused("not_in_channel")
        return str(channel)

    def _whole_file(self, args: dict[str, Any]) -> dict[str, Any]:
        entry = self.files.get(args.get("file", ""))
        if entry is None or not entry["whole"]:
            raise Refused("file_not_found")
        return entry

    def _message(self, args: dict[str, Any]) -> dict[str, Any]:
        blocks = args.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        text = args.get("text") or ""
        if not blocks and not text:
            raise Refused("no_text")
        wrong = list(self._wrong_with(blocks))
        if wrong:
            raise Refused("invalid_blocks", *wrong)
        kept = {name: args[name] for name in ("metadata", "client_msg_id") if args.get(name)}
        return {"text": text, "blocks": blocks} | kept

    def _wrong_with(self, blocks: list[dict[str, Any]]) -> Iterator[str]:
        if len(blocks) > 50:
            yield "no more than 50 items allowed [json-pointer:/blocks]"
        ids = [block["block_id"] for block in blocks if "block_id" in block]
        if len(ids) != len(set(ids)):
            yield "block_id already exists [json-pointer:/blocks]"
        for number, block in enumerate(blocks):
            yield from self._wrong_with_block(block, f"/blocks/{number}")

    def _wrong_with_block(self, block: dict[str, Any], where: str) -> Iterator[str]:
        kind = block["type"]
        if len(block.get("block_id", "")) > 255:
            yield f"must be no more than 255 characters [json-pointer:{where}/block_id]"
        if kind == "image":
            yield from self._wrong_with_image(block, where)
        elif kind == "section" and "text" in block:
            yield from _wrong_with_text(block["text"], 3000, f"{where}/text")
        elif kind == "header":
            yield from _wrong_with_text(block["text"], 150, f"{where}/text")
        elif kind == "context" and not 1 <= len(block["elements"]) <= 10:
            yield f"must have 1 to 10 items [json-pointer:{where}/elements]"
        for element in [*block.get("elements", ()), block.get("accessory") or {}]:
            yield from _wrong_with_element(element, where)

    def _wrong_with_image(self, block: dict[str, Any], where: str) -> Iterator[str]:
        entry = self.files.get(block.get("slack_file", {}).get("id", ""))
        if not block.get("alt_text"):
            yield f"missing required field: alt_text [json-pointer:{where}]"
        if "image_url" not in block and (
            entry is None or not entry["whole"] or entry["looks"] <= self.looks_until_shown
        ):
            yield f"invalid slack file [json-pointer:{where}/slack_file]"


def _wrong_with_text(text: dict[str, Any], most: int, where: str) -> Iterator[str]:
    if not 1 <= len(text["text"]) <= most:
        yield f"must be 1 to {most} characters [json-pointer:{where}/text]"


def _wrong_with_element(element: dict[str, Any], where: str) -> Iterator[str]:
    kind = element.get("type")
    if kind == "button":
        yield from _wrong_with_text(element["text"], 75, where)
        if len(element.get("value", "")) > 2000:
            yield f"must be no more than 2000 characters [json-pointer:{where}/value]"
    elif kind == "checkboxes":
        if not 1 <= len(element["options"]) <= 10 or not element.get("action_id"):
            yield f"must have 1 to 10 options [json-pointer:{where}]"
        for option in element["options"]:
            yield from _wrong_with_text(option["text"], 75, where)
    elif kind == "external_select":
        yield from _wrong_with_text(element["placeholder"], 150, where)
        if not 0 <= element.get("min_query_length", 3) <= 100 or not element.get("action_id"):
            yield f"failed to match [json-pointer:{where}]"
