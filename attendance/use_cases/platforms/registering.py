"""Platforms as an admin registers them, and our own key pair, made when it is needed first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from attendance.changes import AddPlatform, AddToolKey, RemovePlatform, SavePlatform
from attendance.committing import commit, read_again
from attendance.disk.secret_files import derived_key
from attendance.errors import AlreadyExists, InvalidInput, ServiceUnavailable
from attendance.model import AuditEntry, Platform, ToolKey, new_id
from attendance.ports import PlatformServices
from attendance.rules.addresses import checked_url
from attendance.services import Services
from attendance.use_cases.names import clean_name

_MOST_ID = 255
_MOST_DEPLOYMENTS = 20
_KEY_ID = "tool"


@dataclass(frozen=True, slots=True)
class Registered:
    """What an admin types of a platform."""

    name: str
    issuer: str
    client_id: str
    deployment_ids: Collection[str]
    auth_url: str
    token_url: str
    keys_url: str
    vouches_for_mail: bool
    adds_accounts: bool


def add_platform(services: Services, typed: Registered, *, by: str) -> Platform:
    """Raises InvalidInput, AlreadyExists (issuer and client id)."""
    platform = _platform(services, typed, Platform(new_id(), "", "", "", frozenset(), "", "", "", services.now()))
    commit(services, AddPlatform(platform), _entry(services, by, "platform.added", platform))
    return platform


@read_again
def change_platform(services: Services, platform_id: str, typed: Registered, *, by: str) -> Platform:
    """All but issuer and client id, by which it is known. Raises NotFound, InvalidInput."""
    was = services.store.platform(platform_id)
    kept = replace(typed, issuer=was.issuer, client_id=was.client_id)
    platform = _platform(services, kept, was)
    if platform != was:
        commit(services, SavePlatform(platform, was), _entry(services, by, "platform.changed", platform))
    return platform


def remove_platform(services: Services, platform_id: str, *, by: str) -> None:
    """With the links of its courses and accounts; courses and accounts stay. Raises NotFound."""
    platform = services.store.platform(platform_id)
    commit(services, RemovePlatform(platform_id), _entry(services, by, "platform.removed", platform))


def tool_key(services: Services) -> str:
    """Our own key pair. Raises SettingsError where it was sealed with another secret."""
    secret = derived_key(services.settings.data, "key pair for learning platforms")
    stored = services.store.tool_key()
    if stored is None:
        sealed = platform_services(services).seal(platform_services(services).new_key(), secret)
        try:
            commit(services, AddToolKey(ToolKey(_KEY_ID, sealed, services.now())))
        except AlreadyExists:  # another process was first
            return tool_key(services)
        return tool_key(services)
    return platform_services(services).unseal(stored.sealed, secret)


def platform_services(services: Services) -> PlatformServices:
    """Raises ServiceUnavailable where this program has none."""
    if services.platforms is None:
        raise ServiceUnavailable("Learning platforms cannot be reached from here.")
    return services.platforms


def _platform(services: Services, typed: Registered, was: Platform) -> Platform:
    private = services.settings.private_addresses
    deployments = frozenset(one.strip() for one in typed.deployment_ids if one.strip())
    if not deployments or len(deployments) > _MOST_DEPLOYMENTS or any(not _is_id(one) for one in deployments):
        raise InvalidInput("Type 1 to %(most)s deployment ids.", most=_MOST_DEPLOYMENTS, field="deployment_ids")
    for value, field in ((typed.issuer, "issuer"), (typed.client_id, "client_id")):
        if not _is_id(value.strip()):
            raise InvalidInput("Type it as the learning platform shows it, without blanks.", field=field)
    return replace(
        was,
        name=clean_name(typed.name),
        issuer=typed.issuer.strip(),
        client_id=typed.client_id.strip(),
        deployment_ids=deployments,
        auth_url=checked_url(typed.auth_url, private=private, field="auth_url"),
        token_url=checked_url(typed.token_url, private=private, field="token_url"),
        keys_url=checked_url(typed.keys_url, private=private, field="keys_url"),
        vouches_for_mail=typed.vouches_for_mail,
        adds_accounts=typed.adds_accounts,
    )


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MOST_ID and text.isprintable() and not any(sign.isspace() for sign in text)


def _entry(services: Services, by: str, action: str, platform: Platform) -> AuditEntry:
    return AuditEntry(services.now(), by, action, platform.name, platform.issuer)
