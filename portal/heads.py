"""Headers of answers, as pairs and as they are sent: lines, each with its end."""

from __future__ import annotations

from collections.abc import Iterable

Headers = list[tuple[str, str]]


def write_head(headers: Iterable[tuple[str, str]]) -> str:
    """The lines of these headers."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers)


def read_head(head: str) -> Headers:
    """The headers in these lines."""
    parted = (line.partition(": ") for line in head.split("\r\n")[:-1])
    return [(name, value) for name, _, value in parted]
