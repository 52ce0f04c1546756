"""SearchFaces, SearchFacesByImage, DetectFaces and CompareFaces."""

from __future__ import annotations

import numpy as np

from rekognition_local.collection import DEFAULT_THRESHOLD
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import invalid_parameter
from rekognition_local.face_attributes import more_attributes
from rekognition_local.face_details import NO_FILTER, bounding_box, compared_face, face_detail, reasons_against
from rekognition_local.pictures import Pictures
from rekognition_local.similarity import similarity
from rekognition_local.validation import Members

DEFAULT_MOST_MATCHES = 80


class SearchOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError."""

    def __init__(self, collections: CollectionsFolder, pictures: Pictures) -> None:
        self._collections = collections
        self._pictures = pictures

    def search_faces(self, asked: Members) -> Members:
        """The faces of a collection that are like one of its faces, without itself."""
        collection = self._collections.get_usable(asked["CollectionId"])
        face = collection.face(asked["FaceId"])
        if face is None:
            raise invalid_parameter("faceId was not found in the collection.")
        matches = collection.matches(face.vector, *_limits(asked), but=face.face_id)
        return {
            "SearchedFaceId": face.face_id,
            "FaceMatches": matches,
            "FaceModelVersion": collection.about.engine,
        }

    def search_faces_by_image(self, asked: Members) -> Members:
        """The faces of a collection that are like the largest face of a picture."""
        collection = self._collections.get_usable(asked["CollectionId"])
        picture = self._pictures.read(asked["Image"])
        found = self._pictures.largest(picture, asked.get("QualityFilter", NO_FILTER))
        if found is None:
            raise invalid_parameter("There are no faces in the image. Should be at least one.")
        face, vector = found
        return {
            "SearchedFaceBoundingBox": bounding_box(face.box, *picture.size_px),
            "SearchedFaceConfidence": face.score * 100,
            "FaceMatches": collection.matches(vector, *_limits(asked)),
            "FaceModelVersion": collection.about.engine,
        }

    def detect_faces(self, asked: Members) -> Members:
        """The faces of a picture."""
        picture = self._pictures.read(asked["Image"])
        more = more_attributes(asked.get("Attributes", ()))
        return {
            "FaceDetails": [{**face_detail(face, face.quality, *picture.size_px), **more} for face in picture.faces]
        }

    def compare_faces(self, asked: Members) -> Members:
        """The largest face of one picture beside all faces of another."""
        quality_filter = asked.get("QualityFilter", NO_FILTER)
        source = self._pictures.read(asked["SourceImage"])
        found = self._pictures.largest(source, quality_filter)
        if found is None:
            raise invalid_parameter()
        face, vector = found
        target = self._pictures.read(asked["TargetImage"])
        if not target.faces:
            raise invalid_parameter()
        others = [other for other in target.faces if not reasons_against(other, quality_filter)]
        distances = np.linalg.norm(self._pictures.embed(target, others) - vector, axis=1) if others else []
        compared = [
            {"Similarity": similarity(float(distance)), "Face": compared_face(other, *target.size_px)}
            for distance, other in zip(distances, others, strict=True)
        ]
        threshold = asked.get("SimilarityThreshold", DEFAULT_THRESHOLD)
        matches = [one for one in compared if one["Similarity"] >= threshold]
        return {
            "SourceImageFace": {
                "BoundingBox": bounding_box(face.box, *source.size_px),
                "Confidence": face.score * 100,
            },
            "FaceMatches": sorted(matches, key=lambda one: -one["Similarity"]),
            "UnmatchedFaces": [one["Face"] for one in compared if one["Similarity"] < threshold],
        }


def _limits(asked: Members) -> tuple[float, int]:
    threshold = asked.get("FaceMatchThreshold", DEFAULT_THRESHOLD)
    return threshold, asked.get("MaxFaces", DEFAULT_MOST_MATCHES)
