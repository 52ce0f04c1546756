"""No secret of a setting reaches a sentence, a traceback or a representation, wherever in the value it stands."""

from __future__ import annotations

import copy
import pickle
import traceback
from dataclasses import asdict, replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask

from attendance.bootstrap import FACES, JOBS, MEDIA, STORES, open_meetings, open_notifiers, open_sign_on, pick
from attendance.errors import RollcallError
from attendance.settings import SETTINGS, load_settings
from attendance.settings.service_url import ServiceUrl, shown
from website import limits

REGISTRIES = {
    "ROLLCALL_STORE": STORES,
    "ROLLCALL_MEDIA": MEDIA,
    "ROLLCALL_FACES": FACES,
    "ROLLCALL_JOBS": JOBS,
}

_WITH_ITS_SECRET = {"ROLLCALL_ZOOM_ACCOUNT": "account", "ROLLCALL_ZOOM_CLIENT_ID": "rollcall"}
"""What is set together with the secret of Zoom's app, or not at all."""

SECRET = "hunter2"
NUMBER = "48213"  # reads as a port where the machine is missing
SECRET_BEARING = [setting.name for setting in SETTINGS if setting.holds_a_secret]

# Right, wrong and broken, for each kind of place and with the secret wherever people put one.
PLACES = (
    "{s}",
    "{s}@host",
    "user:{s}@host/db",
    "USER:{s}@host",
    "{k}:{s}",
    "{k}://{s}@host/db",
    "{k}://user:{s}@host/db",
    "{k}://:{s}@host:port/db",
    "{k}://user:{s}@/db",
    "{k}://user:{s}/db",
    "{k}://user:{s}",
    "{k}://user:a/{s}@host/db",
    "{k}://user:a@{s}@host/db",
    "{k}://user:a?{s}@host/db",
    "{k}://user:a#{s}@host/db",
    "{k}://user:%zz{s}@[host/db",
    "{k}://host/db?password={s}",
    "{k}://host/db?password=a@{s}",
    "{k}://host/db?sslpassword={s}&x=1",
    "{k}://host/db#{s}",
    "{k}:user:{s}@host/db",
    "{k}:path?key={s}",
)

KINDS = (
    "nothing", "sqlite", "mysql+pymysql", "mysql+nothing", "postgresql+nothing", "dynamodb", "folder", "s3", "local",
    "rekognition", "huey+sqlite", "huey+redis", "huey+rediss", "huey+nothing", "lambda", "lambda:https", "inline",
    "redis", "rediss", "file", "memory", "https", "slack", "webhook:https",
    "smtp", "smtps", "ses", "webhook+https",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("secret", [SECRET, NUMBER])
def test_what_is_shown_holds_no_secret(kind: str, secret: str) -> None:
    for place in PLACES:
        text = place.format(k=kind, s=secret)
        assert secret not in shown(text), text
        url = ServiceUrl(text)
        assert secret not in f"{url} {url!r} {url!s} {[url]} %s" % url
        assert url.reveal() == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("local", "local"),
        ("sqlite:////srv/rollcall.db", "sqlite:////srv/rollcall.db"),
        ("folder:/srv/media", "folder:/srv/media"),
        ("dynamodb://rollcall", "dynamodb://rollcall"),
        ("s3://class-media/rollcall", "s3://class-media/rollcall"),
        ("mysql+pymysql://rollcall:hunter2@db:3306/school", "mysql+pymysql://db:3306/school"),
        ("huey+redis://:hunter2@[::1]:6379/0", "huey+redis://[::1]:6379/0"),
        ("redis://host/0?password=hunter2", "redis://host/0?***"),
        ("lambda:https://sqs.example.org/1/jobs", "lambda:https://sqs.example.org/***"),
    ],
)
def test_what_helps_is_shown(text: str, expected: str) -> None:
    assert shown(text) == expected


@pytest.mark.parametrize("name", SECRET_BEARING)
def test_settings_print_none_however_they_are_made(name: str) -> None:
    settings = load_settings(
        {name: f"redis://:{SECRET}@host", **(_WITH_ITS_SECRET if name == "ROLLCALL_ZOOM_CLIENT_SECRET" else {})}
    )
    field = name.removeprefix("ROLLCALL_").lower()
    changed = replace(settings, **{field: f"redis://:{SECRET}@elsewhere"})
    for one in (settings, changed, copy.deepcopy(settings), pickle.loads(pickle.dumps(settings))):
        found = getattr(one, field)
        (url,) = found if isinstance(found, tuple) else (found,)
        assert url.reveal().startswith(f"redis://:{SECRET}@")
        assert SECRET not in f"{one} {one!r} {asdict(one)}"


@pytest.mark.parametrize("name", SECRET_BEARING)
@pytest.mark.parametrize("kind", KINDS)
def test_a_start_that_fails_tells_none(tmp_path: Path, name: str, kind: str) -> None:
    for number, place in enumerate(PLACES):
        value = place.format(k=kind, s=SECRET)
        told = _told(name, {"ROLLCALL_DATA": str(tmp_path / str(number)), name: value, **_beside(name)})
        assert SECRET not in told, value


def _beside(name: str) -> dict[str, str]:
    if name == "ROLLCALL_NOTICES":
        return {"ROLLCALL_WEBHOOK_SECRET": "x" * 24, "ROLLCALL_NOTICES_FROM": "rollcall@school.example"}
    if name.startswith("ROLLCALL_SLACK_"):
        slack = {"ROLLCALL_NOTICES": "slack:", "ROLLCALL_SLACK_WORKSPACE": "T0", "ROLLCALL_SLACK_BOT_TOKEN": "xoxb-1"}
        return {setting: value for setting, value in slack.items() if setting != name}
    if name.startswith("ROLLCALL_OIDC_"):
        return {"ROLLCALL_OIDC_ISSUER": "https://sign-on.school.example", "ROLLCALL_OIDC_CLIENT_ID": "rollcall"}
    if name == "ROLLCALL_ZOOM_CLIENT_SECRET":
        return _WITH_ITS_SECRET
    return {"ROLLCALL_MEDIA": "s3://class-media"} if name == "ROLLCALL_FACES" else {}


def _told(name: str, environment: dict[str, str]) -> str:
    """All that its reading and the opening of its adapter, which asks nobody anything, say where they fail."""
    app = Flask(__name__)
    try:
        settings = load_settings(environment)
        app.extensions["rollcall"] = SimpleNamespace(settings=settings)
        if name == "ROLLCALL_RATE_STORE":
            limits.init_app(app)
        elif name == "ROLLCALL_NOTICES" or name.startswith("ROLLCALL_SLACK_"):
            open_notifiers(settings)
        elif name.startswith("ROLLCALL_OIDC_"):
            open_sign_on(settings)
        elif name.startswith("ROLLCALL_ZOOM_"):
            open_meetings(settings)
        elif name != "ROLLCALL_WEBHOOK_SECRET":  # which names no place
            pick(name, REGISTRIES[name], getattr(settings, name.removeprefix("ROLLCALL_").lower()), settings)
    except RollcallError as wrong:
        return f"{wrong} {wrong.values} {''.join(traceback.format_exception(wrong))}"
    return ""
