"""The members of bodies, as marshmallow fields: texts, codes, days, and the sentence when one is none of these."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow import fields

from catalog.db import CIVIL
from catalog.errors import nearest
from catalog.messages import say
from catalog.regions import nearest_regions
from catalog.vocabularies import codes
from ingest.privacy.decided import personal_in_prose
from ingest.privacy.hits import find_hits

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
OFFICIAL = ("email", "landline")  # kinds that an office publishes of itself
COMMON = {"required": "member_required", "null": "member_null"}
_FORBIDDEN = re.compile("[\x00\ud800-\udfff]")
_TELLING = re.compile(r"(?:[0-9]-?){7}|birth")
_PLAIN = r"^[^\u0000]*$"
_NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class Member(fields.Field[Any]):
    """A field that costs nothing for the validators which it has not: an import has a million of such."""

    def _validate(self, value: Any) -> None:
        if self.validators:
            super()._validate(value)


class Text(Member, fields.String):
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
        if not isinstance(value, str):
            raise self.make_error("invalid")
        text = value.strip()
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
        if self.is_personal(text):
            raise ma.ValidationError([say("text_personal")])
        return text

    def is_personal(self, text: str) -> bool:
        """Whether there is something in it that no office publishes of itself."""
        return _is_personal(text)


class Prose(PublicText):
    """A title or a description: mailboxes that are not of government stand in `contact`."""

    def is_personal(self, text: str) -> bool:
        """Whether there is something in it that no office publishes of itself, or that is no office's."""
        return bool(personal_in_prose(text))


@lru_cache(maxsize=1_000)
def _is_personal(text: str) -> bool:
    # In an import most texts come again: the description of a series, the name of an office, a licence.
    return any(hit.kind not in OFFICIAL for hit in find_hits(text))


class Code(Text):
    """One code of a vocabulary, whose codes are named in the OpenAPI document where they are few."""

    def __init__(self, vocabulary: str, *, few: bool = True, **options: Any) -> None:
        known = [*sorted(codes(vocabulary)), *([None] if options.get("allow_none") else [])] if few else []
        super().__init__(metadata={"enum": known} if few else {}, **options)
        self.vocabulary = vocabulary

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        code = super()._deserialize(value, attr, data, **options)
        if code not in codes(self.vocabulary):
            raise ma.ValidationError([say("member_code_unknown", value=code, nearest=self.nearest(code))])
        return code

    def nearest(self, code: str) -> str:
        """What may have been meant."""
        return nearest(code, codes(self.vocabulary))


class Region(Code):
    """The code of a region; who gives a name instead is told its code."""

    def __init__(self, **options: Any) -> None:
        super().__init__("regions", few=False, **options)

    def nearest(self, code: str) -> str:
        """The codes of that name, or of what would contain such a region."""
        return ", ".join(nearest_regions(code))


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


class Flag(Member, fields.Boolean):
    """`true` or `false`, and nothing that looks like one of them."""

    default_error_messages = {**COMMON}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise ma.ValidationError([say("flag_expected", value=value)])
        return value


class Whole(Member, fields.Integer):
    """A whole number between two bounds, both allowed."""

    default_error_messages = {**COMMON}

    def __init__(self, least: int, most: int, **options: Any) -> None:
        super().__init__(metadata={"minimum": least, "maximum": most}, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        whole = isinstance(value, int | float) and not isinstance(value, bool) and value % 1 == 0
        if not whole or not self.least <= value <= self.most:
            bounds = {"name": attr, "least": self.least, "most": self.most, "value": value}
            raise ma.ValidationError([say("number_out_of_range", **bounds)])
        return int(value)


class Several(Member, fields.List[Any]):
    """A list."""

    default_error_messages = {**COMMON, "invalid": "list_expected"}


class Object(Member, fields.Nested):
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

    def is_personal(self, text: str) -> bool:
        """What is personal in a slug is a long number or a birthday; most have neither, and an import has very many."""
        return bool(_TELLING.search(text)) and super().is_personal(text)


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
