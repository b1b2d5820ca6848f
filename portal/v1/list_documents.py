"""The answers of lists and of the door, as the OpenAPI document describes them."""

from __future__ import annotations

from marshmallow import Schema, fields


class VocabularyLink(Schema):
    """The name of a code list."""

    name = fields.String(metadata={"example": "themes"})
    link = fields.String()


class PublisherAnswer(Schema):
    """An office that owes data."""

    slug = fields.String(metadata={"example": "shaoxing-finance-bureau"})
    title = fields.String(metadata={"example": "绍兴市财政局"})
    aliases = fields.List(fields.String())
    region = fields.String(allow_none=True, metadata={"example": "330600"})
    parent = fields.String(allow_none=True, metadata={"description": "Slug of the publisher above it."})
    datasets = fields.Integer(metadata={"description": "Public datasets."})


class PublishersAnswer(Schema):
    """All publishers."""

    total = fields.Integer()
    items = fields.List(fields.Nested(PublisherAnswer))


class TermAnswer(Schema):
    """One code."""

    code = fields.String()
    label = fields.String()
    labels = fields.Dict(keys=fields.String(), values=fields.String())
    note = fields.String()
    valid_from = fields.String(
        metadata={"description": "The month since which it holds, or the year.", "example": "2013-10"}
    )
    valid_to = fields.String(metadata={"description": "When it ended: a month, or a year.", "example": "2013-10"})
    successor = fields.String()
    parent = fields.String()
    aliases = fields.List(fields.String())


class VocabularyAnswer(Schema):
    """A code list."""

    name = fields.String()
    title = fields.String()
    total = fields.Integer()
    items = fields.List(fields.Nested(TermAnswer))
    next = fields.String(allow_none=True, metadata={"description": "The next page of a long list."})


class VocabulariesAnswer(Schema):
    """The code lists there are."""

    total = fields.Integer()
    items = fields.List(fields.Nested(VocabularyLink))


class DutyAnswer(Schema):
    """One duty."""

    id = fields.String(metadata={"example": "D112"})
    section = fields.String()
    title = fields.String()
    title_en = fields.String()
    lead = fields.String()
    clock = fields.String()
    family = fields.String()
    kind = fields.String()
    dataset_titles = fields.List(fields.String())
    datasets = fields.List(fields.String())
    links = fields.Dict()


class DutiesAnswer(Schema):
    """All duties."""

    total = fields.Integer()
    items = fields.List(fields.Nested(DutyAnswer))


class HomeAnswer(Schema):
    """The door of the API."""

    version = fields.String()
    links = fields.Dict()
    limits = fields.Dict()
    counts = fields.Dict()


class DecisionAnswer(Schema):
    """What a steward decided on a column."""

    action = fields.String(metadata={"enum": ["mask", "drop", "publish"]})
    ground = fields.String(allow_none=True)


class PersonalColumnAnswer(Schema):
    """Personal data of one kind in one column, or in a text beside the rows; the examples are masked."""

    field = fields.String(
        metadata={
            "example": "holder",
            "description": "Of a text beside the rows its place: `title:TABLE`, `sheet:TABLE`, `banner:TABLE:n`, "
            "`heading:TABLE:FIELD`, `note:n`, `total:n:FIELD`.",
        }
    )
    kind = fields.String(metadata={"example": "id_number"})
    cells = fields.Integer()
    examples = fields.List(fields.String(), metadata={"example": ["**************1231"]})
    sheet = fields.String(allow_none=True, metadata={"description": "Where the first of the cells stands."})
    cell = fields.String(allow_none=True, metadata={"description": "Its A1 name.", "example": "C7"})
    decision = fields.Nested(DecisionAnswer, allow_none=True)


class PrivacyAnswer(Schema):
    """What a release holds that is personal."""

    release = fields.Integer()
    columns = fields.List(fields.Nested(PersonalColumnAnswer))
