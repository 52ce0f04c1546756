"""All users of one collection, a file each; a change of a user and the request that made it are one write."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from rekognition_local.disk import read_json, sweep, sync_folder, write_json
from rekognition_local.errors import ServiceError, mismatch
from rekognition_local.user import Done, User, is_remembered, no_user


class UsersFolder:
    """The users below a folder, loaded. Not for several threads by itself: the collection's lock is held."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            folder.mkdir()
            sync_folder(folder.parent)
        sweep(folder)
        self._folder = folder
        read = sorted((User.read(read_json(path)) for path in folder.iterdir()), key=lambda user: user.place)
        self._users = {user.user_id: user for user in read if not user.is_gone}
        self._gone = {user.name: user for user in read if user.is_gone}
        self._user_of = {face_id: user.user_id for user in self._users.values() for face_id in user.face_ids}
        self._forget_gone()

    def all(self) -> list[User]:
        """As they were created."""
        return list(self._users.values())

    def get(self, user_id: str) -> User:
        """One user. Raises ServiceError where there is none."""
        if user_id not in self._users:
            raise no_user(user_id)
        return self._users[user_id]

    def of_face(self, face_id: str) -> str | None:
        """The user with whom a face is associated."""
        return self._user_of.get(face_id)

    def done(self, operation: str, request: dict[str, Any]) -> dict[str, Any] | None:
        """The answer that this request had, if it was done. Raises ServiceError for another request's token."""
        token = request.get("ClientRequestToken")
        if token is None:
            return None
        for user in (*self._users.values(), *self._gone.values()):
            for one in user.requests:
                if (one.token, one.operation) == (token, operation) and is_remembered(one):
                    if one.request != request:
                        raise mismatch()
                    return one.answer
        return None

    def create(self, request: dict[str, Any]) -> None:
        """Make a user. Raises ServiceError where there is one of this name."""
        user_id = request["UserId"]
        if user_id in self._users:
            raise ServiceError("ConflictException", f"The user id: {user_id} already exists")
        last = max((user.place for user in self._users.values()), default=0)
        user = User(uuid4().hex, user_id, max(last + 1, time.time_ns()))
        self._save(user.after(_done("CreateUser", request, {})))

    def delete(self, request: dict[str, Any]) -> None:
        """Remove a user, and with it what its faces were associated with. Raises ServiceError where there is none."""
        user = self.get(request["UserId"])
        self._forget_gone()
        done = _done("DeleteUser", request, {})
        if done is None:
            self._remove(user)
        else:
            gone = User(user.name, user.user_id, user.place, is_gone=True, requests=(done,))
            self._write(gone)
            self._gone[gone.name] = gone
        del self._users[user.user_id]
        self._forget_faces(user)

    def change(
        self, operation: str, request: dict[str, Any], face_ids: Sequence[str], answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Give a user these faces; the answer."""
        user = self.get(request["UserId"])
        self._save(user.after(_done(operation, request, answer), face_ids=tuple(face_ids)))
        return answer

    def _save(self, user: User) -> None:
        self._write(user)
        known = self._users.get(user.user_id)
        if known is not None:
            self._forget_faces(known)
        self._users[user.user_id] = user
        self._user_of |= dict.fromkeys(user.face_ids, user.user_id)

    def _forget_faces(self, user: User) -> None:
        for face_id in user.face_ids:
            del self._user_of[face_id]

    def _forget_gone(self) -> None:
        for user in list(self._gone.values()):
            if not any(map(is_remembered, user.requests)):
                self._remove(user)
                del self._gone[user.name]

    def _write(self, user: User) -> None:
        write_json(self._folder / f"{user.name}.json", user.written())

    def _remove(self, user: User) -> None:
        (self._folder / f"{user.name}.json").unlink(missing_ok=True)
        sync_folder(self._folder)


def _done(operation: str, request: dict[str, Any], answer: dict[str, Any]) -> Done | None:
    token = request.get("ClientRequestToken")
    return Done(token, operation, request, answer, time.time()) if token is not None else None
