"""Which networks the local engine uses: those of the settings, tried at the start where they are files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors import ServiceUnavailable, SettingsError
from attendance.settings import Settings
from face_engine import errors
from face_engine.arcface import ArcFace
from face_engine.model_file import ModelFile, sha256_of
from face_engine.models import Models
from face_engine.yunet import YuNet


def chosen_models(settings: Settings) -> Models:
    """Raises SettingsError where a file is missing, is another than was chosen, or is no such network.

    The built-in networks are not loaded here, so that a usual start takes no longer.
    """
    return Models(
        cache=settings.data / "models",
        vector_file=_vector_file(settings),
        same_person_cosine=settings.vector_model_line,
        detector_file=_detector_file(settings),
    )


@contextmanager
def plain_model_errors() -> Iterator[None]:
    """A network that cannot be loaded is no fault of a photo or a recording."""
    try:
        yield
    except (errors.WeightsMissing, errors.BadModel) as missing:
        raise ServiceUnavailable(missing.template, **missing.values) from missing


def _vector_file(settings: Settings) -> ModelFile | None:
    with _named("ROLLCALL_VECTOR_MODEL"):
        file = _file("ROLLCALL_VECTOR_MODEL", settings.vector_model, settings.vector_model_sha256)
        if file is not None:
            ArcFace(file, settings.vector_model_line).check()
        return file


def _detector_file(settings: Settings) -> ModelFile | None:
    with _named("ROLLCALL_DETECTOR_MODEL"):
        file = _file("ROLLCALL_DETECTOR_MODEL", settings.detector_model, settings.detector_model_sha256)
        if file is not None:
            YuNet(file).check()
        return file


def _file(name: str, path: Path | None, sha256: str | None) -> ModelFile | None:
    if path is None:
        return None
    if sha256 is None:
        raise SettingsError(
            "%(name)s needs %(name)s_SHA256 beside it; if %(path)s is the right file, that is %(sha256)s.",
            name=name,
            path=path,
            sha256=sha256_of(path),
        )
    return ModelFile(path, sha256)


@contextmanager
def _named(name: str) -> Iterator[None]:
    try:
        yield
    except errors.BadModel as wrong:
        raise SettingsError("%(name)s: %(reason)s", name=name, reason=str(wrong)) from wrong
