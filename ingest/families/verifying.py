"""What must fit together in a declared schema; what does not is said with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from catalog.messages import DEFAULT_LANGUAGE
from ingest.families.declared import PLACES, READERS, SHIFT, TYPES, DeclaredField, DeclaredSchema, Word
from ingest.families.members import DeclarationError, among
from ingest.findings import ERROR, INFO, WARNING
from ingest.units import find_unit, fitting

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BEYOND = re.compile(r"\(\?(?:<?[=!]|P=)|(?<!\\)\\[1-9]")  # looks round a place, or back at what was found
_FILLED = ("period", "region", "number", "body", "code")
_LEVELS = (ERROR, WARNING, INFO)


def verify(schema: DeclaredSchema) -> None:
    """Look whether a schema, or a table of a form, fits together. Raises DeclarationError."""
    where = schema.name
    names = [one.name for one in schema.fields]
    published = {*names, *(end for one in schema.fields for end in one.ends or ())}
    for name in names:
        if not _NAME.fullmatch(name) or names.count(name) > 1:
            raise DeclarationError(f"{where}: field {name}: names are of a-z, 0-9 and _, and no two fields have one")
    for one in schema.fields:
        _verify_field(f"{where}: field {one.name}", one, names)
    for number, check in enumerate(schema.checks, start=1):
        place = f"{where}: check {number}"
        among(place, check.fields, published)
        among(f"{place}: level", (check.level,), _LEVELS)
        _compiles(f"{place}: pattern", check.pattern)
    for what, found in _references(schema):
        among(f"{where}: {what}", found, published)
    among(
        f"{where}: telling", schema.telling, {*published, *(each.name for one in schema.tables for each in one.fields)}
    )
    for number, word in enumerate(schema.melt.words if schema.melt else (), start=1):
        _verify_word(f"{where}: [[melt.word]] {number}", word, {one.name: one for one in schema.fields})
    for what, pattern in (("other", schema.other), ("beside", schema.beside), *_patterns(schema)):
        _compile(f"{where}: {what}", pattern)
    _verify_form(where, schema)


def _verify_field(where: str, one: DeclaredField, names: Iterable[str]) -> None:
    among(f"{where}: type", (one.type,), TYPES)
    among(f"{where}: reader", (one.reader,), READERS)
    among(f"{where}: filled", filter(None, (one.filled,)), _FILLED)
    if DEFAULT_LANGUAGE not in one.titles:
        raise DeclarationError(f"{where}: title has no {DEFAULT_LANGUAGE}")
    among(f"{where}: source", one.source, names)
    for what in ("among", "unit_from"):
        among(f"{where}: {what}", filter(None, (getattr(one, what),)), names)
    if one.type == "code" and not one.codes and one.reader != "region":  # those are the country's
        raise DeclarationError(f"{where}: a field of type code has codes or codes_from")
    _verify_units(where, one)
    for what in ("worded", "unlike", "rest", "coded", "alone", "indicator", "code_pattern"):
        _compile(f"{where}: {what}", getattr(one, what))
    for code, pattern in one.patterns.items():
        _compile(f"{where}: pattern of {code}", pattern)


def _verify_units(where: str, one: DeclaredField) -> None:
    for unit in filter(None, (one.unit, *one.measures.values())):
        known = find_unit(unit)
        if known is None or known.measure != unit:
            raise DeclarationError(f"{where}: {unit} is no canonical unit")
    for word in filter(None, (one.assumed, *one.assumed_above)):
        if one.unit is None or fitting(word, one.unit) is None:
            raise DeclarationError(f"{where}: {word} is no unit of {one.unit}")


def _verify_word(where: str, word: Word, fields: Mapping[str, DeclaredField]) -> None:
    among(f"{where}: where", (word.where,), PLACES)
    for name, value in {**word.also, word.field: word.value}.items():
        if value and name in fields and fields[name].codes and not fields[name].open_codes:
            among(f"{where}: {name}", (value,), fields[name].codes)


def _references(schema: DeclaredSchema) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What names fields, and which."""
    yield "key", schema.key
    yield "explode", (*filter(None, (schema.explode,)), *schema.repeat)
    yield "previous", (*schema.past.across, *schema.past.apart)
    if tree := schema.tree:
        yield "tree", (*tree.top, *tree.inner, *tree.leaf, *(tree.sorts or ()))
    if melt := schema.melt:
        plain = filter(None, (melt.period, melt.unit, melt.relative.get("field")))
        yield "melt", (melt.value, *melt.needs, *melt.keep, *plain, *melt.own)
        for number, word in enumerate(melt.words, start=1):
            yield f"[[melt.word]] {number}", (word.field, *(name for name in word.also if name != SHIFT))


def _patterns(schema: DeclaredSchema) -> Iterator[tuple[str, str | None]]:
    if tree := schema.tree:
        yield from ((name, getattr(tree, name)) for name in ("heading", "codes", "bodies", "kinds"))
    if melt := schema.melt:
        yield from ((name, getattr(melt, name)) for name in ("ignore", "ignore_columns", "yearly"))
        for number, word in enumerate(melt.words, start=1):
            yield from ((f"[[melt.word]] {number}: {name}", getattr(word, name)) for name in ("pattern", "but"))
    if form := schema.form:
        yield "boilerplate", form.boilerplate
        yield from ((f"[[form.table]] {one.name}: until", one.until) for one in form.tables)


def _verify_form(where: str, schema: DeclaredSchema) -> None:
    """Whether the tables of a form are declared, and the fields that it names are theirs."""
    form, tables = schema.form, {one.table: [each.name for each in one.fields] for one in schema.tables}
    if form is None:
        return
    among(f"{where}: [form]", (form.record, *(one.name for one in form.tables)), tables)
    record = tables[form.record]
    among(f"{where}: [form] below and over", (*form.below, *form.over, *form.total), record)
    for one in form.tables:
        named = (*one.down, *(one.within or ()), *filter(None, (one.label, one.aside)))
        among(f"{where}: [[form.table]] {one.name}", (*named, form.link), tables[one.name])


def _compile(where: str, pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise DeclarationError(f"{where}: this is no pattern: {error}") from None


def _compiles(where: str, pattern: str | None) -> None:
    """The same of a pattern that all cells of a column are asked for at once, which knows less.

    Polars is not asked itself: a server's processes are forked after this, and its threads must not be forked from.
    """
    _compile(where, pattern)
    if pattern and (found := _BEYOND.search(pattern)):
        raise DeclarationError(f"{where}: {found[0]} may not stand in a pattern of a check")
