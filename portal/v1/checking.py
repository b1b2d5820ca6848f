"""A body from somewhere else than a request, checked by the same schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow as ma

from catalog.errors import Invalid
from portal.problems import flatten


def load_body(schema: ma.Schema, data: Any) -> dict[str, Any]:
    """The checked body. Raises Invalid with every place that does not fit."""
    try:
        loaded: dict[str, Any] = schema.load(data)
    except ma.ValidationError as error:
        messages: Mapping[str, Any] = error.messages_dict
        places = flatten(messages)
        first = next(iter(places))
        raise Invalid("body_wrong", places=places, place=first, sentence=str(places[first][0])) from None
    return loaded
