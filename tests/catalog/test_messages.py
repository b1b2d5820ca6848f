"""Messages, errors and the shapes of tables: words at the edge, codes within, and data that survives the round trip."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import BadParameter, Invalid, NotFound, PortalError, TooLarge, Unavailable, nearest
from catalog.messages import LANGUAGES, Message, fill, say, table
from catalog.schema import FIELD_TYPES, Field, Table, tables_from

words = st.text(max_size=8)
field_shapes = st.builds(
    Field,
    name=words,
    title=words,
    type=st.sampled_from(FIELD_TYPES),
    unit=st.none() | words,
    description=st.none() | words,
    codes=st.none()
    | st.dictionaries(words, st.dictionaries(st.sampled_from(LANGUAGES), words, max_size=3), max_size=3),
    nullable=st.booleans(),
    precision=st.none() | st.sampled_from((18, 38)),
    scale=st.none() | st.integers(0, 10),
    titles=st.none() | st.dictionaries(st.sampled_from(LANGUAGES), words),
)
table_shapes = st.builds(
    Table,
    name=words,
    title=words,
    fields=st.lists(field_shapes, max_size=4).map(tuple),
    rows=st.integers(0, 10**9),
    sheet=st.none() | words,
    header_rows=st.lists(st.integers(1, 20), max_size=3).map(tuple),
    unit=st.none() | words,
    origin=st.dictionaries(words, words, max_size=3),
)


def test_a_message_speaks_simplified_chinese_unless_asked_otherwise() -> None:
    said = say("upload_too_large", limit_mib=200)
    assert str(said) == said.text("zh-Hans") == "文件超过上限 200 MiB，请拆分后再传。"
    assert said.text("en").startswith("The file is over the limit of 200 MiB")
    assert said.text("zh-Hant").startswith("檔案")


def test_an_unknown_language_gets_the_first_one() -> None:
    assert say("file_missing", key="k").text("fr") == say("file_missing", key="k").text()


def test_an_unknown_code_is_a_fault_of_the_program() -> None:
    with pytest.raises(KeyError):
        str(Message("no_such_code"))


@given(st.text())
def test_what_is_echoed_is_never_long(value: str) -> None:
    assert len(fill("{value}", {"value": value})) <= 201


@given(st.text(alphabet="{}a!:.[]"))
def test_braces_in_what_is_echoed_are_only_text(value: str) -> None:
    assert fill("{value}", {"value": value}) == value


@pytest.mark.parametrize(("template", "value", "expected"), [("{n:,}", 12000, "12,000"), ("{n:.1f}", 0.25, "0.2")])
def test_numbers_keep_their_format(template: str, value: Any, expected: str) -> None:
    assert fill(template, {"n": value}) == expected


def test_the_table_is_read_from_all_packages() -> None:
    assert {"file_missing", "schema_newer"} <= set(table())


def test_an_error_tells_its_sentence_and_its_place() -> None:
    for kind in (BadParameter, Invalid):
        fault = kind.at("file", "upload_too_large", limit_mib=1)
        assert str(fault) == "文件超过上限 1 MiB，请拆分后再传。"
        assert [str(one) for one in fault.places["file"]] == [str(fault)]


def test_an_error_without_a_place_has_none() -> None:
    assert NotFound("file_missing", key="k").places == {}
    assert isinstance(TooLarge("upload_too_large", limit_mib=1), PortalError)


def test_a_service_that_is_away_says_when_to_come_back() -> None:
    assert Unavailable("file_missing", key="k").retry_after == 5
    assert Unavailable("file_missing", key="k", retry_after=30).retry_after == 30


@pytest.mark.parametrize(("name", "expected"), [("page_siz", "page_size"), ("zzz", ""), ("", ""), ("q" * 10_000, "")])
def test_the_nearest_known_name_is_found_if_there_is_one(name: str, expected: str) -> None:
    assert nearest(name, ["page_size", "sort", "title"]) == expected


@given(field_shapes)
def test_a_field_survives_the_round_trip(one: Field) -> None:
    assert Field.from_dict(one.to_dict()) == one


@given(table_shapes)
def test_a_table_survives_the_round_trip(one: Table) -> None:
    assert tables_from([one.to_dict()]) == (one,)


def test_a_member_that_a_newer_program_wrote_is_passed_over() -> None:
    assert Field.from_dict({"name": "a", "title": "A", "type": "string", "colour": "red"}) == Field("a", "A", "string")
    assert Table.from_dict({"name": "t", "title": "T", "colour": "red"}) == Table("t", "T", ())


def test_a_field_is_found_by_its_name() -> None:
    wanted = Field("price", "成交价", "decimal")
    assert Table("t", "T", (Field("id", "编号", "string"), wanted)).field("price") is wanted
    assert Table("t", "T", ()).field("price") is None
