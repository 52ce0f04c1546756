"""The attributes of a face beyond the default ones: nothing is guessed about people, and the answer says so.

Clients that ask for them index them, so that they are there where they can be without saying anything: an age between
0 and 120, no emotion, and what is not looked for with a confidence of 0. A gender has no value that says nothing, and
where somebody looks is not answered at all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

_NOT_LOOKED_FOR = {"Value": False, "Confidence": 0.0}

_MEMBERS: dict[str, tuple[str, Any]] = {
    "AGE_RANGE": ("AgeRange", {"Low": 0, "High": 120}),
    "BEARD": ("Beard", _NOT_LOOKED_FOR),
    "EMOTIONS": ("Emotions", []),
    "EYEGLASSES": ("Eyeglasses", _NOT_LOOKED_FOR),
    "EYES_OPEN": ("EyesOpen", _NOT_LOOKED_FOR),
    "FACE_OCCLUDED": ("FaceOccluded", _NOT_LOOKED_FOR),
    "GENDER": ("Gender", {"Confidence": 0.0}),
    "MOUTH_OPEN": ("MouthOpen", _NOT_LOOKED_FOR),
    "MUSTACHE": ("Mustache", _NOT_LOOKED_FOR),
    "SMILE": ("Smile", _NOT_LOOKED_FOR),
    "SUNGLASSES": ("Sunglasses", _NOT_LOOKED_FOR),
}

ON_PICTURES = frozenset(_MEMBERS)
ON_VIDEO = ON_PICTURES - {"FACE_OCCLUDED"}
"""The service leaves it out there too."""


def more_attributes(asked: Sequence[str], offered: Collection[str] = ON_PICTURES) -> dict[str, Any]:
    """The members of a FaceDetail that these attributes add to the default ones."""
    wanted = offered if "ALL" in asked else set(offered) & set(asked)
    return dict(_MEMBERS[name] for name in sorted(wanted))
