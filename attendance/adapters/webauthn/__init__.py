"""Passkeys by py_webauthn: nothing is asked of anybody, and no attestation is wanted."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from attendance.errors import SignInRefused
from attendance.model import Passkey, User
from attendance.ports.passkeys import Claimed, MadeKey, Passkeys, PasskeySite

_CHALLENGE_BYTES = 64
_MOST_SIGNS = 20_000
_MOST_ID = 1400  # WebAuthn: a credential id has 1023 bytes at most


class WebAuthnPasskeys:
    """The Passkeys."""

    def new_challenge(self) -> str:
        """64 random bytes."""
        return bytes_to_base64url(secrets.token_bytes(_CHALLENGE_BYTES))

    def options_to_make(self, site: PasskeySite, user: User, challenge: str, there: Sequence[Passkey]) -> str:
        """Discoverable, and with user verification."""
        options = generate_registration_options(
            rp_id=site.id,
            rp_name=site.name,
            user_id=user.id.encode(),
            user_name=user.email,
            user_display_name=user.name or user.email,
            challenge=base64url_to_bytes(challenge),
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in there
            ],
        )
        return options_to_json(options)

    def made(self, answer: str, site: PasskeySite, challenge: str) -> MadeKey:
        """Raises SignInRefused."""
        try:
            found = verify_registration_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.id,
                expected_origin=site.origin,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError) as wrong:
            raise SignInRefused("This passkey was not made for this site, or not just now. Begin again.") from wrong
        return MadeKey(
            bytes_to_base64url(found.credential_id),
            bytes_to_base64url(found.credential_public_key),
            found.sign_count,
        )

    def options_to_sign(self, site: PasskeySite, challenge: str) -> str:
        """Without a list of passkeys: the browser offers those that it has."""
        options = generate_authentication_options(
            rp_id=site.id,
            challenge=base64url_to_bytes(challenge),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    def claimed(self, answer: str) -> Claimed:
        """Empty where it is nonsense."""
        try:
            said = json.loads(_short(answer))
            credential_id = str(said["id"])[:_MOST_ID]
            handle = said["response"].get("userHandle") or ""
            return Claimed(credential_id, base64url_to_bytes(str(handle)).decode())
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return Claimed("", "")

    def signed(self, answer: str, passkey: Passkey, site: PasskeySite, challenge: str) -> int:
        """Raises SignInRefused."""
        try:
            found = verify_authentication_response(
                credential=_short(answer),
                expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.id,
                expected_origin=site.origin,
                credential_public_key=base64url_to_bytes(passkey.public_key),
                credential_current_sign_count=passkey.sign_count,
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, TypeError, KeyError, RecursionError) as wrong:
            raise _refused() from wrong
        return found.new_sign_count


def _short(answer: str) -> str:
    """Raises ValueError."""
    if len(answer) > _MOST_SIGNS:
        raise ValueError("the answer is too long")
    return answer


def _refused() -> SignInRefused:
    return SignInRefused("This passkey does not open this site, or it was used in another place. Sign in another way.")


def open_passkeys() -> Passkeys:
    """Needs nothing."""
    return WebAuthnPasskeys()
