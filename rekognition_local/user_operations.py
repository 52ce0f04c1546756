"""CreateUser, DeleteUser, ListUsers, AssociateFaces and DisassociateFaces."""

from __future__ import annotations

from collections.abc import Callable

from rekognition_local.collection import Collection
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import ServiceError
from rekognition_local.pages import page
from rekognition_local.tokens import Tokens
from rekognition_local.user import MOST_FACES, User
from rekognition_local.validation import Members

ASSOCIATION_THRESHOLD = 75.0
"""The service's own: a face that is less like the user is not associated with it."""

_MOST_LISTED = 500


class UserOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError."""

    def __init__(self, collections: CollectionsFolder, tokens: Tokens) -> None:
        self._collections = collections
        self._tokens = tokens

    def create_user(self, asked: Members) -> Members:
        """Make a user without faces."""

        def create(collection: Collection) -> Members:
            collection.users.create(asked)
            return {}

        return self._once("CreateUser", asked, create)

    def delete_user(self, asked: Members) -> Members:
        """Remove a user; its faces stay in the collection."""

        def delete(collection: Collection) -> Members:
            collection.users.delete(asked)
            return {}

        return self._once("DeleteUser", asked, delete)

    def list_users(self, asked: Members) -> Members:
        """The users of a collection, as they were created."""
        collection = self._collections.get(asked["CollectionId"])
        asked = {**asked, "MaxResults": asked.get("MaxResults", _MOST_LISTED)}
        of = ("ListUsers", collection.about.place)
        with collection.held():
            users = collection.users.all()
        shown, more = page(users, lambda user: user.place, asked, self._tokens, of)
        return {"Users": [{"UserId": user.user_id, "UserStatus": user.status} for user in shown], **more}

    def associate_faces(self, asked: Members) -> Members:
        """Say whose the faces are; those that are not like the user's others are left out, with the reason."""
        self._collections.get_usable(asked["CollectionId"])
        return self._once("AssociateFaces", asked, lambda collection: _associated(collection, asked))

    def disassociate_faces(self, asked: Members) -> Members:
        """Take faces away from a user; they stay in the collection."""
        return self._once("DisassociateFaces", asked, lambda collection: _disassociated(collection, asked))

    def _once(self, operation: str, asked: Members, do: Callable[[Collection], Members]) -> Members:
        """Do it, or answer as it was answered before: requests with a token are done once."""
        collection = self._collections.get(asked["CollectionId"])
        with collection.held():
            answer = collection.users.done(operation, asked)
            return do(collection) if answer is None else answer


def _associated(collection: Collection, asked: Members) -> Members:
    user = collection.users.get(asked["UserId"])
    if len(user.face_ids) >= MOST_FACES:
        message = f"The user id: {user.user_id} already has {MOST_FACES} faces"
        raise ServiceError("ServiceQuotaExceededException", message)
    taken: list[str] = []
    refused: list[Members] = []
    for face_id in dict.fromkeys(asked["FaceIds"]):
        if collection.users.of_face(face_id) == user.user_id:
            continue
        reason = _reason_against(collection, user, face_id, asked)
        if reason is None and len(user.face_ids) + len(taken) >= MOST_FACES:
            # The service's reasons have no word for it.
            reason = {"UserId": user.user_id, "Reasons": []}
        if reason is None:
            taken.append(face_id)
        else:
            refused.append({"FaceId": face_id, **reason})
    face_ids = (*user.face_ids, *taken)
    answer = {
        "AssociatedFaces": [{"FaceId": face_id} for face_id in taken],
        "UnsuccessfulFaceAssociations": refused,
        "UserStatus": "ACTIVE" if face_ids else "CREATED",
    }
    return collection.users.change("AssociateFaces", asked, face_ids, answer)


def _reason_against(collection: Collection, user: User, face_id: str, asked: Members) -> Members | None:
    face, other = collection.face(face_id), collection.users.of_face(face_id)
    if face is None:
        return {"Reasons": ["FACE_NOT_FOUND"]}
    if other is not None:
        return {"UserId": other, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]}
    likeness = collection.likeness(user, face)
    if likeness is None or likeness >= asked.get("UserMatchThreshold", ASSOCIATION_THRESHOLD):
        return None
    return {"Confidence": likeness, "Reasons": ["LOW_MATCH_CONFIDENCE"]}


def _disassociated(collection: Collection, asked: Members) -> Members:
    user = collection.users.get(asked["UserId"])
    taken: list[str] = []
    refused: list[Members] = []
    for face_id in dict.fromkeys(asked["FaceIds"]):
        other = collection.users.of_face(face_id)
        if other == user.user_id:
            taken.append(face_id)
        elif other is not None:
            refused.append({"FaceId": face_id, "UserId": other, "Reasons": ["ASSOCIATED_TO_A_DIFFERENT_USER"]})
        elif collection.face(face_id) is None:
            refused.append({"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]})
    face_ids = [face_id for face_id in user.face_ids if face_id not in taken]
    answer = {
        "DisassociatedFaces": [{"FaceId": face_id} for face_id in taken],
        "UnsuccessfulFaceDisassociations": refused,
        "UserStatus": "ACTIVE" if face_ids else "CREATED",
    }
    return collection.users.change("DisassociateFaces", asked, face_ids, answer)
