"""GeoJSON (RFC 7946) of rows that have a longitude and a latitude: each row a point with its fields as properties."""

from __future__ import annotations

from collections.abc import Iterator

import polars

from catalog.rows.engine import Export
from catalog.rows.terms import RowQuery
from catalog.rows.text_out import json_batches


def geojson_chunks(found: Export, query: RowQuery, coordinates: tuple[int, int]) -> Iterator[bytes]:
    """One feature a line; a row without both numbers has a null geometry."""
    yield b'{"type":"FeatureCollection","features":['
    first = True
    for frame, lines in json_batches(found, query):
        made = _features(frame, lines, coordinates).encode()
        yield b"\n" + made if first else b",\n" + made
        first = False
    yield b"\n]}\n"


def _features(frame: polars.DataFrame, lines: polars.Series, coordinates: tuple[int, int]) -> str:
    """A number that JSON holds as text, for its many digits, is a number in the geometry."""
    longitude, latitude = (polars.col(f"x{place}").str.strip_chars('"') for place in coordinates)
    point = polars.concat_str(
        [polars.lit('{"type":"Point","coordinates":['), longitude, polars.lit(","), latitude, polars.lit("]}")]
    )
    whole = polars.when((longitude != "null") & (latitude != "null")).then(point).otherwise(polars.lit("null"))
    feature = polars.concat_str(
        [polars.lit('{"type":"Feature","geometry":'), whole, polars.lit(',"properties":'), lines, polars.lit("}")]
    )
    return ",\n".join(frame.select(feature).to_series().to_list())
