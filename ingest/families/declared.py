"""What a declared schema says, and how its file is read."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from catalog.messages import DEFAULT_LANGUAGE
from catalog.schema import FIELD_TYPES
from ingest.headers import fold

TYPES = (*FIELD_TYPES, "range", "date_range")
READERS = ("", "brackets", "longest", "outcome", "masked")
RULES = ("in_order", "pattern")


@dataclass(frozen=True)
class DeclaredField:
    """One declared column. A `range` or `date_range` fills two fields, `ends`; headers stand in order of preference.

    `source` names fields whose cells this one is made from where no header of its own is there; `assumed` is the unit
    of numbers where neither cell, header, corner nor steward names one. `lenient`: a cell that cannot be read is null
    with a warning; else its row is refused.
    """

    name: str
    type: str
    titles: Mapping[str, str]
    unit: str | None = None
    headers: tuple[str, ...] = ()
    headers_low: tuple[str, ...] = ()
    headers_high: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None
    titles_low: Mapping[str, str] = field(default_factory=dict)
    titles_high: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    lenient: bool = False
    reader: str = ""
    source: tuple[str, ...] = ()
    assumed: str | None = None
    assumed_above: Mapping[str, int] = field(default_factory=dict)  # unit -> median from which bare numbers are in it
    unsold: bool = False  # the words of a failed sale stand here instead of a value
    code_pattern: str | None = None  # texts of this form are codes themselves
    description: str | None = None
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code -> language -> label
    spellings: Mapping[str, str] = field(default_factory=dict)  # folded spelling -> code

    @property
    def title(self) -> str:
        """The title in Simplified Chinese."""
        return self.titles[DEFAULT_LANGUAGE]


@dataclass(frozen=True)
class Check:
    """A rule of sense over the fields of a row; what breaks it is a finding of `level`, never a refusal."""

    rule: str
    fields: tuple[str, ...]
    level: str = "warning"
    pattern: str | None = None


@dataclass(frozen=True)
class DeclaredSchema:
    """A declared schema: what a published table of this kind may say, and how people spell it."""

    name: str
    titles: Mapping[str, str]
    fields: tuple[DeclaredField, ...]
    key: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind -> headers: read, counted, not kept
    lineage: tuple[str, ...] = ()  # headers of what a crawler added
    checks: tuple[Check, ...] = ()

    @property
    def family(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]


def find_schema(name: str) -> DeclaredSchema | None:
    """The schema of that name (`land_supply.deal`), or None."""
    return _schemas().get(name)


def list_schemas() -> tuple[DeclaredSchema, ...]:
    """All declared schemas, by name."""
    return tuple(_schemas().values())


_CODES = "codes"  # the folder of code lists that several schemas share


@cache
def _schemas() -> dict[str, DeclaredSchema]:
    root = files("ingest").joinpath("families")
    folders = [folder for folder in root.iterdir() if folder.is_dir() and folder.name != _CODES]
    found = [_load(source) for folder in folders for source in folder.iterdir() if source.name.endswith(".toml")]
    return {schema.name: schema for schema in sorted(found, key=lambda one: one.name)}


def _load(source: Traversable) -> DeclaredSchema:
    return read_schema(tomllib.loads(source.read_text(encoding="utf-8")))


def read_schema(data: Mapping[str, Any]) -> DeclaredSchema:
    """A schema from its file's content. Raises ValueError that names what is wrong in it."""
    schema = DeclaredSchema(
        name=data["name"],
        titles=data["title"],
        fields=tuple(_field(one) for one in data["field"]),
        key=tuple(data.get("key", ())),
        personal={kind: tuple(headers) for kind, headers in data.get("personal", {}).items()},
        lineage=tuple(data.get("lineage", {}).get("headers", ())),
        checks=tuple(
            Check(one["rule"], tuple(one["fields"]), one.get("level", "warning"), one.get("pattern"))
            for one in data.get("check", ())
        ),
    )
    _verify(schema)
    return schema


def _field(data: Mapping[str, Any]) -> DeclaredField:
    codes = data.get("codes") or (_code_list(data["codes_from"]) if "codes_from" in data else {})
    members: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
    members.update({name: tuple(data.get(name, ())) for name in _LISTS})
    members["titles"], members["ends"] = data["title"], _ends(data)
    members["codes"] = {code: {tag: words[tag] for tag in words if tag != "spellings"} for code, words in codes.items()}
    members["spellings"] = _spellings(codes)
    return DeclaredField(**members)


_LISTS = ("headers", "headers_low", "headers_high", "source")
_PLAIN = (
    "name",
    "type",
    "unit",
    "required",
    "lenient",
    "reader",
    "assumed",
    "assumed_above",
    "unsold",
    "code_pattern",
    "description",
    "titles_low",
    "titles_high",
)


@cache
def _code_list(name: str) -> Mapping[str, Mapping[str, Any]]:
    """A code list that several schemas share: `ingest/families/codes/<name>.toml`."""
    source = files("ingest").joinpath(f"families/{_CODES}/{name}.toml")
    return tomllib.loads(source.read_text(encoding="utf-8"))


def _ends(data: Mapping[str, Any]) -> tuple[str, str] | None:
    if data["type"] not in ("range", "date_range"):
        return None
    low, high = data.get("ends", (f"{data['name']}_min", f"{data['name']}_max"))
    return low, high


def _spellings(codes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Every label, spelling and the code itself, folded."""
    words: dict[str, str] = {}
    for code, labels in codes.items():
        for word in (code, *labels.get("spellings", ()), *(labels[tag] for tag in labels if tag != "spellings")):
            words.setdefault(fold(word), code)
    return words


def _verify(schema: DeclaredSchema) -> None:
    names = {one.name for one in schema.fields}
    for one in schema.fields:
        if one.type not in TYPES or one.reader not in READERS or DEFAULT_LANGUAGE not in one.titles:
            raise ValueError(f"{schema.name}: field {one.name} has an unknown type or reader, or no title")
        if not names.issuperset(one.source):
            raise ValueError(f"{schema.name}: field {one.name} is made from a field that there is not")
        if one.type == "code" and not one.codes:
            raise ValueError(f"{schema.name}: field {one.name} has no codes")
    if any(check.rule not in RULES for check in schema.checks):
        raise ValueError(f"{schema.name}: a check has an unknown rule; known are {', '.join(RULES)}")
