"""The answers that describe a dataset's rows, and those to several queries, as the OpenAPI document describes them."""

from __future__ import annotations

from marshmallow import Schema, fields

from portal.v1.documents import ReleaseMark


class FieldProfileAnswer(Schema):
    """Statistics of one field; a field with masked personal data tells counts only."""

    name = fields.String()
    count = fields.Integer(metadata={"description": "Rows with a value."})
    nulls = fields.Integer()
    distinct = fields.Integer()
    distinct_exact = fields.Boolean(metadata={"description": "Exact up to 100,000 different values."})
    min = fields.Raw(allow_none=True)
    max = fields.Raw(allow_none=True)
    mean = fields.Raw(allow_none=True)
    quantiles = fields.Dict(allow_none=True, metadata={"example": {"0.5": 12.5}})
    top = fields.List(fields.Dict(), metadata={"example": [{"value": "330602", "count": 12}]})
    histogram = fields.List(fields.Dict(), metadata={"example": [{"low": 0, "high": 10, "count": 3}]})
    masked = fields.Boolean()


class ProfileAnswer(Schema):
    """Statistics of a release."""

    release = fields.Nested(ReleaseMark)
    rows = fields.Integer()
    fields_ = fields.List(fields.Nested(FieldProfileAnswer), data_key="fields")


class BatchAnswer(Schema):
    """Answers in the order of the queries."""

    answers = fields.List(
        fields.Dict(), metadata={"description": "Each a page of rows as `/rows` gives it, or a problem with `status`."}
    )
