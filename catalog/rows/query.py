"""From the parameters of a request to a row query: every fault is named with its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

from catalog.errors import BadParameter
from catalog.rows.faults import check_text, unknown
from catalog.rows.limits import LONGEST_LIST, MOST_COLUMNS, MOST_CONDITIONS, MOST_OFFSET, MOST_ROWS, MOST_WORDS
from catalog.rows.literals import condition
from catalog.rows.selection import count_item, find_item, parse_item, parse_items
from catalog.rows.terms import OPERATORS, Condition, Item, Order, RowQuery, plain_item, whole_rows
from catalog.schema import Table

PARAMETERS: Final = ("select", "group_by", "having", "order_by", "limit", "offset", "q")
REPEATABLE: Final = ("having",)
_SILENT: Final = ("",)
_SHAPES: Final = 500  # kept, of few characters each
_SHORT: Final = 2000
_TARGETS: Final = 2000
_Pairs = Sequence[tuple[str, str]]


def parse_query(params: _Pairs, table: Table) -> RowQuery:
    """The query that the parameters mean. Raises BadParameter naming place and nearest known name."""
    own = _own(params)
    filters = tuple(_filter(key, value, table) for key, value in params if key not in PARAMETERS)
    asked = [own.get(name, _SILENT)[0] for name in ("select", "group_by", "order_by")]
    shape = (_shape_once if sum(map(len, asked)) < _SHORT else _shape)(table, *asked)
    query = RowQuery(
        select=shape.select,
        filters=filters,
        group_by=shape.group_by,
        having=tuple(_having(raw, shape.select) for raw in own.get("having", ())),
        order_by=shape.order_by,
        limit=_whole("limit", own["limit"][0], 1, MOST_ROWS) if "limit" in own else None,
        offset=_whole("offset", own["offset"][0], 0, MOST_OFFSET) if "offset" in own else 0,
        text=_words(own["q"][0]) if "q" in own else (),
        whole=shape.whole,
    )
    _check(query)
    return query


def _shape(table: Table, select: str, group_by: str, order_by: str) -> RowQuery:
    """What does not depend on the values of filters: readers ask many queries of few shapes."""
    chosen = parse_items("select", select, table)
    groups = parse_items("group_by", group_by, table, chosen)
    items = chosen or _everything(groups, table)
    orders = _orders(order_by, items, groups, table)
    return RowQuery(select=items, group_by=groups, order_by=orders, whole=not (chosen or groups))


_shape_once = lru_cache(_SHAPES)(_shape)


def _own(params: _Pairs) -> dict[str, list[str]]:
    own: dict[str, list[str]] = {}
    for key, value in params:
        check_text("filter", key)
        check_text(key, value, LONGEST_LIST)
        if key in PARAMETERS:
            own.setdefault(key, []).append(value)
    for key, values in own.items():
        if len(values) > 1 and key not in REPEATABLE:
            raise BadParameter.at(key, "parameter_repeated", name=key)
    if len(params) > MOST_CONDITIONS + len(PARAMETERS):
        raise BadParameter.at("filter", "too_many_conditions", most=MOST_CONDITIONS)
    return own


def _filter(key: str, raw: str, table: Table) -> Condition:
    item, operator = _target(key, table)
    return _conditioned(key, item, operator, raw)


def _conditioned(place: str, item: Item, operator: str, raw: str) -> Condition:
    kinds = OPERATORS[operator].types
    if item.output.type not in kinds:
        known = ", ".join(one.name for one in OPERATORS.values() if item.output.type in one.types)
        raise BadParameter.at(place, "operator_not_for_type", operator=operator, type=item.output.type, known=known)
    return condition(place, item, operator, raw)


@lru_cache(_TARGETS)
def _target(key: str, table: Table) -> tuple[Item, str]:
    """The field and operator of `field__op`. A field whose own name holds `__` wins over the operator."""
    names = [field.name for field in table.fields]
    if key in names:
        return plain_item(table, names.index(key)), "eq"
    name, mark, operator = key.rpartition("__")
    if name in names:
        _known_operator(key, operator)
        return plain_item(table, names.index(name)), operator
    if mark and operator in OPERATORS:
        raise unknown(key, "field", name, names)
    raise unknown(key, "parameter", key, [*names, *PARAMETERS])


def _known_operator(place: str, operator: str) -> None:
    if operator not in OPERATORS:
        raise unknown(place, "operator", operator, OPERATORS)


def _everything(group_by: tuple[Item, ...], table: Table) -> tuple[Item, ...]:
    """What is answered when `select` is silent: all fields, or the groups and their number of rows."""
    if group_by:
        return (*group_by, count_item("count"))
    return whole_rows(table).select


def _having(raw: str, select: Sequence[Item]) -> Condition:
    """`alias__op=value`. The alias may hold `__`, so the last operator before the first `=` counts."""
    left, mark, value = raw.partition("=")
    if not mark:
        raise BadParameter.at("having", "having_form")
    named = {item.name: item for item in select}
    if left in named:
        return _conditioned("having", named[left], "eq", value)
    alias, _, operator = left.rpartition("__")
    if alias not in named:
        raise unknown("having", "alias", alias or left, named)
    _known_operator("having", operator)
    return _conditioned("having", named[alias], operator, value)


def _orders(raw: str, select: Sequence[Item], group_by: Sequence[Item], table: Table) -> tuple[Order, ...]:
    if not raw.strip():
        return ()
    return tuple(_order(part.strip(), select, group_by, table) for part in _split_plain(raw))


def _order(part: str, select: Sequence[Item], group_by: Sequence[Item], table: Table) -> Order:
    name = part.removeprefix("-")
    for item in (*select, *group_by):
        if item.name == name:
            return Order(item, descending=part.startswith("-"))
    item = find_item(name, table) or _unknown_order(name, select, table)
    return Order(item, descending=part.startswith("-"))


def _unknown_order(name: str, select: Sequence[Item], table: Table) -> Item:
    known = [field.name for field in table.fields] + [item.name for item in select]
    if "(" in name:
        return parse_item("order_by", name, table)
    raise unknown("order_by", "field", name, known)


def _split_plain(raw: str) -> list[str]:
    parts = raw.split(",")
    if len(parts) > MOST_COLUMNS:
        raise BadParameter.at("order_by", "too_many_columns", most=MOST_COLUMNS)
    return parts


def _whole(place: str, raw: str, least: int, most: int) -> int:
    if not (raw.isascii() and raw.isdigit() and len(raw) <= 9 and least <= int(raw) <= most):
        raise BadParameter.at(place, f"{place}_out_of_range", least=least, most=most)
    return int(raw)


def _words(raw: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(raw.split()))
    if len(words) > MOST_WORDS:
        raise BadParameter.at("q", "too_many_words", most=MOST_WORDS)
    return words


def _check(query: RowQuery) -> None:
    if query.having and not query.grouped:
        raise BadParameter.at("having", "having_without_group")
    if not query.grouped:
        _plain(query.order_by)
        return
    keys = {item.key for item in query.group_by}
    _grouped("select", query.select, keys)
    _grouped("order_by", (one.item for one in query.order_by), keys)


def _plain(orders: Iterable[Order]) -> None:
    for one in orders:
        if one.item.aggregate:
            raise BadParameter.at("order_by", "aggregate_without_group", name=one.item.name)


def _grouped(place: str, items: Iterable[Item], keys: set[tuple[str, int]]) -> None:
    for item in items:
        if not item.aggregate and item.key not in keys:
            raise BadParameter.at(place, "not_grouped", name=item.name)
