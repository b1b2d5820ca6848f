"""The bodies that come in, as marshmallow schemas: what a member may hold, and the sentence when it does not."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow import fields, validate

from catalog.db import CIVIL
from catalog.errors import nearest
from catalog.messages import LANGUAGES, say
from catalog.vocabularies import codes
from ingest.families import list_schemas
from ingest.privacy.hits import find_hits
from portal.v1.resource import Body

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OFFICIAL = ("email", "landline")  # kinds that an office publishes of itself
COMMON = {"required": "member_required", "null": "member_null"}
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_PLAIN = r"^[^\u0000]*$"
_NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class Text(fields.String):
    """Text without NUL and lone surrogates, of at most `longest` characters, not blank where it is required."""

    default_error_messages = {**COMMON, "invalid": "text_expected", "invalid_utf8": "text_expected"}
    shape: ClassVar[re.Pattern[str] | None] = None

    def __init__(self, longest: int = 300, **options: Any) -> None:
        required = bool(options.get("required"))
        pattern = f"^{self.shape.pattern}$" if self.shape else _NOT_BLANK if required else _PLAIN
        told = options.pop("metadata", {})
        if "enum" not in told:
            told = {"maxLength": longest, "pattern": pattern, **({"minLength": 1} if required else {}), **told}
        super().__init__(metadata=told, **options)
        self.longest = longest

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **options)).strip()
        if _FORBIDDEN.search(text):
            raise ma.ValidationError([say("text_broken")])
        if len(text) > self.longest:
            raise ma.ValidationError([say("text_too_long", most=self.longest)])
        if self.required and not text:
            raise ma.ValidationError([say("member_required")])
        return text


class PublicText(Text):
    """Text that everybody reads: no personal data, however it is spelled. Addresses of offices may stand in it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if any(hit.kind not in OFFICIAL for hit in find_hits(text)):
            raise ma.ValidationError([say("text_personal")])
        return text


class Code(Text):
    """One code of a vocabulary."""

    def __init__(self, vocabulary: str, **options: Any) -> None:
        known = [*sorted(codes(vocabulary)), *([None] if options.get("allow_none") else [])]
        super().__init__(metadata={"enum": known} if len(known) < 60 else {}, **options)
        self.vocabulary = vocabulary

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        known = codes(self.vocabulary)
        if code not in known:
            raise ma.ValidationError([say("member_code_unknown", value=code, nearest=nearest(code, known))])
        return code


class Date(fields.Date):
    """A day as `2026-06-30`."""

    default_error_messages = {**COMMON, "invalid": "day_expected_here", "format": "day_expected_here"}


class Moment(fields.AwareDateTime):
    """A moment in RFC 3339; without an offset it is civil time in China."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=CIVIL, **options)

    default_error_messages = {
        **COMMON,
        "invalid": "moment_expected",
        "invalid_awareness": "moment_expected",
        "format": "moment_expected",
    }


class Several(fields.List[Any]):
    """A list."""

    default_error_messages = {**COMMON, "invalid": "list_expected"}


class Object(fields.Nested):
    """An object with members of its own."""

    default_error_messages = {**COMMON, "type": "object_expected"}


class Mapping(fields.Dict):
    """An object with free names."""

    default_error_messages = {**COMMON, "invalid": "object_expected"}


class Slug(PublicText):
    """A name in addresses: lower-case Latin letters, digits and single hyphens."""

    shape = SLUG

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        slug = super()._deserialize(value, attr, data, **options)
        if not SLUG.fullmatch(slug):
            raise ma.ValidationError([say("slug_invalid", value=slug)])
        return slug


class DutyId(Text):
    """The number of a duty."""

    shape = re.compile("D[0-9]{3}")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        number = super()._deserialize(value, attr, data, **options)
        if not self.shape.fullmatch(number):
            raise ma.ValidationError([say("duty_invalid", value=number)])
        return number


class PublisherRef(Slug):
    """A publisher by its slug, or by the object that answers and import files have."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        inner = value.get("slug") if isinstance(value, dict) else value
        return super()._deserialize(inner, attr, data, **options)


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

    zh_Hant = PublicText(data_key="zh-Hant", attribute="zh-Hant")
    en = PublicText()


class DatasetChanges(Body):
    """What PATCH may set: any of these."""

    title = PublicText(300, metadata={"example": "国有建设用地使用权成交公示"})
    title_translations = Object(Translations)
    description = PublicText(20_000)
    themes = Several(Code("themes"), validate=validate.Length(max=22), metadata={"example": ["resources"]})
    tags = Several(PublicText(60), validate=validate.Length(max=50, error="list_too_long"))
    regions = Several(Code("regions"), validate=validate.Length(max=200, error="list_too_long"))
    schema = Text(100, allow_none=True, metadata={"example": "land_supply.deal"})
    family = Code("families", allow_none=True)
    frequency = Code("frequencies")
    access = Code("access")
    conditions = PublicText(2000, allow_none=True)
    level = Code("levels")
    license = PublicText(200, allow_none=True)
    contact = Object(Contact)
    temporal = Object(Temporal, allow_none=True)
    landing_page = PublicText(1000, allow_none=True)
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
    title = PublicText(300, required=True, metadata={"example": "国有建设用地使用权成交公示"})
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
    region = Code("regions", allow_none=True)
    parent = Slug(120, allow_none=True)


class Approval(Body):
    """What approves: now, or at a moment."""

    publish_at = Moment(allow_none=True)


class Reason(Body):
    """What rejects or withdraws."""

    reason = PublicText(2000, required=True)


class PrivacyDecision(Body):
    """What becomes of one column; `ground` says why its personal data may be published."""

    action = Text(
        20,
        required=True,
        validate=validate.OneOf(("mask", "drop", "publish"), error="action_unknown"),
    )
    ground = PublicText(500, allow_none=True)


class PrivacyDecisions(Body):
    """Field -> decision."""

    decisions = Mapping(
        keys=Text(100),
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
