"""Every setting: name, default, help; parsed and checked once, so that a wrong one stops the start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from attendance.errors import SettingsError
from attendance.languages import LANGUAGES, SOURCE
from attendance.settings.kinds import (
    count,
    file,
    issuer,
    mail_address,
    number,
    oidc_scopes,
    one_of,
    perhaps,
    roles_of_groups,
    service_url,
    service_urls,
    sha256,
    site_address,
    text,
    timezone,
    yes_or_no,
)
from attendance.settings.service_url import ServiceUrl


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of docs/settings.md."""

    name: str
    default: str
    help: str
    parse: Callable[[str], Any]
    former: str | None = None
    """The name that it had until the release before; it still counts."""

    def given(self, environment: Mapping[str, str]) -> str | None:
        """Its value where it is set, by this name or the former one. Raises SettingsError where both are."""
        names = [name for name in (self.name, self.former) if name is not None and name in environment]
        if len(names) > 1:
            raise SettingsError("%(new)s is the new name of %(old)s: set it alone.", new=self.name, old=self.former)
        return environment[names[0]] if names else None

    @property
    def field(self) -> str:
        """Of Settings."""
        return self.name.removeprefix("ROLLCALL_").lower()

    @property
    def holds_a_secret(self) -> bool:
        """Whether its value may hold one, and so is not printed."""
        return self.parse in (service_url, service_urls)


MOST_LATE_MINUTES = 24 * 60
_LEAST_SECRET = 24

_OF_THE_TESTS = {"ROLLCALL_FACES_DIR", "ROLLCALL_LFW_DIR"}
"""Folders of photographs; the settings of the test suite and the bench, which start the site beside them."""

