"""IndexFaces, ListFaces and DeleteFaces."""

from __future__ import annotations

import re
from uuid import uuid4

from face_engine.model import Face
from rekognition_local.collection import Collection
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.face_attributes import more_attributes
from rekognition_local.face_details import face_detail, reasons_against, relative_box
from rekognition_local.pages import page
from rekognition_local.pictures import Picture, Pictures
from rekognition_local.stored_face import StoredFace
from rekognition_local.tokens import Tokens
from rekognition_local.validation import Members

_NOT_FOUND, _OF_USER = "FACE_NOT_FOUND", "ASSOCIATED_TO_AN_EXISTING_USER"


def model_version(engine: str) -> str:
    """The engine's name in the service's alphabet for IndexFacesModelVersion, which is digits and dots."""
    return ".".join(re.findall(r"\d+", engine)) or "0"


class FaceOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError."""

    def __init__(self, collections: CollectionsFolder, pictures: Pictures, tokens: Tokens) -> None:
        self._collections = collections
        self._pictures = pictures
        self._tokens = tokens

    def index_faces(self, asked: Members) -> Members:
        """Find the faces of a picture, and keep those that are good and large enough."""
        collection = self._collections.get_usable(asked["CollectionId"])
        picture = self._pictures.read(asked["Image"])
        against = [(face, reasons_against(face, asked.get("QualityFilter", "AUTO"))) for face in picture.faces]
        good = [face for face, reasons in against if not reasons]
        taken = good[: asked.get("MaxFaces", len(good))]
        against += [(face, ["EXCEEDS_MAX_FACES"]) for face in good[len(taken) :]]
        more = more_attributes(asked.get("DetectionAttributes", ()))
        stored = collection.add(self._stored(picture, taken, collection.about.engine, asked))
        return {
            "FaceRecords": [
                {"Face": kept.shown(), "FaceDetail": _detail(picture, face) | more}
                for kept, face in zip(stored, taken, strict=True)
            ],
            "FaceModelVersion": collection.about.engine,
            "UnindexedFaces": [
                {"Reasons": reasons, "FaceDetail": _detail(picture, face) | more}
                for face, reasons in against
                if reasons
            ],
        }

    def list_faces(self, asked: Members) -> Members:
        """The faces of a collection, as they were indexed."""
        collection = self._collections.get(asked["CollectionId"])
        with collection.held():
            wanted = _wanted(collection, asked)
            user_of = {face.face_id: collection.users.of_face(face.face_id) for face in collection.faces()}
            faces = [face for face in collection.faces() if wanted is None or face.face_id in wanted]
        of = ("ListFaces", collection.about.place, asked.get("UserId"), sorted(asked.get("FaceIds", ())))
        shown, more = page(faces, lambda face: face.place, asked, self._tokens, of)
        return {
            "Faces": [_with_user(face.shown(), user_of[face.face_id]) for face in shown],
            "FaceModelVersion": collection.about.engine,
            **more,
        }

    def delete_faces(self, asked: Members) -> Members:
        """Remove faces, and say which were not there, or are associated with a user."""
        collection = self._collections.get(asked["CollectionId"])
        with collection.held():
            user_of = {face_id: collection.users.of_face(face_id) for face_id in asked["FaceIds"]}
            removed = collection.remove([face_id for face_id, user_id in user_of.items() if user_id is None])
        unsuccessful = [
            _with_user({"FaceId": face_id, "Reasons": [_NOT_FOUND if user_id is None else _OF_USER]}, user_id)
            for face_id, user_id in sorted(user_of.items())
            if face_id not in set(removed)
        ]
        answer: Members = {"UnsuccessfulFaceDeletions": unsuccessful}
        # The model's list has at least one face.
        return {**answer, "DeletedFaces": removed} if removed else answer

    def _stored(self, picture: Picture, faces: list[Face], engine: str, asked: Members) -> list[StoredFace]:
        if not faces:
            return []
        return [
            StoredFace(
                face_id=str(uuid4()),
                image_id=picture.image_id,
                external_image_id=asked.get("ExternalImageId"),
                box=relative_box(face.box, *picture.size_px),
                confidence=face.score * 100,
                model_version=model_version(engine),
                vector=vector,
            )
            for face, vector in zip(faces, self._pictures.embed(picture, faces), strict=True)
        ]


def _detail(picture: Picture, face: Face) -> Members:
    return face_detail(face, face.quality, *picture.size_px)


def _wanted(collection: Collection, asked: Members) -> set[str] | None:
    """The faces that are asked for by their ids, or by whose they are; None for all."""
    chosen = [set(asked["FaceIds"])] if "FaceIds" in asked else []
    if "UserId" in asked:
        chosen.append(set(collection.users.get(asked["UserId"]).face_ids))
    return set.intersection(*chosen) if chosen else None


def _with_user(shown: Members, user_id: str | None) -> Members:
    return shown if user_id is None else {**shown, "UserId": user_id}
