"""Settings to services: the only place where adapters are picked, by name, and imported when picked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pkgutil import resolve_name
from typing import Any

from attendance.disk.files import FULL
from attendance.disk.private_files import keep_all_private
from attendance.errors import OutOfSpace, SettingsError
from attendance.memory import give_memory_back
from attendance.model import WEBHOOK
from attendance.ports import MeetingService, Notifier, SignOn
from attendance.searching.advancing import advance
from attendance.services import Services
from attendance.settings import Settings
from attendance.settings.service_url import ServiceUrl
from attendance.use_cases.upkeep import sweep

# Scheme of the setting -> module and maker; a maker takes (value, settings). An adapter is one file and one line here.
STORES = {
    "sqlite": "attendance.adapters.sql:open_store",
    "mariadb": "attendance.adapters.sql:open_store",
    "mysql": "attendance.adapters.sql:open_store",
    "postgresql": "attendance.adapters.sql:open_store",
    "postgres": "attendance.adapters.sql:open_store",
    "dynamodb": "attendance.adapters.dynamodb:open_store",
}
MEDIA = {
    "folder": "attendance.adapters.folder.media:open_media",
    "s3": "attendance.adapters.s3.media:open_media",
}
FACES = {
    "local": "attendance.adapters.local.faces:open_faces",
    "rekognition": "attendance.adapters.rekognition.faces:open_faces",
}
JOBS = {
    "huey": "attendance.adapters.huey.jobs:open_jobs",
    "redis": "attendance.adapters.huey.jobs:open_jobs",
    "rediss": "attendance.adapters.huey.jobs:open_jobs",
    "inline": "attendance.adapters.inline.jobs:open_jobs",
    "lambda": "attendance.adapters.sqs.jobs:open_jobs",
}
UPLOADS = {
    "folder": "attendance.adapters.folder.uploads:open_uploads",
    "s3": "attendance.adapters.s3.uploads:open_uploads",
}
IMPORTS = {
    "folder": "attendance.adapters.folder.imports:open_imports",
    "s3": "attendance.adapters.s3.imports:open_imports",
}

# Makers take the URLs of their kind, and the settings: several webhooks are one notifier.
NOTIFIERS = {
    "folder": "attendance.adapters.folder.mails:open_notifier",
    "smtp": "attendance.adapters.smtp:open_notifier",
    "smtps": "attendance.adapters.smtp:open_notifier",
    "ses": "attendance.adapters.ses:open_notifier",
    "slack": "attendance.adapters.slack.notifier:open_notifier",
    "webhook": "attendance.adapters.webhook:open_notifier",
}
MEETINGS = {"zoom": "attendance.adapters.zoom:open_meetings"}
PLATFORMS = {"lti": "attendance.adapters.lti:open_platforms"}
SIGN_ONS = {"oidc": "attendance.adapters.oidc:open_sign_on"}
PASSKEYS = {"webauthn": "attendance.adapters.webauthn:open_passkeys"}


def bootstrap(settings: Settings) -> Services:
    """The services that the settings name, with the store made ready. Raises SettingsError, ServiceUnavailable."""
    give_memory_back()
    _make_data_folder(settings)
    store = pick("ROLLCALL_STORE", STORES, settings.store, settings)
    store.prepare()
    services = Services(
        settings=settings,
        store=store,
        media=pick("ROLLCALL_MEDIA", MEDIA, settings.media, settings),
        faces=pick("ROLLCALL_FACES", FACES, settings.faces, settings),
        jobs=pick("ROLLCALL_JOBS", JOBS, settings.jobs, settings),
        uploads=pick("ROLLCALL_MEDIA", UPLOADS, _beside_media(settings, "uploads"), settings),
        imports=pick("ROLLCALL_MEDIA", IMPORTS, _beside_media(settings, "imports"), settings),
        notifiers=open_notifiers(settings),
        platforms=_maker("ROLLCALL_ADDRESS", PLATFORMS, ServiceUrl("lti:"))(settings),
        sign_on=open_sign_on(settings),
        passkeys=_maker("ROLLCALL_ADDRESS", PASSKEYS, ServiceUrl("webauthn:"))(),
        meetings=open_meetings(settings),
    )
    services.jobs.bind(partial(advance, services), partial(sweep, services))
    return services


def open_notifiers(settings: Settings) -> dict[str, Notifier]:
    """One for each channel. Raises SettingsError where two would serve the same."""
    urls: dict[str, list[str]] = {}
    for url in settings.notices:
        urls.setdefault(url.scheme, []).append(url.reveal())
    found: dict[str, Notifier] = {}
    for scheme, its in urls.items():
        notifier = _maker("ROLLCALL_NOTICES", NOTIFIERS, ServiceUrl(its[0]))(its, settings)
        if notifier.channel in found:
            raise SettingsError("ROLLCALL_NOTICES names two services for mail, of which %(kind)s is one.", kind=scheme)
        found[notifier.channel] = notifier
    if WEBHOOK not in found:  # admins may add some
        found[WEBHOOK] = _maker("ROLLCALL_NOTICES", NOTIFIERS, ServiceUrl("webhook:"))([], settings)
    return found


def open_sign_on(settings: Settings) -> SignOn | None:
    """The school's sign-on, where the settings name one. Raises SettingsError."""
    if settings.oidc_issuer is None:
        return None
    made: SignOn = _maker("ROLLCALL_OIDC_ISSUER", SIGN_ONS, ServiceUrl("oidc:"))(settings)
    return made


def open_meetings(settings: Settings) -> MeetingService | None:
    """Zoom, where the settings name an app of it or the secret of its webhooks."""
    if not (settings.zoom_account or settings.zoom_webhook_secret.reveal()):
        return None
    service: MeetingService = _maker("ROLLCALL_ZOOM_ACCOUNT", MEETINGS, ServiceUrl("zoom:"))(settings)
    return service


def _beside_media(settings: Settings, folder: str) -> ServiceUrl:
    """What waits lies where the media are: an upload need not be sent twice, and every machine and container has it."""
    return settings.media if settings.media.scheme == "s3" else ServiceUrl(f"folder:{settings.data}/{folder}")


def _make_data_folder(settings: Settings) -> None:
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        keep_all_private(settings.data)
    except OSError as refused:
        if refused.errno in FULL:
            raise OutOfSpace(
                "The disk is full: there is no room left for the folder %(folder)s.", folder=settings.data
            ) from refused
        raise SettingsError(
            "ROLLCALL_DATA is %(folder)s, where no folder can be made: %(reason)s. Set it to a folder that this "
            "program's user may write in.",
            folder=settings.data,
            reason=refused.strerror,
        ) from refused


def pick(name: str, registry: Mapping[str, str], url: ServiceUrl, settings: Settings) -> Any:
    """What the registry's maker for the scheme of the setting `name` makes. Raises SettingsError."""
    return _maker(name, registry, url)(url.reveal(), settings)


def _maker(name: str, registry: Mapping[str, str], url: ServiceUrl) -> Callable[..., Any]:
    if url.scheme not in registry:
        raise SettingsError(
            "%(name)s is %(value)s, but must begin with %(kinds)s.",
            name=name,
            value=repr(url),
            kinds=" or ".join(sorted(registry)),
        )
    maker: Callable[..., Any] = resolve_name(registry[url.scheme])
    return maker
