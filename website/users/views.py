"""The pages of users, for admins."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from attendance.errors import AlreadyExists, InvalidInput, NotAllowed
from attendance.model import Role, Student
from attendance.use_cases.people.accounts import NewPassword, add_user, change_user, remove_user, reset_password
from attendance.use_cases.people.invitations import invite, standings
from attendance.use_cases.people.links import has_address, sends_mail
from website.access import roles_required
from website.current import current_services, signed_in_user
from website.forms import wants_another
from website.invitations.sheet import sheet
from website.login import sign_in
from website.request_args import page_number
from website.sentences import in_words
from website.users.forms import AddUserForm, ChangeUserForm, NewPasswordForm, RemoveForm
from website.users.words import ROLES

blueprint = Blueprint("users", __name__, url_prefix="/users", template_folder="templates")

_MOST_SUGGESTED = 500


@blueprint.get("/")
@roles_required(Role.ADMIN)
def index() -> ResponseReturnValue:
    """All users, or those whose email or name holds the text."""
    text = request.args.get("text", "")[:200]
    users = current_services().store.users(text=text, page=page_number(request.args))
    return render_template(
        "users/index.html",
        users=users,
        text=text,
        roles=ROLES,
        standings=standings(current_services(), users.items),
        has_address=has_address,
        sends_mail=sends_mail(current_services()),
    )


@blueprint.route("/add", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def add() -> ResponseReturnValue:
    """A new account."""
    form = AddUserForm(role=_role_of_before())
    if form.validate_on_submit():
        try:
            made = add_user(
                current_services(),
                email=form.email.data,
                name=form.name.data,
                role=Role(form.role.data),
                password=form.password.data or None,
                student_id=form.student_id.data,
                by=signed_in_user().id,
                invited=form.way.data != "password",
            )
        except (InvalidInput, AlreadyExists) as error:
            form.refuse(error)
        else:
            return _added(made, form)
    return render_template("users/add.html", form=form, students=_suggested())


@blueprint.route("/<user_id>", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def change(user_id: str) -> ResponseReturnValue:
    """Name, role and linked student."""
    user = current_services().store.user(user_id)
    form = ChangeUserForm(obj=user)
    if form.validate_on_submit():
        try:
            change_user(
                current_services(),
                user_id,
                name=form.name.data,
                role=Role(form.role.data),
                student_id=form.student_id.data,
                by=signed_in_user().id,
            )
        except (InvalidInput, NotAllowed) as error:
            form.refuse(error)
        else:
            flash(_("The changes are saved."), "success")
            return redirect(url_for("users.index"))
    return render_template("users/change.html", form=form, user=user, students=_suggested())


@blueprint.route("/<user_id>/password", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def password(user_id: str) -> ResponseReturnValue:
    """A new password for somebody who forgot theirs."""
    user = current_services().store.user(user_id)
    form = NewPasswordForm()
    if form.validate_on_submit():
        try:
            made = reset_password(
                current_services(), user_id, password=form.password.data or None, by=signed_in_user().id
            )
        except InvalidInput as error:
            form.refuse(error)
        else:
            if user_id == signed_in_user().id:
                sign_in(made.user)
            return _answer(made, _("%(email)s has a new password.", email=user.email))
    return render_template("users/password.html", form=form, user=user)


@blueprint.route("/<user_id>/remove", methods=["GET", "POST"])
@roles_required(Role.ADMIN)
def remove(user_id: str) -> ResponseReturnValue:
    """Say what happens, then remove."""
    user = current_services().store.user(user_id)
    form = RemoveForm()
    if form.validate_on_submit():
        try:
            remove_user(current_services(), user_id, by=signed_in_user().id)
        except NotAllowed as error:
            form.refuse(error)
        else:
            flash(_("%(email)s is removed.", email=user.email), "success")
            return redirect(url_for("users.index"))
    return render_template("users/remove.html", form=form, user=user)


def _role_of_before() -> Role:
    """Of several who are added one after the other, mostly the same."""
    wanted = request.args.get("role", "")
    return Role(wanted) if wanted in {role.value for role in Role} else Role.TEACHER


def _added(made: NewPassword, form: AddUserForm) -> ResponseReturnValue:
    following = url_for("users.add", role=made.user.role.value) if wants_another() else url_for("users.index")
    if form.way.data == "password":
        return _answer(made, _("%(email)s can sign in now.", email=made.user.email), following)
    by_mail = form.way.data == "mail"
    try:
        slip = invite(current_services(), made.user.id, by_mail=by_mail, by=signed_in_user().id)
    except InvalidInput as refused:
        flash(in_words(refused), "warning")
        return redirect(following)
    if not by_mail:
        return sheet([slip], following, _("Invitation"))
    flash(_("%(email)s is invited by mail.", email=made.user.email), "success")
    return redirect(following)


def _answer(made: NewPassword, sentence: str, following: str = "") -> ResponseReturnValue:
    """A made-up password is shown in this answer and nowhere else, so it never rests in a cookie or a log."""
    if made.made_up is None:
        flash(sentence, "success")
        return redirect(following or url_for("users.index"))
    return render_template("users/made_up.html", made=made, sentence=sentence, following=following)


def _suggested() -> list[Student]:
    return list(current_services().store.students(size=_MOST_SUGGESTED).items)
