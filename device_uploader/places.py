"""Where settings, key and outbox are unless somebody says otherwise: the machine's folders, or a person's own.

The machine's are for root and for the service; whoever may not use them, and tries the client as an ordinary user, has
~/.config/rollcall-device and ~/.local/state/rollcall-device.
"""

from __future__ import annotations

import os
from pathlib import Path

NAME = "rollcall-device"
MACHINE_CONFIG, MACHINE_STATE = Path("/etc") / NAME, Path("/var/lib") / NAME


def config_file() -> Path:
    """The settings; `pair` writes them where there are none."""
    return _config("device.toml")


def key_file() -> Path:
    """The key."""
    return _config("key")


def outbox_folder() -> Path:
    """Everything that is still to be sent."""
    if is_root() or os.access(MACHINE_STATE, os.W_OK):
        return MACHINE_STATE
    return _own("XDG_STATE_HOME", ".local/state", MACHINE_STATE)


def is_root() -> bool:
    """Whether the machine's folders can be made."""
    return os.geteuid() == 0


def _config(name: str) -> Path:
    usable = os.access(MACHINE_CONFIG / name, os.R_OK) or os.access(MACHINE_CONFIG, os.W_OK)
    if is_root() or usable:
        return MACHINE_CONFIG / name
    return _own("XDG_CONFIG_HOME", ".config", MACHINE_CONFIG) / name


def _own(variable: str, below_home: str, otherwise: Path) -> Path:
    """By the XDG base directories; a user without a home has none."""
    try:
        base = os.environ.get(variable, "")
        return (Path(base) if base.startswith("/") else Path.home() / below_home) / NAME
    except RuntimeError:
        return otherwise
