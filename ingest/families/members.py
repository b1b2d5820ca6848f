"""What may stand where in a declaration file, and of what kind it is: a slip is said with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from catalog.errors import nearest
from ingest.families.declared import DeclaredField, DeclaredSchema, Form, FormTable, Melt, Past, Tree, Word

Data = Mapping[str, Any]


class DeclarationError(ValueError):
    """What is wrong in a declaration file, and where."""


@dataclass(frozen=True)
class Kind:
    """What a member holds, in words and as a test, and whether it must be there."""

    words: str
    holds: Callable[[Any], bool]
    needed: bool = False


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


TEXT = Kind("a text", lambda value: isinstance(value, str))
FLAG = Kind("true or false", lambda value: isinstance(value, bool))
NUMBER = Kind("a number", lambda value: isinstance(value, (int, float)) and not isinstance(value, bool))
TEXTS = Kind("a list of texts", _is_texts)
WORDS = Kind("a text or a list of texts", lambda value: isinstance(value, str) or _is_texts(value))
NUMBERS = Kind("a list of numbers", lambda value: isinstance(value, list) and all(map(NUMBER.holds, value)))
TABLE = Kind("a table", lambda value: isinstance(value, dict))
TABLES = Kind("a list of tables", _is_tables)
_KINDS = {"str": TEXT, "bool": FLAG, "int": NUMBER, "float": NUMBER}
_TITLE, _NEEDED_TEXTS = replace(TABLE, needed=True), replace(TEXTS, needed=True)
_FEW = 12  # members that are all named where one is not among them
Members = Mapping[str, Kind]


def _members_of(made: type, *apart: str, **more: Kind) -> Members:
    """The members of what becomes such an object, by its annotations."""
    found: dict[str, Kind] = {}
    for one in fields(made):
        words = str(one.type).removesuffix(" | None")
        kind = _KINDS.get(words) or (TEXTS if words.startswith("tuple[str") else TABLE)
        found[one.name] = replace(kind, needed=one.default is MISSING and one.default_factory is MISSING)
    return {name: kind for name, kind in {**found, **more}.items() if name not in apart}


FIELD = _members_of(
    DeclaredField, "titles", "spellings", "patterns", "measures", title=_TITLE, like=TEXT, codes_from=WORDS
)  # fmt: skip
_FIELD_LIKE: Members = {name: replace(kind, needed=False) for name, kind in FIELD.items()}
CODE: Members = {"zh-Hans": TEXT, "zh-Hant": TEXT, "en": TEXT, "spellings": TEXTS, "pattern": TEXT, "unit": TEXT}
SCHEMA = _members_of(
    DeclaredSchema, "titles", "fields", "checks", "tables", "repeat", "past",
    title=_TITLE, like=TEXT, field=TABLES, check=TABLES, table=TABLES, explode=TABLE, previous=TABLE,
    lineage=TABLE,
)  # fmt: skip
TABLE_OF_FORM: Members = {
    "name": replace(TEXT, needed=True),
    "title": TABLE,
    "key": TEXTS,
    "field": replace(TABLES, needed=True),
    "check": TABLES,
    "previous": TABLE,
}
MELT = _members_of(Melt, "words", word=TABLES)
FORM = _members_of(Form, "tables", table=TABLES)
CHECK: Members = {
    "rule": TEXT,
    "fields": _NEEDED_TEXTS,
    "level": TEXT,
    "pattern": TEXT,
    "tolerance": NUMBER,
}
_PARTS: Mapping[str, Members] = {
    "explode": {"by": TEXT, "repeat": TEXTS},
    "lineage": {"headers": TEXTS},
    "previous": _members_of(Past),
    "melt": MELT,
    "form": FORM,
    "tree": _members_of(Tree),
}
_LISTED: Mapping[str, tuple[str, Members]] = {
    "melt": ("word", _members_of(Word)),
    "form": ("table", _members_of(FormTable)),
}


@dataclass(frozen=True)
class Rule:
    """How many fields a rule of sense is over, at least and at most, and the options that it needs and may have."""

    least: int
    most: int
    needs: Members
    may: Members


_OVER_ROWS: Members = {"group": TEXTS, "across": TEXTS}
RULES: Mapping[str, Rule] = {
    "in_order": Rule(2, 9, {}, {}),
    "pattern": Rule(1, 1, {"pattern": TEXT}, {}),
    "sum": Rule(2, 99, {}, {"least": NUMBER}),
    "product": Rule(3, 3, {}, {}),
    "ratio": Rule(3, 3, {}, {}),
    "same_start": Rule(2, 2, {"length": NUMBER}, {"at": NUMBER}),
    "code_letter": Rule(2, 2, {"at": NUMBER, "letters": TABLE}, {}),
    "held": Rule(2, 2, {}, {}),
    "sums_to": Rule(1, 1, {"group": TEXTS, "sums": NUMBERS}, {}),
    "adds_up": Rule(1, 1, {"by": WORDS, "whole": TEXT, "parts": TEXTS}, {"minus": TEXTS, **_OVER_ROWS}),
    "within": Rule(1, 1, {"by": WORDS, "part": TEXT, "most": TEXT}, _OVER_ROWS),
    "growth": Rule(1, 1, {"by": WORDS, "now": TEXT, "before": TEXT, "rate": TEXT}, _OVER_ROWS),
}


def check_members(data: Data) -> None:
    """Look whether all may stand where it stands in a declaration file. Raises DeclarationError."""
    where = str(data.get("name", "?"))
    _check(where, data, SCHEMA)
    _check_lists(where, data)
    for one in data.get("table", ()):
        table = f"{where}: table {one.get('name', '?')}"
        _check(table, one, TABLE_OF_FORM)
        _check_lists(table, one)
    for name, members in _PARTS.items():
        if name in data:
            _check(f"{where}: [{name}]", data[name], members)
    for name, (listed, members) in _LISTED.items():
        for number, one in enumerate(data.get(name, {}).get(listed, ()), start=1):
            _check(f"{where}: [[{name}.{listed}]] {number}", one, members)
    for kind, heads in data.get("personal", {}).items():
        _check(f"{where}: [personal]", {kind: heads}, {kind: TEXTS})


def _check_lists(where: str, data: Data) -> None:
    """The fields and checks of a table. What a field takes over from another schema may name fields of that one."""
    names = [one.get("name") or str(one.get("like")).rpartition(".")[2] for one in data.get("field", ())]
    for number, one in enumerate(data.get("field", ()), start=1):
        place = f"{where}: field {one.get('name') or one.get('like') or number}"
        _check(place, one, _FIELD_LIKE if "like" in one else FIELD)
        for member in ("dated", "instead", "parts"):
            among(f"{place}: {member}", one.get(member, ()), names)
        check_codes(place, one.get("codes", {}))
    for number, one in enumerate(data.get("check", ()), start=1):
        _check_rule(f"{where}: check {number}", one)


def check_codes(where: str, codes: Data) -> None:
    """The same of a list of codes."""
    for code, words in codes.items():
        _check(f"{where}: code {code}", words, CODE)


def _check_rule(where: str, data: Data) -> None:
    rule = RULES.get(data.get("rule", ""))
    if rule is None:
        raise DeclarationError(f"{where}: there is no rule {data.get('rule')}{near_to(str(data.get('rule')), RULES)}")
    needs = {name: replace(kind, needed=True) for name, kind in rule.needs.items()}
    _check(where, data, {**CHECK, **needs, **rule.may})
    if not rule.least <= len(data["fields"]) <= rule.most:
        count = str(rule.least) if rule.least == rule.most else f"{rule.least} or more"
        raise DeclarationError(f"{where}: {data['rule']} is over {count} fields, not {len(data['fields'])}")


def _check(where: str, data: Any, members: Members) -> None:
    if not isinstance(data, Mapping):
        raise DeclarationError(f"{where}: this is a table, not {data!r}")  # a ValueError, as all the others
    for name, value in data.items():
        if name not in members:
            raise DeclarationError(f"{where}: there is no member {name}{_elsewhere(name) or near_to(name, members)}")
        if not members[name].holds(value):
            raise DeclarationError(f"{where}: {name} is {members[name].words}, not {_kind_of(value)}")
    for name, kind in members.items():
        if kind.needed and name not in data:
            raise DeclarationError(f"{where}: {name!r} is not given")


def among(where: str, found: Iterable[str], known: Iterable[str]) -> None:
    """Look whether all that is named is there. Raises DeclarationError."""
    for name in found:
        if name not in known:
            raise DeclarationError(f"{where}: there is no {name or 'such one'}{near_to(name, known)}")


def near_to(name: str, known: Iterable[str]) -> str:
    """What may have been meant, and what there is where that is little; else the one or the other."""
    near, every = nearest(name, known), list(known)
    there = f"known are {', '.join(every)}"
    if not near:
        return f"; {there}"
    return f"; do you mean {near}? {there}" if len(every) <= _FEW else f"; do you mean {near}?"


def _elsewhere(name: str) -> str:
    """Where a member stands that has been put into another part."""
    parts = {"the file": SCHEMA, "[[field]]": FIELD, **{f"[{part}]": members for part, members in _PARTS.items()}}
    parts |= {f"[[{part}.{listed}]]": members for part, (listed, members) in _LISTED.items()}
    found = [where for where, members in parts.items() if name in members]
    return f"; it stands in {found[0]}" if len(found) == 1 else ""


def _kind_of(value: Any) -> str:
    return next((kind.words for kind in (TABLE, TABLES) if kind.holds(value)), f"{value!r:.60}")
