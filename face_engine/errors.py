"""What can go wrong in the face engine; every message is one plain sentence for a person.

FaceEngineError
├── BadImage         the picture cannot be read
├── BadVideo         the video cannot be read
├── WeightsMissing   a package that carries the networks' weights is not installed
├── BadModel         the file of another network is missing, is not the one that was chosen, or cannot be used
└── SearchStopped    a search was stopped before its end
"""

from typing import Any


class FaceEngineError(Exception):
    """The root of all errors that the face engine raises on purpose. `str` of it is its sentence.

    `template` and `values` are what the sentence is made of, for programs that say it in another language: values are
    named as gettext names them, `%(name)s`; a template without values is the sentence as it is.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values
        super().__init__(template % values if values else template)


class BadImage(FaceEngineError):
    """The picture is missing, damaged, of a kind that is not read, or too large."""


class BadVideo(FaceEngineError):
    """The video is missing, damaged, of a kind that is not read, or has no picture."""


class WeightsMissing(FaceEngineError):
    """The weights of a network were not found; the message names the package to install."""


class BadModel(FaceEngineError):
    """The file of a network that was chosen by a setting cannot be used."""


class SearchStopped(FaceEngineError):
    """Somebody stopped the search before it was through."""
