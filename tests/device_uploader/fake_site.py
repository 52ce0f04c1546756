"""A small site that keeps to the device API, remembers everything that came, and fails where it is told to."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, jsonify, request
from flask.typing import ResponseReturnValue

KEY = "k" * 43
API = "/api/v1/devices"
PART = 64 * 1024


class FakeSite:
    """What is kept of one device. `orders` holds answers to give instead, once each: (status, code, headers)."""

    def __init__(self, *, direct: bool = False, events: bool = False) -> None:
        self.direct, self.events = direct, events
        self.lock = threading.RLock()
        self.files: dict[str, bytes] = {}
        self.words: dict[str, dict[str, str]] = {}
        self.begun: dict[str, bytearray] = {}
        self.sizes: dict[str, int] = {}
        self.readings: dict[str, dict[str, Any]] = {}
        self.heartbeats: list[dict[str, Any]] = []
        self.orders: list[tuple[int, str, dict[str, str]]] = []
        self.refusals: dict[str, tuple[int, str, str]] = {}  # by item id: status, code, sentence
        self.bad_readings: set[str] = set()
        self.old_readings: set[str] = set()
        self.believes_no_clock_before = ""
        self.spoil: set[str] = set()
        self.came: Counter[str] = Counter()  # how often each whole thing was made: never more than once
        self.asked: list[tuple[str, str]] = []
        self.takes_nothing = False
        self.cut_at: int | None = None  # the byte of an upload at which `cut` is called
        self.cut: Callable[[], None] = lambda: None
        self.app = build(self)

    def now(self) -> str:
        """As every answer says it."""
        return datetime.now(UTC).isoformat(timespec="microseconds")


def refusal(status: int, code: str, sentence: str, headers: dict[str, str] | None = None, **more: object) -> Response:
    answer = jsonify(error={"status": status, "code": code, "message": sentence, **more})
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


def metadata_of(asked: Request) -> dict[str, str]:
    pairs = [pair.split(" ") for pair in asked.headers.get("Upload-Metadata", "").split(",") if pair]
    return {name: base64.b64decode(value).decode() for name, value in pairs}


def build(site: FakeSite) -> Flask:
    app = Flask("fake_site")

    @app.before_request
    def guard() -> ResponseReturnValue | None:
        site.asked.append((request.method, request.path))
        if request.path.startswith("/store/"):
            assert "Authorization" not in request.headers, "the key went to the store"
            return None
        if site.orders and request.path != f"{API}/pair":
            status, code, headers = site.orders.pop(0)
            return refusal(status, code, f"Told to answer {status}.", headers)
        if request.path != f"{API}/pair" and request.headers.get("Authorization") != f"Bearer {KEY}":
            return refusal(401, "key_refused", "This device key is not known.")
        return None

    @app.post(f"{API}/pair")
    def pair() -> ResponseReturnValue:
        if request.get_json()["code"] != "ABCD-EFGH":
            return refusal(401, "code_refused", "This code is not right, or was used.")
        return jsonify(device_id="d1", name="Room 1", room="101", key=KEY, server_time=site.now()), 201

    @app.get(f"{API}/me")
    def me() -> ResponseReturnValue:
        uploads = "direct" if site.direct else "tus"
        return jsonify(id="d1", name="Room 1", room="101", server_time=site.now(), uploads=uploads)

    @app.post(f"{API}/me/heartbeat")
    def heartbeat() -> ResponseReturnValue:
        if request.get_json()["at"] < site.believes_no_clock_before:
            return refusal(422, "too_old", "It was not paired.")
        site.heartbeats.append(request.get_json())
        return jsonify(server_time=site.now())

    @app.post(f"{API}/me/readings")
    def readings() -> ResponseReturnValue:
        sent = request.get_json()["readings"]
        if len(sent) > 1000:
            return refusal(413, "too_many", "At most 1000 readings at once.")
        old = [one["id"] for one in sent if one["id"] in site.old_readings]
        if old:
            return refusal(422, "too_old", "It was not paired.", ids=old)
        if any(one["id"] in site.bad_readings for one in sent):
            return refusal(422, "bad_reading", "A reading cannot be used.")
        with site.lock:
            new = [one for one in sent if one["id"] not in site.readings]
            site.readings.update({one["id"]: one for one in new})
            site.came.update(one["id"] for one in new)
        return jsonify(stored=len(new), known=len(sent) - len(new), server_time=site.now())

    @app.get(f"{API}/me/items")
    def items() -> ResponseReturnValue:
        ids = request.args["ids"].split(",")
        refused = {name: site.refusals[name][2] for name in ids if name in site.refusals}
        return jsonify(whole=[name for name in ids if name in site.files], refused=refused)

    add_tus(app, site)
    add_direct(app, site)
    return app


def add_tus(app: Flask, site: FakeSite) -> None:
    @app.post(f"{API}/me/uploads")
    def create() -> ResponseReturnValue:
        words = metadata_of(request)
        name = words["item_id"]
        if name in site.refusals:
            status, code, sentence = site.refusals[name]
            return refusal(status, code, sentence)
        with site.lock:
            if name not in site.files and name not in site.begun:
                site.words[name], site.begun[name] = words, bytearray()
                site.sizes[name] = int(request.headers["Upload-Length"])
        return Response(status=201, headers={"Location": f"{API}/me/uploads/{name}"})

    @app.route(f"{API}/me/uploads/<name>", methods=["HEAD"])
    def offset(name: str) -> ResponseReturnValue:
        if name not in site.files and name not in site.begun:
            return Response(status=404)
        return state(site, name, 200)

    @app.patch(f"{API}/me/uploads/<name>")
    def receive(name: str) -> ResponseReturnValue:
        if name in site.files:
            return state(site, name, 204)
        if int(request.headers["Upload-Offset"]) != len(site.begun[name]):
            return refusal(409, "offset", "The upload is at another byte.")
        if site.takes_nothing:
            return state(site, name, 204)
        while block := request.stream.read(4096):
            site.begun[name] += block
            if site.cut_at == len(site.begun[name]):
                site.cut()
                return Response(status=500)
        return become(site, name)


def state(site: FakeSite, name: str, status: int) -> Response:
    whole = name in site.files
    here = len(site.files[name] if whole else site.begun[name])
    headers = {"Upload-Offset": str(here), "Upload-Length": str(site.sizes[name])}
    if whole and not site.events:
        headers["Rollcall-Recording"] = name
    return Response(status=status, headers=headers)


def become(site: FakeSite, name: str) -> Response:
    """The recording, once its last byte is here."""
    with site.lock:
        if len(site.begun[name]) < site.sizes[name]:
            return state(site, name, 204)
        data = bytes(site.begun.pop(name))
        if name in site.spoil:
            site.spoil.discard(name)
            data = b"?" + data[1:]
        if hashlib.sha256(data).hexdigest() != site.words[name]["sha256"]:
            return refusal(422, "wrong_sha256", "Other bytes came than were announced.")
        site.files[name] = data
        site.came[name] += 1
    return state(site, name, 204)


def add_direct(app: Flask, site: FakeSite) -> None:
    parts: dict[str, dict[int, bytes]] = {}

    def words_of(name: str) -> dict[str, Any]:
        here = [{"number": number, "size": len(data)} for number, data in sorted(parts.get(name, {}).items())]
        status = "done" if name in site.files else "sending"
        return {"id": name, "status": status, "part_size": PART, "parts": here, "error": None}

    @app.post(f"{API}/me/direct-uploads")
    def begin() -> ResponseReturnValue:
        words = request.get_json()
        name = words["item_id"]
        with site.lock:
            if name not in site.files:
                site.words[name], site.sizes[name] = words, words["size"]
                parts.setdefault(name, {})
        return jsonify(words_of(name)), 201

    @app.post(f"{API}/me/direct-uploads/<name>/parts")
    def links(name: str) -> ResponseReturnValue:
        numbers = request.get_json()["numbers"]
        return jsonify(links={str(n): f"{request.host_url}store/{name}/{n}" for n in numbers}, seconds=60)

    @app.put("/store/<name>/<int:number>")
    def put(name: str, number: int) -> ResponseReturnValue:
        data = request.stream.read()
        if len(data) != request.content_length:
            return Response(status=400)
        parts[name][number] = data
        return Response(status=200)

    @app.post(f"{API}/me/direct-uploads/<name>/complete")
    def complete(name: str) -> ResponseReturnValue:
        if name not in site.files:
            site.begun[name] = bytearray(b"".join(data for _, data in sorted(parts[name].items())))
            answer = become(site, name)
            if answer.status_code == 422:
                parts[name] = {}
                return answer
        if site.events:
            return jsonify({**words_of(name), "status": "whole"}), 202
        return jsonify(words_of(name))
