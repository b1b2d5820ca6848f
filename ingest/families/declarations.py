"""Declaration files: TOML into declared schemas, with what they take over from each other; what is wrong is named."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from ingest.families.declared import (
    Check,
    DeclaredField,
    DeclaredSchema,
    Form,
    FormTable,
    Melt,
    Past,
    Tree,
    Word,
)
from ingest.families.members import DeclarationError, among, check_codes, check_members
from ingest.families.verifying import verify
from ingest.headers import fold

_CODES = "codes"  # the folder of code lists that several schemas share
_LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def find_schema(name: str) -> DeclaredSchema | None:
    """The schema of that name (`land_supply.deal`), or None."""
    return _schemas().get(name)


def list_schemas() -> tuple[DeclaredSchema, ...]:
    """All declared schemas, by name."""
    return tuple(_schemas().values())


@cache
def _schemas() -> dict[str, DeclaredSchema]:
    return {name: read_schema(data) for name, data in sorted(_declarations().items())}


@cache
def _declarations() -> dict[str, dict[str, Any]]:
    """The content of every declaration file, by the schema's name."""
    root = files("ingest").joinpath("families")
    folders = [folder for folder in root.iterdir() if folder.is_dir() and folder.name != _CODES]
    sources = [source for folder in folders for source in folder.iterdir() if source.name.endswith(".toml")]
    found: dict[str, dict[str, Any]] = {}
    for source in sources:
        try:
            data = tomllib.loads(source.read_text(encoding="utf-8"))
        except ValueError as error:
            raise DeclarationError(f"{source.name}: {error}") from None
        if data.get("name", "") in found or not isinstance(data.get("name"), str):
            raise DeclarationError(f"{source.name}: name is not given, or that of another schema")
        found[data["name"]] = data
    return found


