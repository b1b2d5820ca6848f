"""What a dataset's description says of datetimes is what rows hold: minutes, seconds only where there are any."""

from __future__ import annotations

import re

import pytest

from catalog.rows.values import to_json
from catalog.schema import Field
from portal.describe import field_schema
from portal.packages import _CSVW

MOMENTS = [0, 60_000_000, 1_000_000, 1, 1_587_085_200_000_000]


@pytest.mark.parametrize("micros", MOMENTS)
def test_a_moment_is_as_described(micros: int) -> None:
    from catalog.rows.literals import moment_of

    field = Field("at", "时间", "datetime")
    text = to_json(field, moment_of(micros))
    schema = field_schema(field, "en")
    assert "format" not in schema
    assert re.search(schema["pattern"], text)
    assert re.search(_CSVW["datetime"]["format"], text)
