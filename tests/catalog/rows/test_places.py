"""Rows with coordinates as GeoJSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import BadParameter
from catalog.rows.coordinates import find_coordinates
from catalog.rows.engine import RowFiles
from catalog.rows.exports import Options, export
from catalog.rows.query import parse_query
from catalog.schema import Field
from tests.catalog.rows.releases import make_release

STATIONS = (
    Field("name", "站点", "string"),
    Field("jing_du", "经度（度）", "decimal", precision=38, scale=18),
    Field("lat", "Latitude", "decimal", precision=18, scale=6),
)
ROWS: list[tuple[Any, ...]] = [
    ('越城"1"', Decimal("120.582112"), Decimal("30.001")),
    ("柯桥", None, Decimal(30)),
    (None, Decimal("120.123456789012345678"), Decimal("-30.5")),
]


@pytest.fixture
def stations(tmp_path: Path) -> RowFiles:
    return make_release(tmp_path, STATIONS, ROWS, group=2)


def body(files: RowFiles, *params: tuple[str, str], name: str = "geojson", **options: Any) -> bytes:
    return b"".join(export(name, files, parse_query(params, files.table), Options(**options)).chunks)


def test_each_row_is_a_point_with_its_fields(stations: RowFiles) -> None:
    found = json.loads(body(stations))
    assert found["type"] == "FeatureCollection"
    assert [one["properties"]["name"] for one in found["features"]] == ['越城"1"', "柯桥", None]
    assert found["features"][0]["geometry"] == {"type": "Point", "coordinates": [120.582112, 30.001]}
    assert found["features"][1]["geometry"] is None
    assert found["features"][2]["properties"]["jing_du"] == "120.123456789012345678"
    assert found["features"][2]["geometry"]["coordinates"] == [120.123456789012345678, -30.5]


def test_no_rows_are_an_empty_collection(stations: RowFiles) -> None:
    assert json.loads(body(stations, ("name", "x")))["features"] == []


def test_both_coordinates_must_be_selected(stations: RowFiles) -> None:
    with pytest.raises(BadParameter) as caught:
        body(stations, ("select", "name,lat"))
    assert caught.value.places.keys() == {"select"}


@pytest.mark.parametrize("kind", ["string", "date"])
def test_only_numbers_are_coordinates(kind: str) -> None:
    assert find_coordinates([Field("lon", "经度", kind), STATIONS[2]]) is None


def test_titles_of_a_header_are_in_the_readers_language(tmp_path: Path) -> None:
    field = Field("use", "用途", "string", titles={"en": "Use", "zh-Hans": "用途"})
    files = make_release(tmp_path, [field], [("住宅",)])
    assert body(files, name="csv", header="title", language="en") == "Use\n住宅\n".encode()
    assert body(files, name="csv", header="title", language="zh-Hant") == "用途\n住宅\n".encode()
