"""The grammar: what is understood, and what each fault says."""

from __future__ import annotations

import pytest

from catalog.errors import BadParameter
from catalog.messages import LANGUAGES
from catalog.rows.limits import MOST_COLUMNS, MOST_CONDITIONS, MOST_LISTED, MOST_WORDS
from catalog.rows.query import parse_query
from catalog.rows.terms import OPERATORS, RowQuery
from catalog.schema import Field, Table
from tests.catalog.rows.releases import LAND

ODD = (
    Field("a__gt", "怪", "integer"),
    Field("limit", "限", "integer"),
    Field("Area (m2)", "面积", "integer"),
    Field("wide", "宽", "decimal", precision=38, scale=4),
)
TABLE = Table("t", "表", (*LAND, *ODD), rows=3)


def parse(*params: tuple[str, str]) -> RowQuery:
    return parse_query(params, TABLE)


def test_nothing_asked_means_all_fields_in_their_order() -> None:
    query = parse()
    assert query.fields(TABLE) == TABLE.fields
    assert (query.page, query.offset, query.grouped, query.narrowed) == (100, 0, False, False)


def test_a_field_name_that_looks_like_an_operator_is_a_field() -> None:
    (one,) = parse(("a__gt", "5")).filters
    assert (one.item.name, one.operator, one.value) == ("a__gt", "eq", 5)
    (other,) = parse(("a__gt__gt", "5")).filters
    assert (other.item.name, other.operator, other.value) == ("a__gt", "gte", 6)


def test_a_field_named_like_a_parameter_is_reached_with_its_operator() -> None:
    query = parse(("limit__eq", "7"), ("limit", "9"))
    assert query.limit == 9
    assert [one.value for one in query.filters] == [7]


def test_names_with_blanks_and_brackets_can_be_selected_and_grouped() -> None:
    query = parse(("select", "Area (m2),count(*) as 个数"), ("group_by", "Area (m2)"))
    assert [item.name for item in query.select] == ["Area (m2)", "个数"]


def test_an_alias_may_be_grouped_and_ordered_by() -> None:
    query = parse(("select", "year(period) as y,sum(area) as s"), ("group_by", "y"), ("order_by", "-s,y"))
    assert [(one.item.name, one.descending) for one in query.order_by] == [("s", True), ("y", False)]
    assert query.group_by[0].function == "year"


def test_a_group_without_select_answers_the_groups_and_their_sizes() -> None:
    assert [field.name for field in parse(("group_by", "supply_method")).fields(TABLE)] == ["supply_method", "count"]


def test_functions_give_fields_with_type_unit_and_digits() -> None:
    fields = parse(("select", "sum(area),avg(area),median(area),count(area),max(period),sum(bids)")).fields(TABLE)
    assert [(one.name, one.type, one.unit, one.precision, one.scale) for one in fields] == [
        ("sum(area)", "decimal", "m2", 38, 2),
        ("avg(area)", "decimal", "m2", None, None),
        ("median(area)", "decimal", "m2", 38, 3),
        ("count(area)", "integer", None, None, None),
        ("max(period)", "period", None, None, None),
        ("sum(bids)", "integer", None, 38, None),
    ]


def test_a_comma_in_a_listed_value_is_escaped() -> None:
    (one,) = parse(("parcel_no__in", r"a\,b,c")).filters
    assert one.value == ("a,b", "c")


