"""CreateCollection, DescribeCollection, ListCollections and DeleteCollection."""

from __future__ import annotations

from rekognition_local.collection import About
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.pages import page
from rekognition_local.tokens import Tokens
from rekognition_local.validation import Members

_ACCOUNT = "000000000000"
_REGION = "local"


class CollectionOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError."""

    def __init__(self, collections: CollectionsFolder, tokens: Tokens) -> None:
        self._collections = collections
        self._tokens = tokens

    def create_collection(self, asked: Members) -> Members:
        """Make an empty collection."""
        about = self._collections.create(asked["CollectionId"], asked.get("Tags", {})).about
        return {"StatusCode": 200, "CollectionArn": _arn(about), "FaceModelVersion": about.engine}

    def describe_collection(self, asked: Members) -> Members:
        """How many faces, since when, of which engine."""
        collection = self._collections.get(asked["CollectionId"])
        return {
            "FaceCount": len(collection.faces()),
            "FaceModelVersion": collection.about.engine,
            "CollectionARN": "arn:" + _arn(collection.about),
            "CreationTimestamp": collection.about.created_s,
            "UserCount": collection.user_count(),
        }

    def list_collections(self, asked: Members) -> Members:
        """The names of all collections, as they were made."""
        everything = [collection.about for collection in self._collections.all()]
        abouts, more = page(everything, lambda about: about.place, asked, self._tokens, of=("ListCollections",))
        return {
            "CollectionIds": [about.collection_id for about in abouts],
            "FaceModelVersions": [about.engine for about in abouts],
            **more,
        }

    def delete_collection(self, asked: Members) -> Members:
        """Remove a collection with all its faces."""
        self._collections.delete(asked["CollectionId"])
        return {"StatusCode": 200}


def _arn(about: About) -> str:
    """As CreateCollection writes it, which leaves out what an ARN begins with."""
    return f"aws:rekognition:{_REGION}:{_ACCOUNT}:collection/{about.collection_id}"
