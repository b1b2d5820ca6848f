"""The bodies and answers of suggestions, synonyms and misses, as the OpenAPI document describes them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from portal.v1.members import PublicText, Several
from portal.v1.resource import Body


class SynonymsBody(Body):
    """The stewards' groups, all of them."""

    groups: Any = Several(Several(PublicText(longest=40)), required=True)


class SynonymsAnswer(Schema):
    """Groups of words that mean the same."""

    revision = fields.Integer()
    groups = fields.List(fields.List(fields.String()))
    changed_at = fields.String()
    changed_by = fields.String()
    built_in = fields.List(fields.List(fields.String()))


class SuggestionAnswer(Schema):
    """One thing that may be meant."""

    type = fields.String(metadata={"enum": ["dataset", "publisher", "tag", "region"]})
    value = fields.String()
    text = fields.String(metadata={"example": "国有建设用地供应计划"})
    link = fields.String()


class SuggestAnswer(Schema):
    """What may be meant, the likeliest first."""

    total = fields.Integer()
    items = fields.List(fields.Nested(SuggestionAnswer))


class MissAnswer(Schema):
    """A question that found nothing."""

    q = fields.String()
    count = fields.Integer()
    first_at = fields.String()
    last_at = fields.String()


class MissesAnswer(Schema):
    """Questions that found nothing."""

    total = fields.Integer()
    items = fields.List(fields.Nested(MissAnswer))
