"""What a use case is handed: the settings, the ports and a clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from attendance.handlers import HANDLERS, Handler
from attendance.model import Site
from attendance.ports import (
    FaceSearch,
    ImportStore,
    JobQueue,
    MediaStore,
    MeetingService,
    Notifier,
    Passkeys,
    PlatformServices,
    SignOn,
    Store,
    UploadSpool,
)
from attendance.settings import Settings


def utc_now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(slots=True)
class SiteCache:
    """What this process knows of the site's settings: as they were stored, and when it last looked."""

    site: Site | None = None
    said: Mapping[str, str] | None = None
    looked_at_s: float = 0.0
    lines: tuple[float | None, ...] | None = None
    """The thresholds that the face engine was last told; None while it has those of the environment."""


@dataclass(frozen=True, slots=True)
class Services:
    """One of each port, picked by bootstrap or by a test."""

    settings: Settings
    store: Store
    media: MediaStore
    faces: FaceSearch
    jobs: JobQueue
    uploads: UploadSpool
    imports: ImportStore
    now: Callable[[], datetime] = utc_now
    handlers: Mapping[str, Handler] = field(default_factory=lambda: HANDLERS)
    notifiers: Mapping[str, Notifier] = field(default_factory=dict)
    """By the channel that each serves."""
    site_cache: SiteCache = field(default_factory=SiteCache)
    """Read it by use_cases/site/reading.py."""
    platforms: PlatformServices | None = None
    sign_on: SignOn | None = None
    passkeys: Passkeys | None = None
    meetings: MeetingService | None = None
    """The service whose meetings the site may change, and which says who joined; None where none is set up."""
    pauses: dict[str, datetime] = field(default_factory=dict)
    """Until when a handler's service asked this process to leave it alone."""
