"""All face collections of a server, a folder each."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from uuid import uuid4

from rekognition_local.collection import ABOUT, PICTURES, About, Collection
from rekognition_local.disk import sweep, sync_folder, unfinished, write_json
from rekognition_local.errors import ServiceError, invalid_parameter, no_collection


class CollectionsFolder:
    """The collections below a folder, loaded; threads may share it.

    Parameters
    ----------
    engine
        What makes the vectors; a collection of another engine is listed and can be deleted, and is not searched.
    """

    def __init__(self, root: Path, engine: str) -> None:
        root.mkdir(exist_ok=True, mode=0o700)
        sweep(root)
        self._root = root
        self._engine = engine
        self._lock = threading.Lock()
        loaded = sorted((Collection(folder) for folder in root.iterdir()), key=lambda one: one.about.place)
        self._collections = {one.about.collection_id: one for one in loaded}

    def create(self, collection_id: str, tags: Mapping[str, str]) -> Collection:
        """Make a collection. Raises ServiceError where there is one of this name."""
        with self._lock:
            if collection_id in self._collections:
                raise ServiceError(
                    "ResourceAlreadyExistsException", f"The collection id: {collection_id} already exists"
                )
            last = max((one.about.place for one in self._collections.values()), default=0)
            about = About(collection_id, self._engine, time.time(), max(last + 1, time.time_ns()), dict(tags))
            collection = Collection(self._made(about))
            self._collections[collection_id] = collection
            return collection

    def _made(self, about: About) -> Path:
        new = unfinished(self._root)
        (new / PICTURES).mkdir(parents=True)
        write_json(new / ABOUT, asdict(about))
        # A name of ours: the collection's own may be "..".
        folder = new.rename(self._root / uuid4().hex)
        sync_folder(self._root)
        return folder

    def get(self, collection_id: str) -> Collection:
        """One collection. Raises ServiceError where there is none."""
        with self._lock:
            if collection_id not in self._collections:
                raise no_collection(collection_id)
            return self._collections[collection_id]

    def get_usable(self, collection_id: str) -> Collection:
        """One collection whose vectors this engine can compare. Raises ServiceError."""
        collection = self.get(collection_id)
        if collection.about.engine != self._engine:
            raise invalid_parameter(
                f"The collection id: {collection_id} was made with the engine {collection.about.engine}, and this is "
                f"{self._engine}: delete the collection and index its faces again."
            )
        return collection

    def delete(self, collection_id: str) -> None:
        """Remove a collection with all its faces. Raises ServiceError where there is none."""
        with self._lock:
            if collection_id not in self._collections:
                raise no_collection(collection_id)
            self._collections[collection_id].delete()
            del self._collections[collection_id]

    def all(self) -> list[Collection]:
        """All collections as they were made."""
        with self._lock:
            return list(self._collections.values())
