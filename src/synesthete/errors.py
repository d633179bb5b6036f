"""Everything that can go wrong, as one small family.

    SynestheteError                 every error that is meant for people
    ├── InputError                  what you handed over cannot be used
    │   ├── AudioError              ... a file or clip whose sound cannot be read
    │   └── FormatError             ... a data file that is not what it claims to be
    ├── NotFound                    an id, a name or a phrase that leads to nothing
    ├── NotAllowed                  the listener may not do this
    ├── Conflict                    something already exists, or changed meanwhile
    ├── Busy                        another process holds what is needed; try again
    ├── MismatchError               an artifact made by another encoder or version
    ├── SettingsError               a setting that cannot be used
    └── ServiceError                a server elsewhere is absent, slow or wrong

Each says what happened, to which file or id, and what to do next.
"""

from __future__ import annotations


class SynestheteError(Exception):
    """Base of the family.

    `what` happened, `subject` is the file or id it happened to, and `hint` is the next step.
    """

    def __init__(self, what: str, *, subject: object = None, hint: str | None = None):
        super().__init__(what)
        self.what = what
        self.subject = None if subject is None else printable(subject)
        self.hint = hint

    def __str__(self) -> str:
        text = self.what if self.subject is None else f"{self.what}: {self.subject}"
        return text if self.hint is None else f"{text}. {self.hint}"


class InputError(SynestheteError):
    """What was handed over cannot be used."""


class AudioError(InputError):
    """The sound of this file or clip cannot be read."""


class FormatError(InputError):
    """A data file is not what it claims to be."""


class NotFound(SynestheteError):
    """An id, a name or a phrase leads to nothing."""


class NotAllowed(SynestheteError):
    """This listener, key or address may not do this."""


class Conflict(SynestheteError):
    """It exists already, or it changed since it was read."""


class Busy(SynestheteError):
    """Another process holds what is needed; trying again later may work."""


class MismatchError(SynestheteError):
    """An artifact was made by another encoder or another version of this program."""


class SettingsError(SynestheteError):
    """A setting has a value that cannot be used."""


class ServiceError(SynestheteError):
    """A server elsewhere is absent, slow, or answers what it should not."""


def printable(subject: object) -> str:
    """The subject as one printable line: undecodable bytes and control characters are escaped."""
    text = str(subject).encode("utf-8", "backslashreplace").decode("utf-8")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
