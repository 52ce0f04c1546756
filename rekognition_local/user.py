"""One user of a collection: the faces that are associated with it, and the requests that changed it of late."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from face_engine.model import Vectors
from face_engine.track import pool
from rekognition_local.errors import ServiceError

MOST_FACES = 100
"""Of one user, as in the service."""

REMEMBERED_S = 24 * 3600.0
"""For so long a request that is sent again with its token gets the answer that it had."""


@dataclass(frozen=True)
class Done:
    """A request that was done, and its answer; `token` is its ClientRequestToken."""

    token: str
    operation: str
    request: dict[str, Any]
    answer: dict[str, Any]
    at_s: float


@dataclass(frozen=True)
class User:
    """A user as it is kept on disk, in the file `name`; one that `is_gone` is there for its last request alone."""

    name: str
    user_id: str
    place: int
    face_ids: tuple[str, ...] = ()
    is_gone: bool = False
    requests: tuple[Done, ...] = ()

    @property
    def status(self) -> str:
        """The service's UserStatus; nothing is done later here, so that none is UPDATING."""
        return "ACTIVE" if self.face_ids else "CREATED"

    def after(self, done: Done | None, **changes: Any) -> User:
        """The user as a request leaves it; without a token it cannot come again, and is not remembered."""
        young = [one for one in self.requests if is_remembered(one)]
        return replace(self, requests=tuple([*young, done] if done else young), **changes)

    def written(self) -> dict[str, Any]:
        """As it is kept on disk."""
        return asdict(self)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> User:
        """From what `written` gave."""
        requests = tuple(Done(**one) for one in written["requests"])
        return cls(**{**written, "face_ids": tuple(written["face_ids"]), "requests": requests})


def is_remembered(done: Done) -> bool:
    """Whether its token still counts."""
    return time.time() - done.at_s < REMEMBERED_S


def user_vector(faces: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    """Between a user's faces."""
    rows: Vectors = np.stack(faces)
    return pool(rows, np.ones(len(rows), np.float32))


def no_user(user_id: str) -> ServiceError:
    """There is no user of this name in the collection."""
    return ServiceError("ResourceNotFoundException", f"The user id: {user_id} does not exist")
