"""The client of a Raspberry Pi or any Linux box: films, measures, keeps everything safe on disk and sends it on."""

VERSION = "0.1.0"
