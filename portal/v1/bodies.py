"""The bodies that come in, as marshmallow schemas: what their members are called, and what they must be together."""

from __future__ import annotations

import re
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

from catalog.errors import nearest
from catalog.messages import LANGUAGES, say
from ingest.families import list_schemas
from portal.v1.members import (
    Code,
    Date,
    DutyId,
    Mapping,
    Moment,
    Object,
    Prose,
    PublicText,
    PublisherRef,
    Region,
    Several,
    Slug,
    Text,
)
from portal.v1.resource import Body


class Contact(Body):
    """How to reach the office."""

    name = PublicText(100)
    phone = PublicText(60)
    email = PublicText(200)


class Temporal(Body):
    """The time that the data cover."""

    from_ = Date(data_key="from", attribute="from", allow_none=True)
    to = Date(allow_none=True)

    @ma.validates_schema
    def _in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("from") and data.get("to") and data["from"] > data["to"]:
            raise ma.ValidationError({"to": [say("span_backwards")]})


class Relation(Body):
    """A tie to another dataset or page."""

    type = Text(60, required=True)
    target = PublicText(500, required=True)


class Translations(Body):
    """The title in other scripts and languages."""

    zh_Hant = Prose(data_key="zh-Hant", attribute="zh-Hant")
    en = Prose()


class DatasetChanges(Body):
    """What PATCH may set: any of these."""

    title = Prose(300, metadata={"example": "国有建设用地使用权成交公示"})
    title_translations = Object(Translations)
    description = Prose(20_000)
    themes = Several(Code("themes"), validate=validate.Length(max=22), metadata={"example": ["resources"]})
    tags = Several(PublicText(60), validate=validate.Length(max=50, error="list_too_long"))
    regions = Several(Region(), validate=validate.Length(max=200, error="list_too_long"))
    schema = Text(100, allow_none=True, metadata={"example": "land_supply.deal"})
    family = Code("families", allow_none=True)
    frequency = Code("frequencies")
    access = Code("access")
    conditions = PublicText(2000, allow_none=True)
    level = Code("levels")
    license = PublicText(200, allow_none=True)
    contact = Object(Contact)
    temporal = Object(Temporal, allow_none=True)
    landing_page = PublicText(1000, allow_none=True, metadata={"pattern": r"^(https?://[^\s/]+.*)?$"})
    identifier = PublicText(200, allow_none=True)
    duties = Several(DutyId(20), validate=validate.Length(max=50, error="list_too_long"))
    relations = Several(fields.Nested(Relation), validate=validate.Length(max=100, error="list_too_long"))

    @ma.validates("schema")
    def _declared(self, value: str | None, **_: Any) -> None:
        known = [one.name for one in list_schemas()]
        if value is not None and value not in known:
            raise ma.ValidationError([say("schema_unknown", value=value, nearest=nearest(value, known))])

    @ma.validates("landing_page")
    def _address(self, value: str | None, **_: Any) -> None:
        if value and not re.match(r"https?://[^\s/]+", value):
            raise ma.ValidationError([say("address_expected")])


class NewDataset(DatasetChanges):
    """What registers a dataset."""

    slug = Slug(120)
    title = Prose(300, required=True, metadata={"example": "国有建设用地使用权成交公示"})
    publisher = PublisherRef(120, required=True, metadata={"example": "shaoxing-natural-resources-bureau"})


class ImportedPublisher(Body):
    """The publisher in an import file."""

    slug = Slug(120, required=True)
    title = PublicText(300)


class ImportedDataset(NewDataset):
    """One line of an import file: a migration also says when the dataset was issued and modified."""

    publisher = Object(ImportedPublisher, required=True)  # type: ignore[assignment]  # more than a slug here
    issued = Moment(allow_none=True)
    modified = Moment(allow_none=True)


class NewPublisher(Body):
    """What makes a publisher."""

    slug = Slug(120, required=True)
    title = PublicText(300, required=True)
    title_translations = Object(Translations)
    aliases = Several(PublicText(200))
    region = Region(allow_none=True)
    parent = Slug(120, allow_none=True)


class Approval(Body):
    """What approves: now, or at a moment."""

    publish_at = Moment(allow_none=True)


class Reason(Body):
    """What rejects or withdraws."""

    reason = PublicText(2000, required=True)


class PrivacyDecision(Body):
    """What becomes of one column or text; `ground` says why its personal data may be published."""

    action = Text(
        20,
        required=True,
        validate=validate.OneOf(("mask", "drop", "publish"), error="action_unknown"),
    )
    ground = PublicText(500, allow_none=True)


class PrivacyDecisions(Body):
    """Field, or place of a text beside the rows -> decision."""

    decisions = Mapping(
        keys=Text(300),
        values=Object(PrivacyDecision),
        required=True,
        metadata={"example": {"holder": {"action": "mask"}}},
    )


class HeaderMapping(Body):
    """The steward's answers on headers: header as published -> field name, or null for none."""

    columns = Mapping(
        keys=PublicText(300),
        values=PublicText(100, allow_none=True),  # they become the names of fields
        required=True,
        metadata={"example": {"成交价(万元)": "deal_price"}},
    )


assert set(LANGUAGES) >= {"zh-Hant", "en"}  # noqa: S101 - Translations has a member for each but the first
