"""Every error that the client raises on purpose, each with one plain sentence for a person.

DeviceError
├── SettingsWrong    a setting cannot be used; the program does not start       (exit 2)
├── SourceFailed     a camera or sensor gives nothing; it is tried again
├── DiskFull         there is no room to record on
├── Unreachable      no answer from the site: the network is away
├── SiteBusy         the site says "later", and sometimes how much later
├── KeyRefused       the site does not know our key any more
└── ItemRefused      the site will never take this item
"""

from collections.abc import Sequence

TOO_OLD = "too_old"
"""The site's word for what was recorded before the device was paired, or longer ago than an outbox lasts."""


class DeviceError(Exception):
    """The root. Its text is the sentence."""


class SettingsWrong(DeviceError):
    """A setting cannot be used; the sentence names it, its line and the cure."""


class SourceFailed(DeviceError):
    """A camera or sensor gives nothing."""


class DiskFull(DeviceError):
    """There is no room to record on."""


class Unreachable(DeviceError):
    """No answer, or half of one: the network is away."""


class SiteBusy(DeviceError):
    """The site cannot take it now; `wait_s` is what its Retry-After says."""

    def __init__(self, sentence: str, wait_s: float | None = None) -> None:
        super().__init__(sentence)
        self.wait_s = wait_s


class KeyRefused(DeviceError):
    """The site does not know our key any more."""


class ItemRefused(DeviceError):
    """The site will never take this item; `code` is its short word for why, `status` the HTTP status.

    `ids` are those of a batch that it means, where it does not mean all.
    """

    def __init__(self, sentence: str, code: str = "", status: int = 0, ids: Sequence[str] = ()) -> None:
        super().__init__(sentence)
        self.code = code
        self.status = status
        self.ids = frozenset(ids)
