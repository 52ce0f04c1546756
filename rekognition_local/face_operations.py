"""IndexFaces, ListFaces and DeleteFaces."""

from __future__ import annotations

import re
from uuid import uuid4

from face_engine.model import Face
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import ServiceError
from rekognition_local.face_details import face_detail, reasons_against, relative_box
from rekognition_local.pages import page
from rekognition_local.pictures import Picture, Pictures
from rekognition_local.stored_face import StoredFace
from rekognition_local.tokens import Tokens
from rekognition_local.validation import Members


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
        stored = collection.add(self._stored(picture, taken, collection.about.engine, asked))
        return {
            "FaceRecords": [
                {"Face": kept.shown(), "FaceDetail": _detail(picture, face)}
                for kept, face in zip(stored, taken, strict=True)
            ],
            "FaceModelVersion": collection.about.engine,
            "UnindexedFaces": [
                {"Reasons": reasons, "FaceDetail": _detail(picture, face)} for face, reasons in against if reasons
            ],
        }

    def list_faces(self, asked: Members) -> Members:
        """The faces of a collection, as they were indexed."""
        collection = self._collections.get(asked["CollectionId"])
        wanted = set(asked["FaceIds"]) if "FaceIds" in asked else None
        if "UserId" in asked:
            # Users are not kept here.
            raise ServiceError("ResourceNotFoundException", f"The user id: {asked['UserId']} does not exist")
        faces = [face for face in collection.faces() if wanted is None or face.face_id in wanted]
        of = ("ListFaces", collection.about.place, sorted(wanted or ()))
        shown, more = page(faces, lambda face: face.place, asked, self._tokens, of)
        return {"Faces": [face.shown() for face in shown], "FaceModelVersion": collection.about.engine, **more}

    def delete_faces(self, asked: Members) -> Members:
        """Remove faces, and say which were not there."""
        removed = self._collections.get(asked["CollectionId"]).remove(asked["FaceIds"])
        missing = dict.fromkeys(asked["FaceIds"]).keys() - set(removed)
        unsuccessful = [{"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]} for face_id in sorted(missing)]
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
