"""One indexed face: what the service shows of it, and the vector that it keeps to itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class StoredFace:
    """A face of a collection, which gives it its `place` in the order of indexing.

    `box` is left, top, width and height as parts of the picture's size, `confidence` 0 to 100.
    """

    face_id: str
    image_id: str
    external_image_id: str | None
    box: tuple[float, float, float, float]
    confidence: float
    model_version: str
    vector: NDArray[np.float32]
    place: int = 0

    def shown(self) -> dict[str, Any]:
        """The service's Face."""
        face: dict[str, Any] = {
            "FaceId": self.face_id,
            "BoundingBox": dict(zip(("Left", "Top", "Width", "Height"), self.box, strict=True)),
            "ImageId": self.image_id,
            "Confidence": self.confidence,
            "IndexFacesModelVersion": self.model_version,
        }
        if self.external_image_id is not None:
            face["ExternalImageId"] = self.external_image_id
        return face

    def written(self) -> dict[str, Any]:
        """As it is kept on disk."""
        vector = base64.b64encode(self.vector.astype("<f4").tobytes()).decode()
        return {**self.__dict__, "box": list(self.box), "vector": vector}

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> StoredFace:
        """From what `written` gave."""
        left, top, width, height = written["box"]
        vector = np.frombuffer(base64.b64decode(written["vector"]), "<f4").astype(np.float32)
        return cls(**{**written, "box": (left, top, width, height), "vector": vector})