@pytest.mark.parametrize(
    ("key", "raw", "operator", "value"),
    [
        ("area__gt", "1.005", "gte", 101),
        ("area__gte", "1.5e1", "gte", 1500),
        ("area__gt", "1e-999", "gte", 1),
        ("area__gt", "1e999", "never", None),
        ("area__gte", "1.005", "gte", 101),
        ("area__lt", "1.005", "lte", 100),
        ("area__lte", "-1.005", "lte", -101),
        ("area", "1.005", "never", None),
        ("area__ne", "1.005", "always", None),
        ("area__in", "1.005,2", "in", (200,)),
        ("area__in", "1.005", "never", None),
        ("area__nin", "1.005", "always", None),
        ("area__gt", "9" * 30, "never", None),
        ("area__lt", "9" * 30, "lte", 10**18 - 1),
        ("area__lt", "-" + "9" * 30, "never", None),
        ("bids__gte", "1.5", "gte", 2),
        ("bids__gt", "-" + "9" * 30, "gte", -(1 << 63)),
        ("deal_date__gte", "1970-01-02", "gte", 1),
        ("listing_start", "1970-01-01T00:00", "eq", 0),
        ("listing_start", "1970-01-01", "eq", 0),
        ("listing_start", "1970-01-01T00:00:01+08:00", "eq", 1_000_000),
        ("listing_start", "1970-01-01T00:00:01 08:00", "eq", 1_000_000),
        ("listing_start", "1969-12-31T16:00:00Z", "eq", 0),
        ("sold", "true", "eq", True),
        ("period__gte", "2018-Q3", "gte", "2018-Q3"),
        ("parcel_no__isnull", "false", "isnull", False),
    ],
)
def test_values_become_exact_bounds(key: str, raw: str, operator: str, value: object) -> None:
    (one,) = parse((key, raw)).filters
    assert (one.operator, one.value) == (operator, value)


FAULTS = [
    ((("areaa", "1"),), "areaa", "unknown_parameter"),
    ((("zzzzzzzz", "1"),), "zzzzzzzz", "no_such_parameter"),
    ((("aera__gt", "1"),), "aera__gt", "unknown_field"),
    ((("zzzzzzzz__gt", "1"),), "zzzzzzzz__gt", "no_such_field"),
    ((("area__get", "1"),), "area__get", "unknown_operator"),
    ((("area__zzzzzz", "1"),), "area__zzzzzz", "no_such_operator"),
    ((("area__contains", "1"),), "area__contains", "operator_not_for_type"),
    ((("sold__gt", "true"),), "sold__gt", "operator_not_for_type"),
    ((("area__gt", "abc"),), "area__gt", "expected_decimal"),
    ((("area__gt", "NaN"),), "area__gt", "expected_decimal"),
    ((("area__in", "1,"),), "area__in", "expected_decimal"),
    ((("bids", "１２"),), "bids", "expected_integer"),
    ((("deal_date", "2020-02-30"),), "deal_date", "expected_date"),
    ((("deal_date", "20200201"),), "deal_date", "expected_date"),
    ((("listing_start", "2020-02-01T25:00"),), "listing_start", "expected_datetime"),
    ((("listing_start", "0001-01-01T00:00+14:00"),), "listing_start", "expected_datetime"),
    ((("listing_start", "soon"),), "listing_start", "expected_datetime"),
    ((("period", "2018-Q5"),), "period", "expected_period"),
    ((("period", "2018-02-30"),), "period", "expected_period"),
    ((("period", "2019/2018"),), "period", "expected_period"),
    ((("sold", "yes"),), "sold", "expected_boolean"),
    ((("area__isnull", "1"),), "area__isnull", "expected_boolean"),
    ((("parcel_no", "x" * 1001),), "parcel_no", "value_too_long"),
    ((("parcel_no", "a\0"),), "parcel_no", "value_not_text"),
    ((("q", "\ud800"),), "q", "value_not_text"),
    ((("\ud800", "1"),), "filter", "value_not_text"),
    ((("q", " ".join(map(str, range(MOST_WORDS + 1)))),), "q", "too_many_words"),
    ((("parcel_no__in", "," * MOST_LISTED),), "parcel_no__in", "too_many_values"),
    ((("area", "1"),) * (MOST_CONDITIONS + 20), "filter", "too_many_conditions"),
    ((("select", "area," * MOST_COLUMNS + "area"),), "select", "too_many_columns"),
    ((("order_by", "area," * MOST_COLUMNS + "area"),), "order_by", "too_many_columns"),
    ((("limit", "1"), ("limit", "2")), "limit", "parameter_repeated"),
    ((("limit", "0"),), "limit", "limit_out_of_range"),
    ((("limit", "1001"),), "limit", "limit_out_of_range"),
    ((("limit", "+1"),), "limit", "limit_out_of_range"),
    ((("offset", "100001"),), "offset", "offset_out_of_range"),
    ((("offset", "9" * 5000),), "offset", "offset_out_of_range"),
    ((("select", "sun(area)"),), "select", "unknown_function"),
    ((("select", "qqqq(area)"),), "select", "no_such_function"),
    ((("select", "sum(aera)"),), "select", "unknown_field"),
    ((("select", "area; drop table r"),), "select", "no_such_field"),
    ((("select", "sum(parcel_no)"),), "select", "function_not_for_type"),
    ((("select", "area as a-b"),), "select", "bad_alias"),
    ((("select", "area,area"),), "select", "name_twice"),
    ((("select", "area as _row"),), "select", "name_twice"),
    ((("select", "area,sum(bids)"),), "select", "not_grouped"),
    ((("select", "area"), ("group_by", "period")), "select", "not_grouped"),
    ((("group_by", "period"), ("order_by", "area")), "order_by", "not_grouped"),
    ((("group_by", "sum(area)"),), "group_by", "group_by_aggregate"),
    ((("order_by", "sum(area)"),), "order_by", "aggregate_without_group"),
    ((("order_by", "-aera"),), "order_by", "unknown_field"),
    ((("order_by", "area,"),), "order_by", "no_such_field"),
    ((("having", "area__gt=5"),), "having", "having_without_group"),
    ((("group_by", "period"), ("having", "count")), "having", "having_form"),
    ((("group_by", "period"), ("having", "cuont__gt=5")), "having", "unknown_alias"),
    ((("group_by", "period"), ("having", "zzzzzz__gt=5")), "having", "no_such_alias"),
    ((("group_by", "period"), ("having", "count__grt=5")), "having", "unknown_operator"),
    ((("group_by", "period"), ("having", "count__gt=x")), "having", "expected_integer"),
]


