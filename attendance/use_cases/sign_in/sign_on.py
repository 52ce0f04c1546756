"""Somebody comes from the school's sign-on: begun here, checked, and led to their account."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from attendance.changes import LinkSignOn, SaveUser, UnlinkSignOn
from attendance.committing import commit, read_again
from attendance.errors import AlreadyExists, InvalidInput, NotAllowed, NotFound, ServiceUnavailable, SignInRefused
from attendance.model import AuditEntry, Role, SignedOn, SignOnAccount, User, sign_on_account_id
from attendance.ports import SignOn
from attendance.rules.sign_on import check_id_token, role_of, signed_on
from attendance.services import Services
from attendance.use_cases.people.accounts import add_user, find_by_email, named

SIGNED_IN, LINKED, UNLINKED = "signin.sign_on", "signon.linked", "signon.unlinked"
ROLE_CHANGED = "user.changed"


@dataclass(frozen=True, slots=True)
class Begun:
    """Where the browser goes on, and what it must bring back."""

    url: str
    state: str
    nonce: str
    verifier: str


def begin(services: Services, back_to: str) -> Begun:
    """Raises ServiceUnavailable, SignInRefused."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    verifier += secrets.token_urlsafe(16)  # RFC 7636 wants 43 to 128 signs
    url = _sign_on(services).address(back_to=back_to, state=state, nonce=nonce, verifier=verifier)
    return Begun(url, state, nonce, verifier)


def finish(services: Services, *, code: str, back_to: str, nonce: str, verifier: str) -> SignedOn:
    """Who comes. Raises SignInRefused, ServiceUnavailable."""
    settings = services.settings
    said = _sign_on(services).said(code=code, back_to=back_to, verifier=verifier)
    issuer = settings.oidc_issuer or ""
    check_id_token(said.id_token, issuer=issuer, client_id=settings.oidc_client_id, nonce=nonce, now=services.now())
    return signed_on(
        said.all_claims,
        issuer=issuer,
        groups_claim=settings.oidc_groups_claim,
        student_claim=settings.oidc_student_claim,
        vouches_for_mail=settings.oidc_vouches_for_mail,
    )


@read_again
def account_of(services: Services, come: SignedOn) -> User:
    """By the link, else by a verified mail address, else a new one where the settings say so; with today's role.

    An account of an admin is linked only where the groups say admin: an address alone is not enough for that.
    Raises SignInRefused.
    """
    role = _role(services, come)
    user = _linked(services, come) or _by_mail(services, come, role) or _added(services, come, role)
    user = _with_role(services, user, role)
    entry = AuditEntry(services.now(), user.id, SIGNED_IN, named(user))
    commit(services, entry)
    return user


def unlink(services: Services, user: User, account_id: str) -> None:
    """The user's own alone; nothing happens where it is gone."""
    if any(one.id == account_id for one in services.store.sign_on_accounts(user.id)):
        commit(services, UnlinkSignOn(user.id, account_id), AuditEntry(services.now(), user.id, UNLINKED, named(user)))


def _sign_on(services: Services) -> SignOn:
    if services.sign_on is None:
        raise ServiceUnavailable("This site has no sign-on of a school.")
    return services.sign_on


def _role(services: Services, come: SignedOn) -> Role | None:
    """None where roles are as admins set them. Raises SignInRefused where no group of theirs has one."""
    roles = services.settings.oidc_roles
    if not roles:
        return None
    role = role_of(come.groups, roles)
    if role is None:
        raise SignInRefused("None of your groups at the school may use this site. Ask its admin.")
    return role


def _linked(services: Services, come: SignedOn) -> User | None:
    account = services.store.sign_on_account(sign_on_account_id(come.issuer, come.subject))
    try:
        return services.store.user(account.user_id) if account else None
    except NotFound:
        return None


def _by_mail(services: Services, come: SignedOn, role: Role | None) -> User | None:
    user = find_by_email(services, come.email) if come.email else None
    if user is None:
        return None
    if user.role is Role.ADMIN and role is not Role.ADMIN:
        raise SignInRefused("An admin's account is not linked by its address alone. Sign in with the password.")
    _link(services, user, come)
    return user


def _added(services: Services, come: SignedOn, role: Role | None) -> User:
    if not come.email:
        raise SignInRefused("The sign-on does not say your mail address, or that it is verified. Ask the admin.")
    if role is None or not services.settings.oidc_adds_accounts:
        raise SignInRefused("No account here has your mail address. Ask the admin of this site for one.")
    try:
        made = add_user(
            services,
            email=come.email,
            name=come.name or come.email.partition("@")[0],
            role=role,
            student_id=come.student_id or None,
            by=None,
            invited=True,
        )
    except InvalidInput as wrong:
        if wrong.field == "student_id":
            raise SignInRefused("You are not registered as a student here yet. Ask your school.") from wrong
        raise SignInRefused("The sign-on says a mail address or a name that cannot be used here.") from wrong
    except AlreadyExists as taken:  # by another request at the same moment
        raise SignInRefused("This sign-in was not begun here, or it was used before. Begin it again.") from taken
    _link(services, made.user, come)
    return made.user


def _with_role(services: Services, user: User, role: Role | None) -> User:
    """What the groups say today. The last admin stays one, and a student's account is a student's."""
    if role is None or role is user.role:
        return user
    if role is Role.STUDENT and user.student_id is None:
        raise SignInRefused("Your account is not of a student, as your groups say. Ask the admin of this site.")
    changed = replace(user, role=role, student_id=user.student_id if role is Role.STUDENT else None)
    entry = AuditEntry(services.now(), user.id, ROLE_CHANGED, named(changed), f"{role.value}, by the sign-on")
    try:
        commit(services, SaveUser(changed, user), entry)
    except NotAllowed:
        return user
    return changed


def _link(services: Services, user: User, come: SignedOn) -> None:
    account_id = sign_on_account_id(come.issuer, come.subject)
    account = SignOnAccount(account_id, come.issuer, come.subject, user.id, services.now())
    commit(services, LinkSignOn(account), AuditEntry(services.now(), user.id, LINKED, named(user), come.issuer))