SETTINGS = (
    Setting("ROLLCALL_DATA", "instance", "The folder for all that is stored on this machine.", Path),
    Setting(
        "ROLLCALL_STORE",
        "sqlite:///{data}/rollcall.db",
        "Where records are stored: a database URL, or `dynamodb://TABLE`.",
        service_url,
    ),
    Setting(
        "ROLLCALL_MEDIA",
        "folder:{data}/media",
        "Where photos, recordings and evidence are stored: `folder:PATH` or `s3://BUCKET`.",
        service_url,
    ),
    Setting("ROLLCALL_FACES", "local", "The face engine: `local` or `rekognition://COLLECTION`.", service_url),
    Setting(
        "ROLLCALL_JOBS",
        "huey+sqlite:{data}/jobs.db",
        "How searches reach a worker: by huey, or by `lambda:QUEUE_URL`; `inline` searches at once, for tests.",
        service_url,
    ),
    Setting(
        "ROLLCALL_LANGUAGE",
        SOURCE,
        "The language where neither the account nor the browser names one that there is: `en` or `ko`.",
        one_of(*LANGUAGES),
    ),
    Setting(
        "ROLLCALL_TIMEZONE", "", "The time zone of new courses; empty: as admins choose, else the machine's.", timezone
    ),
    Setting("ROLLCALL_SCHOOL_NAME", "", "The name of the school, on pages and prints; empty: as admins chose.", text),
    Setting(
        "ROLLCALL_LATE_AFTER_MINUTES",
        "",
        "After how many minutes new courses count somebody as late; empty: as admins chose, or 10.",
        perhaps(count(0, MOST_LATE_MINUTES)),
    ),
    Setting(
        "ROLLCALL_ACCEPT_SIMILARITY",
        "",
        "From this similarity (0 to 100) on a match is sure; empty: as admins chose, or what suits the engine.",
        perhaps(number(0, 100)),
    ),
    Setting(
        "ROLLCALL_REVIEW_SIMILARITY",
        "",
        "From this similarity on a match is shown for review; empty: as admins chose, or what suits the engine.",
        perhaps(number(0, 100)),
    ),
    Setting(
        "ROLLCALL_MARGIN",
        "",
        "How many points nearer than the runner-up a sure match is; empty: as admins chose, or what suits the engine.",
        perhaps(number(0, 100)),
    ),
    Setting(
        "ROLLCALL_SEARCH_EVERY_S",
        "",
        "Seconds between the pictures of a video that are searched; empty: chosen by its length.",
        perhaps(number(0.04, 600)),
    ),
    Setting(
        "ROLLCALL_SMALLEST_FACE_PX", "40", "Faces narrower than this are not looked for, in pixels.", count(20, 400)
    ),
    Setting(
        "ROLLCALL_SEARCH_PROCESSES",
        "",
        "How many processes search one video; empty: one a core, at most four.",
        perhaps(count(1, 64)),
    ),
    Setting(
        "ROLLCALL_STILL_FACES",
        "review",
        "What a face that moves as a picture does becomes in a video: `review` (unsure), or `allow`: like any other.",
        one_of("review", "allow"),
    ),
    Setting(
        "ROLLCALL_VECTOR_MODEL",
        "",
        "An ArcFace-like ONNX file for face vectors; empty: built in.",
        perhaps(file),
    ),
    Setting("ROLLCALL_VECTOR_MODEL_SHA256", "", "The SHA-256 of that file.", perhaps(sha256)),
    Setting(
        "ROLLCALL_VECTOR_MODEL_THRESHOLD",
        "0.4",
        "The cosine from which on two vectors of that file are of one person, as its author says.",
        number(0.05, 0.95),
        "ROLLCALL_VECTOR_MODEL_LINE",
    ),
    Setting("ROLLCALL_DETECTOR_MODEL", "", "A YuNet ONNX file that finds faces; empty: built in.", perhaps(file)),
    Setting("ROLLCALL_DETECTOR_MODEL_SHA256", "", "The SHA-256 of that file.", perhaps(sha256)),
    Setting(
        "ROLLCALL_REKOGNITION_THRESHOLD",
        "80",
        "Rekognition names nobody below this similarity; the review threshold, where none is set.",
        number(0, 100),
    ),
    Setting(
        "ROLLCALL_REKOGNITION_TOPIC",
        "",
        "The ARN of the SNS topic where Rekognition says that a search has ended; empty: it is asked again and again.",
        text,
    ),
    Setting(
        "ROLLCALL_REKOGNITION_ROLE",
        "",
        "The ARN of the role with which Rekognition writes to that topic.",
        text,
    ),
    Setting(
        "ROLLCALL_PRICE_PER_MINUTE",
        "0.10",
        "What Rekognition charges for a minute of searched video, in US dollars; see its price list.",
        number(0, 1000),
    ),
    Setting(
        "ROLLCALL_MONTHLY_BUDGET",
        "",
        "The most that searches by Rekognition may cost in a month (UTC), in US dollars; empty: no limit.",
        perhaps(number(0, 10_000_000)),
    ),
    Setting("ROLLCALL_MAX_UPLOAD_GB", "10", "The largest recording that may be uploaded, in GB.", number(0.001, 1000)),
    Setting("ROLLCALL_MAX_PHOTO_MB", "30", "The largest photo that may be uploaded, in MB.", number(0.1, 1000)),
    Setting(
        "ROLLCALL_CONSENT_TEXT_VERSION",
        "1",
        "The version of the text of consent that is handed out; forms put it beside each consent.",
        text,
    ),
    Setting(
        "ROLLCALL_READINGS_FULL_DAYS",
        "7",
        "For how many days every reading of a thermal sensor is stored.",
        count(1, 3650),
    ),
    Setting(
        "ROLLCALL_READINGS_THINNED_DAYS",
        "90",
        "For how many days one reading a minute is stored after that; those that an alarm names stay.",
        count(1, 36500),
    ),
    Setting(
        "ROLLCALL_UNKNOWN_DAYS",
        "14",
        "For how many days face vectors of unknown people are stored, where a course or a door has that switched on.",
        count(1, 365),
    ),
    Setting(
        "ROLLCALL_VISIT_DAYS",
        "30",
        "Days for which visits at doors are stored, with their pictures and readings.",
        count(1, 3650),
    ),
    Setting(
        "ROLLCALL_CHECK_IN_DAYS",
        "30",
        "Days for which pictures and temperatures of check-ins at kiosks are stored; the check-ins themselves stay.",
        count(1, 3650),
    ),
    Setting(
        "ROLLCALL_REGISTRATION_DAYS",
        "7",
        "Days for which somebody who asked at a kiosk to be registered waits for an admin; then name and photo go.",
        count(1, 365),
    ),
    Setting(
        "ROLLCALL_MESSAGES_DAYS",
        "180",
        "For how many days is stored what people write to courses and lectures, and who a meeting service saw.",
        count(1, 3650),
    ),
    Setting(
        "ROLLCALL_DEVICE_OUTBOX_DAYS",
        "30",
        "How many days a device may be without a network; what it recorded longer ago is not taken any more.",
        count(1, 3650),
    ),
    Setting(
        "ROLLCALL_REQUESTS_PER_DEVICE",
        "600",
        "How many requests a device has each minute in each web process; it waits when it has used them up.",
        count(1, 100_000),
    ),
    Setting(
        "ROLLCALL_REQUESTS_PER_TOKEN",
        "600",
        "How many requests an access token has each minute in each web process; its program waits after that.",
        count(1, 100_000),
    ),
    Setting("ROLLCALL_SESSION_HOURS", "12", "How long a login lasts without a visit, in hours.", number(0.1, 8760)),
    Setting(
        "ROLLCALL_SESSION_MAX_HOURS",
        "720",
        "How long a login lasts at most, however often somebody comes, in hours.",
        number(0.1, 87600),
    ),
    Setting(
        "ROLLCALL_LOGIN_ATTEMPTS",
        "5",
        "How many wrong attempts to log in an address has each minute; docs/operations.md says what follows from it.",
        count(1, 1000),
        "ROLLCALL_LOGIN_TRIES",
    ),
    Setting(
        "ROLLCALL_RATE_STORE",
        "file:{data}/tries.db",
        "Where attempts are counted: `file:PATH` for one machine, redis://HOST for several, `memory:` for one process.",
        service_url,
    ),
    Setting(
        "ROLLCALL_PROXIES",
        "0",
        "How many reverse proxies stand before the site and set X-Forwarded-For and -Proto.",
        count(0, 10),
    ),
    Setting(
        "ROLLCALL_ADDRESS",
        "",
        "The address of the site as people type it, such as https://rollcall.school.example: notices lead there; "
        "empty: they have no links.",
        perhaps(site_address),
    ),
    Setting(
        "ROLLCALL_NOTICES",
        "folder:{data}/outbox",
        "By what notices go, with commas or blanks between them: mails by `folder:PATH`, `smtp://USER:PASSWORD@HOST` "
        "or `ses:`, messages by `slack:`, events by `webhook+https://ADDRESS`; docs/notices.md says more.",
        service_urls,
    ),
    Setting(
        "ROLLCALL_NOTICES_FROM",
        "Rollcall <rollcall@localhost>",
        "Whom mails are from; to be set where they leave this machine.",
        mail_address,
    ),
    Setting(
        "ROLLCALL_NOTICES_FACES",
        "no",
        "Whether mails may have pictures of faces in them, which then lie in mailboxes that nobody here can erase.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_TELL_CONTACTS",
        "no",
        "Whether a third person on a student's record, such as a guardian, may be told that the student is at risk.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_NOTICES_DAYS",
        "30",
        "For how many days is kept whom of what was told, with mails in a folder and messages in Slack.",
        count(8, 3650),
    ),
    Setting(
        "ROLLCALL_WEBHOOK_SECRET",
        "",
        "What events to webhooks are signed with, at least 24 signs; docs/webhooks.md says how.",
        service_url,
    ),
    Setting(
        "ROLLCALL_PRIVATE_ADDRESSES",
        "no",
        "Whether webhooks and learning platforms that admins add on pages may be in this machine's own network, and on "
        "this machine also by http.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_SLACK_BOT_TOKEN",
        "",
        "The Slack app's bot token (xoxb-); docs/slack.md says where all of these are.",
        service_url,
    ),
    Setting("ROLLCALL_SLACK_APP_TOKEN", "", "Its app-level token (xapp-), for answers by Socket Mode.", service_url),
    Setting(
        "ROLLCALL_SLACK_SIGNING_SECRET",
        "",
        "Its signing secret, for answers by HTTPS to /slack/actions; empty: none are taken there.",
        service_url,
    ),
    Setting("ROLLCALL_SLACK_WORKSPACE", "", "The id of the only workspace that it serves, such as T0123456789.", text),
    Setting("ROLLCALL_SLACK_CHANNEL", "", "The channel that is told of alarms and silent devices; empty: none.", text),
    Setting(
        "ROLLCALL_ZOOM_ACCOUNT",
        "",
        "The account id of a Zoom app for server-to-server OAuth, which sets new codes in Zoom; docs/live.md says how.",
        text,
    ),
    Setting("ROLLCALL_ZOOM_CLIENT_ID", "", "The app's client id.", text),
    Setting("ROLLCALL_ZOOM_CLIENT_SECRET", "", "Its client secret.", service_url),
    Setting(
        "ROLLCALL_ZOOM_WEBHOOK_SECRET",
        "",
        "The secret token of Zoom's webhooks to /live/zoom, which say who joined and left; empty: none are taken.",
        service_url,
    ),
    Setting(
        "ROLLCALL_THERMAL_COLDEST_C",
        "22",
        "Where the colours of thermal pictures in notices begin, in degrees Celsius,",
        number(-20, 80),
    ),
    Setting(
        "ROLLCALL_THERMAL_HOTTEST_C", "30", "and where they end; what is hotter has the last colour.", number(-20, 80)
    ),
    Setting(
        "ROLLCALL_OIDC_ISSUER",
        "",
        "The address of the school's sign-on (OpenID Connect), as its discovery document says it; empty: none. "
        "docs/sign-on.md says more.",
        perhaps(issuer),
    ),
    Setting("ROLLCALL_OIDC_CLIENT_ID", "", "The client id that it gave to this site.", text),
    Setting("ROLLCALL_OIDC_CLIENT_SECRET", "", "The client secret that it gave to this site.", service_url),
    Setting("ROLLCALL_OIDC_NAME", "", "What the button to it says, such as the name of the school.", text),
    Setting("ROLLCALL_OIDC_SCOPES", "openid email profile", "The scopes that it is asked for.", oidc_scopes),
    Setting("ROLLCALL_OIDC_GROUPS_CLAIM", "groups", "The claim in which it says the groups of a person.", text),
    Setting(
        "ROLLCALL_OIDC_ROLES",
        "",
        "Which group has which role, such as `it=admin; staff=teacher; students=student`; the highest counts. Empty: "
        "roles are as admins set them.",
        roles_of_groups,
    ),
    Setting(
        "ROLLCALL_OIDC_STUDENT_CLAIM",
        "",
        "The claim in which it says the school's id of a student, by which new accounts of students are linked; "
        "empty: students get none by themselves.",
        text,
    ),
    Setting(
        "ROLLCALL_OIDC_ADDS_ACCOUNTS",
        "no",
        "Whether who comes from it for the first time, and has no account, gets one; with ROLLCALL_OIDC_ROLES.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_OIDC_VOUCHES_FOR_MAIL",
        "no",
        "Whether its mail addresses count as verified although it does not say so of each.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_PASSWORD_LOGIN",
        "yes",
        "Whether people may sign in with a password; `no` needs ROLLCALL_OIDC_ISSUER. Admins then have "
        "`flask users sign-in-link`.",
        yes_or_no,
    ),
    Setting(
        "ROLLCALL_FACE_LOGIN",
        "no",
        "Whether students and teachers may switch on signing in with their face: `no`, `yes`, or `with_password`, "
        "which asks for the password beside it; docs/sign-on.md says how often strangers come in.",
        one_of("no", "yes", "with_password"),
    ),
    Setting("ROLLCALL_HTTPS", "no", "Whether people reach the site by https only: cookies are then Secure.", yes_or_no),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run, checked. Field names are those of the table in lower case, without ROLLCALL_."""

    data: Path
    store: ServiceUrl
    media: ServiceUrl
    faces: ServiceUrl
    jobs: ServiceUrl
    language: str
    timezone: str
    school_name: str
    late_after_minutes: int | None
    accept_similarity: float | None
    review_similarity: float | None
    margin: float | None
    search_every_s: float | None
    smallest_face_px: int
    search_processes: int | None
    still_faces: str
    vector_model: Path | None
    vector_model_sha256: str | None
    vector_model_threshold: float
    detector_model: Path | None
    detector_model_sha256: str | None
    rekognition_threshold: float
    rekognition_topic: str
    rekognition_role: str
    price_per_minute: float
    monthly_budget: float | None
    max_upload_gb: float
    max_photo_mb: float
    consent_text_version: str
    readings_full_days: int
    readings_thinned_days: int
    unknown_days: int
    visit_days: int
    check_in_days: int
    registration_days: int
    messages_days: int
    device_outbox_days: int
    requests_per_device: int
    requests_per_token: int
    session_hours: float
    session_max_hours: float
    login_attempts: int
    rate_store: ServiceUrl
    proxies: int
    address: str | None
    notices: tuple[ServiceUrl, ...]
    notices_from: str
    notices_faces: bool
    tell_contacts: bool
    notices_days: int
    webhook_secret: ServiceUrl
    private_addresses: bool
    slack_bot_token: ServiceUrl
    slack_app_token: ServiceUrl
    slack_signing_secret: ServiceUrl
    slack_workspace: str
    slack_channel: str
    zoom_account: str
    zoom_client_id: str
    zoom_client_secret: ServiceUrl
    zoom_webhook_secret: ServiceUrl
    thermal_coldest_c: float
    thermal_hottest_c: float
    oidc_issuer: str | None
    oidc_client_id: str
    oidc_client_secret: ServiceUrl
    oidc_name: str
    oidc_scopes: str
    oidc_groups_claim: str
    oidc_roles: tuple[tuple[str, str], ...]
    oidc_student_claim: str
    oidc_adds_accounts: bool
    oidc_vouches_for_mail: bool
    password_login: bool
    face_login: str
    https: bool
    given: frozenset[str] = frozenset()
    """The fields whose settings say something: what admins choose for the site does not count beside them."""

    def __post_init__(self) -> None:
        """However it is made, nothing prints a secret."""
        for setting in SETTINGS:
            value = getattr(self, setting.field)
            if setting.holds_a_secret and isinstance(value, str):
                object.__setattr__(self, setting.field, setting.parse(value))

    @property
    def most_upload_bytes(self) -> int:
        """The largest recording, in bytes."""
        return int(self.max_upload_gb * 1e9)

    @property
    def most_photo_bytes(self) -> int:
        """The largest photo, in bytes."""
        return int(self.max_photo_mb * 1e6)


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings. Raises SettingsError, which names the setting and the cure.

    `{data}` in a value stands for the data folder as an absolute path.
    """
    environment = os.environ if environment is None else environment
    _refuse_unknown(environment)
    values: dict[str, Any] = {}
    for setting in SETTINGS:
        given = setting.given(environment)
        text = setting.default if given is None else given
        field, data = setting.field, str(values.get("data", ""))
        if setting.parse is service_urls:
            values[field] = service_urls(text, data)
            continue
        values[field] = _parsed(setting, text.replace("{data}", data))
        if field == "data":
            values[field] = values[field].expanduser().absolute()
    said = {setting.field for setting in SETTINGS if (setting.given(environment) or "").strip()}
    settings = Settings(**values, given=frozenset(said))
    _check_together(settings)
    return settings


def _parsed(setting: Setting, text: str) -> Any:
    try:
        return setting.parse(text)
    except ValueError as wrong:
        raise SettingsError(
            "%(setting)s is %(text)r, but %(cure)s.", setting=setting.name, text=text, cure=_cure(wrong)
        ) from wrong


def _cure(wrong: ValueError) -> str:
    return str(wrong) if str(wrong).startswith("must") else "must be a number"


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    """A misspelt setting would silently do nothing, so it stops the start."""
    known = {name for setting in SETTINGS for name in (setting.name, setting.former)} | _OF_THE_TESTS
    for name in environment:
        if name.startswith("ROLLCALL_") and name not in known:
            raise SettingsError("There is no setting %(name)s; docs/settings.md lists them all.", name=name)


def _check_together(settings: Settings) -> None:
    accept, review = settings.accept_similarity, settings.review_similarity
    if accept is not None and review is not None and review > accept:
        raise SettingsError("ROLLCALL_REVIEW_SIMILARITY must not be above ROLLCALL_ACCEPT_SIMILARITY.")
    if settings.readings_thinned_days < settings.readings_full_days:
        raise SettingsError("ROLLCALL_READINGS_THINNED_DAYS must not be below ROLLCALL_READINGS_FULL_DAYS.")
    if settings.faces.startswith("rekognition:") and not settings.media.startswith("s3:"):
        raise SettingsError("Rekognition reads recordings from S3: set ROLLCALL_MEDIA to s3://BUCKET.")
    if settings.thermal_hottest_c <= settings.thermal_coldest_c:
        raise SettingsError("ROLLCALL_THERMAL_HOTTEST_C must be above ROLLCALL_THERMAL_COLDEST_C.")
    if bool(settings.rekognition_topic) != bool(settings.rekognition_role):
        raise SettingsError("ROLLCALL_REKOGNITION_TOPIC and ROLLCALL_REKOGNITION_ROLE are set together or not at all.")
    zoom = (settings.zoom_account, settings.zoom_client_id, settings.zoom_client_secret.reveal())
    if any(zoom) and not all(zoom):
        raise SettingsError(
            "ROLLCALL_ZOOM_ACCOUNT, _CLIENT_ID and _CLIENT_SECRET are set together, or none of them is."
        )
    kinds = {url.scheme for url in settings.notices}
    if kinds & {"smtp", "smtps", "ses"} and settings.notices_from.endswith("@localhost>"):
        raise SettingsError("Mails leave this machine: set ROLLCALL_NOTICES_FROM to an address of yours.")
    if "webhook" in kinds and len(settings.webhook_secret.reveal()) < _LEAST_SECRET:
        raise SettingsError("Events to webhooks are signed: set ROLLCALL_WEBHOOK_SECRET to at least 24 signs.")
    _check_sign_on(settings)
    for name, model, digest in (
        ("ROLLCALL_VECTOR_MODEL", settings.vector_model, settings.vector_model_sha256),
        ("ROLLCALL_DETECTOR_MODEL", settings.detector_model, settings.detector_model_sha256),
    ):
        if digest is not None and model is None:
            raise SettingsError("%(name)s_SHA256 is set, but %(name)s names no file.", name=name)


def _check_sign_on(settings: Settings) -> None:
    if settings.oidc_issuer is None:
        if not settings.password_login:
            raise SettingsError("Nobody could sign in: with ROLLCALL_PASSWORD_LOGIN=no set ROLLCALL_OIDC_ISSUER.")
        if settings.oidc_client_id or settings.oidc_adds_accounts:
            raise SettingsError("ROLLCALL_OIDC_ISSUER is missing: set it beside the other ROLLCALL_OIDC settings.")
        return
    if not settings.oidc_client_id:
        raise SettingsError("ROLLCALL_OIDC_CLIENT_ID is missing: the sign-on gave one to this site.")
    if settings.address is None:
        raise SettingsError("ROLLCALL_ADDRESS is missing: the sign-on sends people back there.")
    if settings.oidc_adds_accounts and not settings.oidc_roles:
        raise SettingsError("ROLLCALL_OIDC_ADDS_ACCOUNTS needs ROLLCALL_OIDC_ROLES, by which new accounts get a role.")