NAMES = [f"{code}-{place[:20]!a}" for _, place, code in FAULTS]


@pytest.mark.parametrize(("params", "place", "code"), FAULTS, ids=NAMES)
def test_every_fault_names_its_place_in_three_languages(
    params: tuple[tuple[str, str], ...], place: str, code: str
) -> None:
    with pytest.raises(BadParameter) as caught:
        parse(*params)
    ((where, (message,)),) = caught.value.places.items()
    assert (where, message.code) == (place, code)
    sentences = [message.text(language) for language in LANGUAGES]
    assert all(sentences)
    assert len(set(sentences)) == 3 or code == "expected_boolean"
    assert not any("{" in sentence for sentence in sentences)


def test_the_nearest_name_is_offered() -> None:
    with pytest.raises(BadParameter, match="deal_date"):
        parse(("deal_dat__gt", "2020-01-01"))
    with pytest.raises(BadParameter, match="“eq”"):  # `ne` is as near, but begins otherwise
        parse(("area__eg", "5"))


def test_every_operator_takes_every_type_that_it_lists() -> None:
    samples = {"string": "a", "code": "a", "period": "2018", "integer": "1", "decimal": "1.5", "date": "2020-01-01"}
    samples |= {"datetime": "2020-01-01T00:00", "boolean": "true"}
    for operator in OPERATORS.values():
        for field in TABLE.fields:
            raw = "true" if operator.value == "flag" else samples[field.type]
            if field.type in operator.types:
                assert len(parse((f"{field.name}__{operator.name}", raw)).filters) == 1


def test_the_fingerprint_tells_queries_apart_and_pages_together() -> None:
    same = [
        parse(("area__gt", "1"), ("bids", "2"), ("limit", "5")),
        parse(("bids", "2.0"), ("area__gt", "1.00"), ("offset", "7")),
    ]
    others = [
        parse(("area__gt", "1")),
        parse(("area__gt", "1"), ("bids", "3")),
        parse(("area__gt", "1"), ("bids", "2"), ("order_by", "area")),
        parse(("area__gt", "1"), ("bids", "2"), ("q", "a")),
        parse(("area__gt", "1"), ("bids", "2"), ("select", "area")),
        parse(("area__gt", "1"), ("bids", "2"), ("select", "area as a")),
        parse(("area__gt", "1"), ("bids", "2"), ("group_by", "sold")),
        parse(("area__gt", "1"), ("bids", "2"), ("group_by", "sold"), ("having", "count__gt=1")),
    ]
    assert len({query.fingerprint for query in same}) == 1
    assert len({query.fingerprint for query in (*same, *others)}) == 1 + len(others)
