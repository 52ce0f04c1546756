"""The phoneme recogniser of the package `hama`: sound in, the likelihood of each phoneme every 20 ms out.

The model is pinned by its SHA-256: another one has other phonemes and other distances, and would be trusted with the
thresholds of this one. All runs on this machine; the package loads a library of its own and asks no network.
"""

from __future__ import annotations

import hashlib
import threading
from importlib import import_module, resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from device_uploader.errors import SettingsWrong
from device_uploader.speech import RATE_HZ
from device_uploader.speech.commands import PRONOUNCED

INSTALL = "Install it with: pip install -r device_uploader/requirements-speech.txt"
PINNED = {
    "asr_waveform.hama": "a9fcfe73e179ca48e399cd76a90a6b3e1887bf5037ecc52b778d13a149563328",
    "encoder.hama": "ae527c1aa758cd1b038c63d4d768d05313adce7c50706c5366600ab4f4ef8d75",
    "decoder_step.hama": "9ac34717f88b7bed2ef84a779b6fda1ec24b0b88d37bb813631493116581369d",
    "g2p_vocab.json": "520d19e4e6ae58658eed53594e0feab8ea8e1b4b04a7746e25e50c16c29b91bf",
}


class Recogniser:
    """Raises SettingsWrong where the package or one of its models is not the one that was measured."""

    def __init__(self) -> None:
        try:
            library = import_module("hama")
        except ImportError as missing:
            raise SettingsWrong(f"Speech on this device needs the package hama. {INSTALL}") from missing
        check_models()
        self._model: Any = library.ASRModel()
        self._spelling: Any = library.G2PModel()
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, ...]] = {}
        self.tokens: list[str] = list(self._model.decoder_tokens)
        self.blank: int = int(self._model.blank_id)

    def listen(self, pcm16k: bytes) -> NDArray[np.float32]:
        """Frames x tokens, natural logarithms; no frames for silence that is shorter than one."""
        samples = np.frombuffer(pcm16k[: len(pcm16k) // 2 * 2], "<i2").astype(np.float32) / 32768
        if len(samples) < RATE_HZ // 10:
            return np.empty((0, len(self.tokens)), np.float32)
        model = self._model
        words = {
            model._waveform_input_name: samples.reshape(1, -1),
            model._waveform_lengths_input_name: np.array([len(samples)], np.int64),
        }
        with self._lock:  # the library keeps its state in one place
            found, lengths = model.session.run([model._log_probs_output_name, model._out_lengths_output_name], words)
        return np.asarray(found[0][: int(np.asarray(lengths).reshape(-1)[0])], np.float32)

    def pronounce(self, text: str) -> tuple[str, ...]:
        """The phonemes of words of either language; those that the recogniser never says are left out."""
        words = "".join(letter if letter.isalnum() or letter == "'" else " " for letter in text).split()
        return tuple(phoneme for word in words for phoneme in self._word(word))

    def _word(self, word: str) -> tuple[str, ...]:
        if word in PRONOUNCED:
            return tuple(PRONOUNCED[word].split())
        if word not in self._known:
            with self._lock:
                found = self._spelling(word).alignments
            self._known[word] = tuple(str(one.phoneme) for one in found if one.phoneme in self.tokens)
        return self._known[word]


def check_models() -> None:
    """Raises SettingsWrong."""
    folder = resources.files("hama.assets")
    for name, pinned in PINNED.items():
        found = hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest()
        if found != pinned:
            raise SettingsWrong(f"The file {name} of the package hama is not the one that was measured. {INSTALL}")
