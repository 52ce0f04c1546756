"""What the school's sign-on says of who comes: checked claim by claim, and read (OpenID Connect Core 3.1.3.7). Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from attendance.errors import SignInRefused
from attendance.model import Role, SignedOn

CLOCK_SKEW = timedelta(minutes=1)
MOST_SUBJECT = 255
_MOST_GROUPS = 2000
_HIGHEST_FIRST = (Role.ADMIN, Role.TEACHER, Role.STUDENT)


def check_id_token(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: datetime) -> None:
    """The signature was checked before. Raises SignInRefused."""
    if claims.get("iss") != issuer:
        raise SignInRefused("Another sign-on answered than the one that was asked.")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise SignInRefused("The sign-on means another site than this one.")
    if claims.get("azp", client_id) != client_id or (len(audiences) > 1 and "azp" not in claims):
        raise SignInRefused("The sign-on means another site than this one.")
    if not nonce or claims.get("nonce") != nonce:
        raise SignInRefused("This sign-in was not begun here, or it was used before. Begin it again.")
    if _moment(claims.get("exp")) <= now - CLOCK_SKEW or _moment(claims.get("iat")) > now + CLOCK_SKEW:
        raise SignInRefused("This sign-in is too old, or a clock is wrong. Begin it again.")
    if not 0 < len(_text(claims.get("sub"))) <= MOST_SUBJECT:
        raise SignInRefused("The sign-on does not say who comes.")


def signed_on(
    claims: Mapping[str, Any], *, issuer: str, groups_claim: str, student_claim: str, vouches_for_mail: bool
) -> SignedOn:
    """What may be gone by. A mail address that is not verified is left out."""
    said = claims.get("email_verified")
    is_verified = vouches_for_mail or said is True or said == "true"
    name = "".join(sign for sign in _text(claims.get("name")) if sign.isprintable())
    return SignedOn(
        issuer=issuer,
        subject=_text(claims.get("sub")),
        name=name[:200],
        email=_text(claims.get("email"))[:320] if is_verified else "",
        groups=_groups(claims.get(groups_claim)) if groups_claim else frozenset(),
        student_id=_number(claims.get(student_claim))[:255] if student_claim else "",
    )


def role_of(groups: Collection[str], roles: Sequence[tuple[str, str]]) -> Role | None:
    """The highest that one of the groups has; None where none of them has one."""
    found = {Role(role) for group, role in roles if group in groups}
    return next((role for role in _HIGHEST_FIRST if role in found), None)


def _groups(said: object) -> frozenset[str]:
    """A list of names, or a single one."""
    names = [said] if isinstance(said, str) else said if isinstance(said, list) else []
    return frozenset(name.strip() for name in names[:_MOST_GROUPS] if isinstance(name, str) and name.strip())


def _moment(said: object) -> datetime:
    """Raises SignInRefused."""
    try:
        if isinstance(said, bool) or not isinstance(said, int | float):
            raise ValueError(said)
        return datetime.fromtimestamp(said, UTC)
    except (ValueError, OverflowError, OSError) as wrong:
        raise SignInRefused("The sign-on does not say when this sign-in was made.") from wrong


def _text(said: object) -> str:
    return said.strip() if isinstance(said, str) and "\x00" not in said else ""


def _number(said: object) -> str:
    """A school's id may come as a number."""
    return str(said) if isinstance(said, int) and not isinstance(said, bool) else _text(said)
