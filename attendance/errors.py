"""Every error that Rollcall raises on purpose, each with one plain sentence for a person.

RollcallError
├── InvalidInput        something a person or a device sent cannot be used
│   ├── BadPhoto        a photo that cannot be enrolled
│   ├── BadRecording    a video or snapshot that cannot be searched
│   │   └── RefusedBefore  an upload of it that was refused when nobody listened
│   └── ConsentMissing  a face vector was asked for without recorded consent
├── NotFound            nothing by that id, or not for this person
├── NotAllowed          known, but this person may not do it
│   ├── LaunchRefused   what a learning platform sends cannot be trusted, or is not for here
│   └── SignInRefused   what the school's sign-on, a passkey or a face says lets nobody in
├── PlatformRefused     a learning platform does not allow what was asked of it
├── AlreadyExists       an id, address or name is taken
├── Conflict            somebody else changed or holds it at this moment
│   ├── Locked          another request is sending it
│   ├── MovedOn         what was read was changed before it was committed
│   └── FacesOutdated   faces are enrolled by another engine than the one in use
├── TooLarge            bigger than the limit
├── OutOfSpace          the disk has no room for it
├── SearchStopped       a search was told to stop; it goes on later
├── ServiceUnavailable  a store, folder or service does not answer; try again
│   └── ServiceBusy     it has as much to do as it takes; wait, and ask again
├── NoticeRefused       a channel never takes this notice as it is; trying again does not help
└── SettingsError       a setting is wrong; the program does not start

Their sentences are English templates with named values, so that the website can say them in the reader's language.
"""

from datetime import timedelta
from typing import Any

from attendance.rules.texts import isolated


class Phrase(str):
    """Words of ours that are a value in a sentence, such as "The student id": they are translated too."""

    __slots__ = ()


class Personal(str):
    """A value that names a person: it is shown, and stored only where a removal finds it again."""

    __slots__ = ()


def _shown(value: Any) -> Any:
    return isolated(value) if isinstance(value, str) else value


class Sentence:
    """`sentence` is for people, in English; `template` and `values` are what it is made of.

    A template names its values as gettext does: "The id %(id)s is taken."; one without values is the sentence itself,
    whatever signs are in it. A value that is a Phrase or a Sentence is translated by itself.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values
        self.sentence = template % {name: _shown(value) for name, value in values.items()} if values else template

    def __str__(self) -> str:
        return self.sentence


class RollcallError(Sentence, Exception):
    """The root."""

    def __init__(self, template: str, /, **values: Any) -> None:
        Sentence.__init__(self, template, **values)
        Exception.__init__(self, self.sentence)


class InvalidInput(RollcallError):
    """Something that was sent cannot be used; `field` names the form field it belongs to, where there is one."""

    def __init__(self, template: str, /, *, field: str | None = None, **values: Any) -> None:
        super().__init__(template, **values)
        self.field = field


class BadPhoto(InvalidInput):
    """A photo that cannot be enrolled."""


class BadRecording(InvalidInput):
    """A video or snapshot that cannot be searched."""


class RefusedBefore(BadRecording):
    """An upload that was refused when nobody listened; `code` is the word for devices of that refusal."""

    code = "bad_recording"

    @classmethod
    def again(cls, reason: Sentence, code: str | None) -> "RefusedBefore":
        """For the reason that was stored at that time."""
        error = cls(reason.template, **reason.values)
        error.code = code or cls.code
        return error


class ConsentMissing(InvalidInput):
    """A face vector was asked for without recorded consent."""


class NotFound(RollcallError):
    """Nothing by that id, or not for this person."""


class NotAllowed(RollcallError):
    """Known, but this person may not do it."""


class LaunchRefused(NotAllowed):
    """What a learning platform sends cannot be trusted, or is not for here."""


class SignInRefused(NotAllowed):
    """What the school's sign-on says, or a passkey or a face, lets nobody in."""


class PlatformRefused(RollcallError):
    """A learning platform does not allow what was asked of it, and will not later either."""


class AlreadyExists(RollcallError):
    """An id, address or name is taken."""


class Conflict(RollcallError):
    """Somebody else changed or holds it at this moment."""


class Locked(Conflict):
    """Another request is sending it at this moment."""


class MovedOn(Conflict):
    """What was read was changed before it was committed: read it again."""


class FacesOutdated(Conflict):
    """Faces are enrolled by another engine than the one in use: to compare them would find nobody."""


class TooLarge(RollcallError):
    """Bigger than the limit."""


class OutOfSpace(RollcallError):
    """The disk has no room for it."""


class SearchStopped(RollcallError):
    """A search was told to stop; the recording is searched again later."""


class ServiceUnavailable(RollcallError):
    """A store, folder or service does not answer; trying again later may help."""


class ServiceBusy(ServiceUnavailable):
    """A service has as much to do as it takes: no fault of what was asked, which waits for its turn.

    `retry_after` is how long it asks to be left alone, where it says so.
    """

    def __init__(self, template: str, /, *, retry_after: timedelta | None = None, **values: Any) -> None:
        super().__init__(template, **values)
        self.retry_after = retry_after


class NoticeRefused(RollcallError):
    """A channel never takes this notice as it is, such as one to an address that does not exist."""


class SettingsError(RollcallError):
    """A setting is wrong; the program does not start."""
