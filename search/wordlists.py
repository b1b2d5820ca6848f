"""The lists of words that analysis uses, kept as data in `search/data/words.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files


@cache
def word_list(name: str) -> frozenset[str]:
    """The list of that name. Raises KeyError."""
    table = tomllib.loads(files("search").joinpath("data/words.toml").read_text(encoding="utf-8"))
    return frozenset(table[name])
