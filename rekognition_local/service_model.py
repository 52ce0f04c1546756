"""The service's own model, as botocore carries it: operations, shapes and their constraints."""

from __future__ import annotations

from functools import cache

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel

TARGET_PREFIX = "RekognitionService"


@cache
def service_model() -> ServiceModel:
    """Rekognition's model; reading it takes a few tens of milliseconds, once."""
    return ServiceModel(Loader().load_service_model("rekognition", "service-2"), "rekognition")


@cache
def operation_model(name: str) -> OperationModel:
    """The model of one operation."""
    return service_model().operation_model(name)
