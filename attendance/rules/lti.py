"""What a learning platform says of who comes: checked claim by claim, and read (LTI 1.3 core, 5.1 and 5.3). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attendance.errors import InvalidInput, LaunchRefused
from attendance.model import Launch, Platform, PlatformMember, platform_course_id
from attendance.rules.addresses import checked_url

CLOCK_SKEW = timedelta(minutes=1)
OLDEST = timedelta(minutes=15)
"""A token that was made before is refused, however long its platform lets it live."""
MOST_SUBJECT = 255

_CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
_NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
_AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership"
_TEACHING = ("Instructor", "Administrator", "ContentDeveloper")


def read_launch(
    claims: Mapping[str, Any], platform: Platform, nonce: str, now: datetime, *, private: bool = False
) -> Launch:
    """Raises LaunchRefused. The signature was checked before."""
    _check(claims, platform, nonce, now)
    context = _mapping(claims.get(f"{_CLAIM}context"))
    context_id, deployment_id = _text(context.get("id")), str(claims[f"{_CLAIM}deployment_id"])
    roles = _roles(claims.get(f"{_CLAIM}roles"))
    title = _text(context.get("title")) or _text(context.get("label")) or context_id
    return Launch(
        platform_id=platform.id,
        subject=_text(claims.get("sub")),
        name=_text(claims.get("name"))[:200],
        email=_text(claims.get("email"))[:320],
        email_is_verified=platform.vouches_for_mail or claims.get("email_verified") is True,
        school_id=_text(_mapping(claims.get(f"{_CLAIM}lis")).get("person_sourcedid"))[:255],
        is_teacher=any(one in _TEACHING for one in roles),
        is_learner="Learner" in roles,
        course=platform_course_id(deployment_id, context_id) if context_id else "",
        title=_shown(title)[:255],
        roster_url=_address(_mapping(claims.get(_NRPS)).get("context_memberships_url"), private),
        line_items_url=_address(_mapping(claims.get(_AGS)).get("lineitems"), private),
    )


def read_members(said: Mapping[str, Any]) -> list[PlatformMember]:
    """Of one page of a roster; what is no member is passed over."""
    found = []
    members = said.get("members")
    for one in members if isinstance(members, Sequence) else ():
        member = _mapping(one)
        subject = _text(member.get("user_id"))
        if not subject or len(subject) > MOST_SUBJECT:
            continue
        found.append(
            PlatformMember(
                subject=subject,
                name=_shown(_text(member.get("name")))[:200],
                email=_text(member.get("email"))[:320],
                school_id=_text(member.get("lis_person_sourcedid"))[:255],
                is_active=_text(member.get("status")) in ("", "Active"),
                is_learner="Learner" in _roles(member.get("roles")),
            )
        )
    return found


def _check(claims: Mapping[str, Any], platform: Platform, nonce: str, now: datetime) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if claims.get("iss") != platform.issuer:
        raise LaunchRefused("The learning platform is not the one that was asked.")
    if not isinstance(audiences, list) or platform.client_id not in audiences:
        raise LaunchRefused("The learning platform means another tool.")
    if claims.get("azp", platform.client_id) != platform.client_id or (len(audiences) > 1 and "azp" not in claims):
        raise LaunchRefused("The learning platform means another tool.")
    if not nonce or claims.get("nonce") != nonce:
        raise LaunchRefused("This login was not begun here, or it was used before. Open the course again.")
    made, ends = _moment(claims.get("iat")), _moment(claims.get("exp"))
    if ends <= now - CLOCK_SKEW or made <= now - OLDEST or made > now + CLOCK_SKEW:
        raise LaunchRefused("This login is too old, or a clock is wrong. Open the course again.")
    if claims.get(f"{_CLAIM}message_type") != "LtiResourceLinkRequest" or claims.get(f"{_CLAIM}version") != "1.3.0":
        raise LaunchRefused("The learning platform asks for something that Rollcall does not do.")
    if str(claims.get(f"{_CLAIM}deployment_id", "")) not in platform.deployment_ids:
        raise LaunchRefused("This deployment of the learning platform is not registered here.")
    subject = _text(claims.get("sub"))
    if not subject or len(subject) > MOST_SUBJECT:
        raise LaunchRefused("The learning platform does not say who comes.")


def _roles(said: object) -> Collection[str]:
    """Of the course alone: what somebody is in the whole institution gives nothing here."""
    full = [one for one in said if isinstance(one, str)] if isinstance(said, list) else []
    of_course = [one for one in full if one.startswith((f"{_MEMBERSHIP}#", f"{_MEMBERSHIP}/")) or "/" not in one]
    return {one.rpartition("#")[2] for one in of_course}


def _moment(said: object) -> datetime:
    """Raises LaunchRefused."""
    try:
        if isinstance(said, bool) or not isinstance(said, int | float):
            raise ValueError(said)
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as wrong:
        raise LaunchRefused("The learning platform does not say when this login was made.") from wrong


def _address(said: object, private: bool) -> str:
    """Empty where the platform says none that may be asked."""
    try:
        return checked_url(_text(said), private=private, field="url") if said else ""
    except InvalidInput:
        return ""


def _mapping(said: object) -> Mapping[str, Any]:
    return said if isinstance(said, Mapping) else {}


def _text(said: object) -> str:
    return said.strip() if isinstance(said, str) and "\x00" not in said else ""


def _shown(words: str) -> str:
    return "".join(sign for sign in words if sign.isprintable())