def load_schema(text: str) -> DeclaredSchema:
    """A schema from the text of a declaration file. Raises DeclarationError, which names what is wrong in it."""
    try:
        return read_schema(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise DeclarationError(str(error)) from None


def read_schema(data: Mapping[str, Any]) -> DeclaredSchema:
    """A schema from a declaration file's content. Raises DeclarationError, which names what is wrong in it."""
    check_members(data)
    tables = tuple(_table(data, one) for one in data.get("table", ()))
    schema = _one(data, data["field"] if not tables else data["table"][0]["field"], data.get("check", ()), tables)
    for one in (schema, *tables):
        verify(one)
    return schema


def _table(data: Mapping[str, Any], one: Mapping[str, Any]) -> DeclaredSchema:
    own = {name: one[name] for name in ("title", "previous") if name in one}
    whole = {**data, **own, "key": one.get("key", ())}
    plain = {name: value for name, value in whole.items() if name not in ("form", "melt", "explode", "tree", "telling")}
    return _one({**plain, "table": one["name"]}, one["field"], one.get("check", ()), ())


def _one(data: Mapping[str, Any], fields: Any, checks: Any, tables: tuple[DeclaredSchema, ...]) -> DeclaredSchema:
    shared = _shared(data["name"], data["like"]) if "like" in data else {}
    table = data.get("table")
    return DeclaredSchema(
        name=data["name"],
        titles=data["title"],
        fields=tuple(_field(data["name"], one) for one in fields),
        key=tuple(data.get("key", ())),
        personal={
            kind: tuple(heads) for kind, heads in {**shared.get("personal", {}), **data.get("personal", {})}.items()
        },
        lineage=tuple((data.get("lineage") or shared.get("lineage") or {}).get("headers", ())),
        checks=tuple(_check(one) for one in checks),
        table=table if isinstance(table, str) else data["name"].partition(".")[2],
        tables=tables,
        explode=data.get("explode", {}).get("by"),
        repeat=tuple(data.get("explode", {}).get("repeat", ())),
        melt=_melt(data["melt"]) if "melt" in data else None,
        form=_form(data["form"]) if "form" in data else None,
        tree=_tree(data["tree"]) if "tree" in data else None,
        telling=tuple(data.get("telling", ())),
        beside=data.get("beside", ""),
        other=data.get("other", ""),
        called=tuple(data.get("called", ())),
        past=_past(data.get("previous", {})),
    )


def _shared(name: str, like: str) -> Mapping[str, Any]:
    """The schema that another is like."""
    among(f"{name}: like", (like,), _declarations())
    return _declarations()[like]


def _check(data: Mapping[str, Any]) -> Check:
    known = ("rule", "fields", "level", "pattern", "tolerance")
    options = {name: value for name, value in data.items() if name not in known}
    tolerance = data.get("tolerance", 0.0)
    return Check(
        data["rule"], tuple(data["fields"]), data.get("level", "warning"), data.get("pattern"), tolerance, options
    )


def _past(data: Mapping[str, Any]) -> Past:
    members = {**data, "across": tuple(data.get("across", ()))}
    return Past(**{**members, "apart": {name: tuple(values) for name, values in data.get("apart", {}).items()}})


def _melt(data: Mapping[str, Any]) -> Melt:
    listed = ("after", "among")
    words = tuple(
        Word(**{**one, **{name: tuple(one.get(name, ())) for name in listed}}) for one in data.get("word", ())
    )
    needs, keep = (tuple(data.get(name, ())) for name in ("needs", "keep"))
    plain = {
        name: data[name]
        for name in ("period", "ignore", "ignore_columns", "yearly", "count", "unit", "own", "relative")
        if name in data
    }
    return Melt(data["value"], words, needs, keep=keep, **plain)


def _form(data: Mapping[str, Any]) -> Form:
    tables = tuple(
        FormTable(**{**one, **{name: tuple(one[name]) for name in ("down", "within") if name in one}})
        for one in data.get("table", ())
    )
    return Form(
        tuple(data["start"]),
        data["record"],
        data["link"],
        tables,
        tuple(data.get("below", ())),
        data.get("total", {}),
        data.get("boilerplate"),
        tuple(data.get("over", ())),
    )


def _tree(data: Mapping[str, Any]) -> Tree:
    pairs = ("top", "inner", "leaf", "sorts")
    return Tree(**{**data, **{name: tuple(data[name]) for name in pairs if name in data}})


def _field(schema: str, data: Mapping[str, Any]) -> DeclaredField:
    if "like" in data:
        data = {**_declared(schema, data["like"]), **{name: value for name, value in data.items() if name != "like"}}
    codes = data.get("codes") or (_code_lists(data["codes_from"]) if "codes_from" in data else {})
    members: dict[str, Any] = {name: data[name] for name in _PLAIN if name in data}
    members.update({name: tuple(data.get(name, ())) for name in _LISTS})
    members["titles"], members["ends"] = data["title"], _ends(data)
    members["codes"] = {code: {tag: words[tag] for tag in words if tag in _LANGUAGES} for code, words in codes.items()}
    members["spellings"] = _spellings(codes)
    members["patterns"] = {code: words["pattern"] for code, words in codes.items() if "pattern" in words}
    members["measures"] = {code: words["unit"] for code, words in codes.items() if "unit" in words}
    return DeclaredField(**members)


def _declared(schema: str, name: str) -> Mapping[str, Any]:
    """The field of another schema that this one is like: `land_supply.deal.area`."""
    other, _, field = name.rpartition(".")
    for one in _declarations().get(other, {}).get("field", ()):
        if one.get("name") == field:
            return {**_declared(other, one["like"]), **one} if "like" in one else dict(one)
    raise DeclarationError(f"{schema}: there is no field {name} to be like")


_LISTS = ("headers", "headers_low", "headers_high", "source", "dated", "labels", "instead", "pieces", "texts", "parts")
_PLAIN = (
    "name",
    "type",
    "unit",
    "required",
    "lenient",
    "reader",
    "reach",
    "assumed",
    "assumed_above",
    "unsold",
    "code_pattern",
    "description",
    "titles_low",
    "titles_high",
    "most",
    "plausible",
    "plausible_from",
    "unit_from",
    "filled",
    "grouped",
    "together",
    "wordy",
    "alone",
    "among",
    "worded",
    "unlike",
    "rest",
    "indicator",
    "coded",
)


def _code_lists(names: str | list[str]) -> Mapping[str, Mapping[str, Any]]:
    """The code lists of those names; of two that have a code, the first says what it means."""
    found: dict[str, Mapping[str, Any]] = {}
    for name in [names] if isinstance(names, str) else names:
        for code, words in _code_list(name).items():
            found.setdefault(code, words)
    return found


@cache
def _code_list(name: str) -> Mapping[str, Mapping[str, Any]]:
    """A code list that several schemas share: `ingest/families/codes/<name>.toml`."""
    source = files("ingest").joinpath(f"families/{_CODES}/{name}.toml")
    if not source.is_file():
        known = [one.name.removesuffix(".toml") for one in files("ingest").joinpath(f"families/{_CODES}").iterdir()]
        among("codes_from", (name,), sorted(known))
    codes = tomllib.loads(source.read_text(encoding="utf-8"))
    check_codes(source.name, codes)
    return codes


def _ends(data: Mapping[str, Any]) -> tuple[str, str] | None:
    if not data["type"].endswith("range"):
        return None
    low, high = data.get("ends", (f"{data['name']}_min", f"{data['name']}_max"))
    return low, high


def _spellings(codes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Every label, spelling and the code itself, folded."""
    words: dict[str, str] = {}
    for code, labels in codes.items():
        for word in (code, *labels.get("spellings", ()), *(labels[tag] for tag in _LANGUAGES if tag in labels)):
            words.setdefault(fold(word), code)
    return words
