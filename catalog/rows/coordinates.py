"""Which fields of a table say where a row lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from catalog.rows.terms import NUMBERS
from catalog.schema import Field

_NAMES: Final = (("longitude", "lon", "lng", "经度", "經度"), ("latitude", "lat", "纬度", "緯度"))


def find_coordinates(fields: Sequence[Field]) -> tuple[int, int] | None:
    """The places of longitude and latitude among the fields, by their name or title; None where one is missing."""
    longitude, latitude = (_find(fields, known) for known in _NAMES)
    return None if longitude is None or latitude is None else (longitude, latitude)


def _find(fields: Sequence[Field], known: Sequence[str]) -> int | None:
    for place, field in enumerate(fields):
        title = field.title.partition("(")[0].partition("（")[0].strip().lower()
        if field.type in NUMBERS and (field.name.lower() in known or title in known):
            return place
    return None
