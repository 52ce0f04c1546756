"""Which adapter a name means; each is loaded when it is picked, and its packages need not be there else."""

from __future__ import annotations

from importlib import import_module

from device_uploader.errors import SettingsWrong
from device_uploader.settings import SpeechTable
from device_uploader.speech import Nothing, Speech

ADAPTERS = ("buttons", "local", "aws", "browser")


def open_speech(name: str, settings: SpeechTable) -> Speech:
    """`browser` is a matter of the page: this program then has its buttons. Raises SettingsWrong."""
    if name == "local":
        local: Speech = import_module("device_uploader.speech.local").LocalSpeech()
        return local
    if name == "aws":
        cloud: Speech = import_module("device_uploader.speech.aws").AwsSpeech(settings)
        return cloud
    if name not in ADAPTERS:
        raise SettingsWrong(f"There is no speech called {name!r}. There are: {', '.join(ADAPTERS)}.")
    return Nothing()
