"""What can go wrong, named by its meaning; portal turns each into an HTTP status in one table."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from catalog.messages import Message, say

Places = Mapping[str, Sequence[Message]]


class PortalError(Exception):
    """Base of all errors that a person may read: a message, and where it applies (place -> messages)."""

    def __init__(self, code: str, *, places: Places | None = None, **params: Any) -> None:
        self.message = say(code, **params)
        self.places: dict[str, list[Message]] = {place: list(found) for place, found in (places or {}).items()}
        super().__init__(code)

    def __str__(self) -> str:
        return self.message.text()


class NotAtHand(Exception):
    """What was asked for is not to be had without waiting for it; nobody is told."""


class BadParameter(PortalError):
    """A query parameter, header or address part that cannot be understood."""

    @classmethod
    def at(cls, place: str, code: str, **params: Any) -> BadParameter:
        """The fault at one place."""
        return cls(code, places={place: [say(code, **params)]}, **params)


class Invalid(PortalError):
    """A body or a file whose content does not fit."""

    @classmethod
    def at(cls, place: str, code: str, **params: Any) -> Invalid:
        """The fault at one place."""
        return cls(code, places={place: [say(code, **params)]}, **params)


class Unauthenticated(PortalError):
    """No key, or one that is unknown, expired or revoked."""


class Forbidden(PortalError):
    """The account is known, but its role or publisher does not fit."""


class NotFound(PortalError):
    """No such thing, or not for this reader: the two look the same."""


class Gone(PortalError):
    """It was published and has been withdrawn."""


class Conflict(PortalError):
    """The state of the thing forbids the act, or another has the name."""


class ConditionMissing(PortalError):
    """The act needs `If-Match`."""


class Stale(PortalError):
    """Somebody else changed it meanwhile."""


class TooLarge(PortalError):
    """More bytes than the limit allows."""


class Later(PortalError):
    """Not now; `retry_after` is in seconds."""

    def __init__(self, code: str, *, retry_after: int = 5, **params: Any) -> None:
        super().__init__(code, **params)
        self.retry_after = retry_after


class Unavailable(Later):
    """A service that is needed does not answer now."""


class TooMany(Later):
    """Asked more often than is allowed."""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name most like `name`, or the empty string where none is near."""
    wrong = name[:100]
    found = difflib.get_close_matches(wrong, list(known), n=5, cutoff=0.5)

    def likeness(one: str) -> tuple[float, bool]:
        """Of names that are as near as each other the one that begins alike: `eg` is `eq` and not `ne`."""
        return difflib.SequenceMatcher(None, one, wrong).ratio(), one[:1] == wrong[:1]

    return max(found, key=likeness, default="")
