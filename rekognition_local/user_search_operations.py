"""SearchUsers and SearchUsersByImage."""

from __future__ import annotations

from rekognition_local.collection import DEFAULT_THRESHOLD, Collection
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import invalid_parameter
from rekognition_local.face_details import NO_FILTER, face_detail, reasons_against
from rekognition_local.pictures import Pictures
from rekognition_local.validation import Members

_MOST_USERS = 500


class UserSearchOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError."""

    def __init__(self, collections: CollectionsFolder, pictures: Pictures) -> None:
        self._collections = collections
        self._pictures = pictures

    def search_users(self, asked: Members) -> Members:
        """The users who are like a face of the collection, or like another user."""
        if ("UserId" in asked) == ("FaceId" in asked):
            raise invalid_parameter("Request has invalid parameters: either UserId or FaceId is needed.")
        collection = self._collections.get_usable(asked["CollectionId"])
        found = _of_user(collection, asked) if "UserId" in asked else _of_face(collection, asked)
        return {**found, "FaceModelVersion": collection.about.engine}

    def search_users_by_image(self, asked: Members) -> Members:
        """The users who are like the largest face of a picture; what other faces it has, and why they were not it."""
        collection = self._collections.get_usable(asked["CollectionId"])
        picture = self._pictures.read(asked["Image"])
        against = [(face, reasons_against(face, asked.get("QualityFilter", NO_FILTER))) for face in picture.faces]
        searched = next((face for face, reasons in against if not reasons), None)
        answer: Members = {
            "UserMatches": [],
            "FaceModelVersion": collection.about.engine,
            "UnsearchedFaces": [
                {
                    "FaceDetails": face_detail(face, face.quality, *picture.size_px),
                    "Reasons": reasons or ["FACE_NOT_LARGEST"],
                }
                for face, reasons in against
                if face is not searched
            ],
        }
        if searched is None:
            return answer
        vector = self._pictures.embed(picture, [searched])[0]
        return {
            **answer,
            "UserMatches": collection.user_matches(vector, *_limits(asked)),
            "SearchedFace": {"FaceDetail": face_detail(searched, searched.quality, *picture.size_px)},
        }


def _of_user(collection: Collection, asked: Members) -> Members:
    user_id = asked["UserId"]
    vector = collection.vector_of_user(user_id)
    matches = [] if vector is None else collection.user_matches(vector, *_limits(asked), but=user_id)
    return {"UserMatches": matches, "SearchedUser": {"UserId": user_id}}


def _of_face(collection: Collection, asked: Members) -> Members:
    face = collection.face(asked["FaceId"])
    if face is None:
        raise invalid_parameter("faceId was not found in the collection.")
    return {
        "UserMatches": collection.user_matches(face.vector, *_limits(asked)),
        "SearchedFace": {"FaceId": face.face_id},
    }


def _limits(asked: Members) -> tuple[float, int]:
    return asked.get("UserMatchThreshold", DEFAULT_THRESHOLD), asked.get("MaxUsers", _MOST_USERS)
