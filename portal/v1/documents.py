"""The answers as the OpenAPI document describes them, with examples: read by people and by client generators."""

from __future__ import annotations

from marshmallow import Schema, fields

from catalog.vocabularies import codes

DIGEST = "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"


class OfficeAnswer(Schema):
    """A publisher as other answers name it."""

    slug = fields.String(metadata={"example": "shaoxing-finance-bureau"})
    title = fields.String(metadata={"example": "绍兴市财政局"})


class ReleaseMark(Schema):
    """The release that an answer comes from."""

    number = fields.Integer(metadata={"example": 2})
    digest = fields.String(metadata={"example": DIGEST})
    published_at = fields.AwareDateTime(allow_none=True)


class ActAnswer(Schema):
    """One act."""

    at = fields.AwareDateTime()
    act = fields.String(metadata={"example": "approve"})
    digest = fields.String(metadata={"example": DIGEST})


class FieldAnswer(Schema):
    """A column of a table."""

    name = fields.String(metadata={"example": "deal_price"})
    title = fields.String(metadata={"example": "成交价"})
    type = fields.String(
        metadata={"enum": ["string", "integer", "decimal", "date", "datetime", "boolean", "period", "code"]}
    )
    unit = fields.String(allow_none=True, metadata={"example": "CNY"})
    description = fields.String(allow_none=True)
    codes = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    nullable = fields.Boolean()


class LeftOutAnswer(Schema):
    """A row that is no data."""

    row = fields.Integer(metadata={"example": 31})
    why = fields.String(metadata={"enum": ["total", "note", "footer", "header", "heading", "instalment"]})
    sheet = fields.String(metadata={"description": "Of a table that was made of several sheets."})


class FoundAnswer(Schema):
    """How a table was found in its file."""

    extent = fields.String(allow_none=True, metadata={"example": "A3:G31"})
    banners = fields.List(fields.String(), metadata={"description": "What stands above the header."})
    between = fields.Dict(
        keys=fields.String(metadata={"enum": ["numbers", "formulas", "units", "english"]}),
        values=fields.Integer(),
        metadata={"description": "Rows between header and data."},
    )
    formulas = fields.Dict(keys=fields.String(), values=fields.String(), metadata={"description": "By header."})
    left_out = fields.List(fields.Nested(LeftOutAnswer), metadata={"description": "The first hundred."})
    totals = fields.Integer()
    notes = fields.Integer()
    blank_rows = fields.Integer()


class TableAnswer(Schema):
    """A table of a release."""

    name = fields.String(metadata={"example": "rows"})
    title = fields.String()
    sheet = fields.String(allow_none=True)
    header_rows = fields.List(fields.Integer())
    unit = fields.String(allow_none=True)
    rows = fields.Integer()
    found = fields.Nested(FoundAnswer)
    fields_ = fields.List(fields.Nested(FieldAnswer), data_key="fields")


class LatestRelease(Schema):
    """The latest release of a dataset."""

    number = fields.Integer(metadata={"example": 2})
    period = fields.String(allow_none=True, metadata={"example": "2019-Q3"})
    rows = fields.Integer()
    bytes = fields.Integer()
    digest = fields.String(metadata={"description": "SHA-256 of the Parquet file.", "example": DIGEST})
    published_at = fields.AwareDateTime(allow_none=True)
    tables = fields.List(fields.Nested(TableAnswer))


class ReleaseAnswer(LatestRelease):
    """A release, immutable once published."""

    state = fields.String(metadata={"enum": ["draft", "in_review", "scheduled", "published", "withdrawn"]})
    created_at = fields.AwareDateTime()
    supersedes = fields.Integer(allow_none=True)
    encoding = fields.String(allow_none=True)
    totals = fields.List(fields.Dict())
    notes = fields.List(fields.String())


class ReleasesAnswer(Schema):
    """All releases, newest first."""

    total = fields.Integer()
    items = fields.List(fields.Nested(ReleaseAnswer))


class DatasetAnswer(Schema):
    """A dataset: metadata, fields, latest release, links."""

    id = fields.Integer()
    slug = fields.String(metadata={"example": "shaoxing-land-deals"})
    title = fields.String(metadata={"example": "国有建设用地使用权成交公示"})
    title_translations = fields.Dict(keys=fields.String(), values=fields.String())
    description = fields.String()
    publisher = fields.Nested(OfficeAnswer)
    themes = fields.List(fields.String(metadata={"enum": sorted(codes("themes"))}))
    tags = fields.List(fields.String())
    regions = fields.List(fields.String(metadata={"example": "330600"}))
    schema = fields.String(allow_none=True, metadata={"example": "land_supply.deal"})
    family = fields.String(allow_none=True)
    frequency = fields.String(metadata={"enum": sorted(codes("frequencies"))})
    access = fields.String(metadata={"enum": sorted(codes("access"))})
    conditions = fields.String(allow_none=True)
    level = fields.String(metadata={"enum": sorted(codes("levels"))})
    license = fields.String(allow_none=True)
    contact = fields.Dict(keys=fields.String(), values=fields.String())
    temporal = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))
    landing_page = fields.String(allow_none=True)
    identifier = fields.String(allow_none=True)
    duties = fields.List(fields.String(metadata={"example": "D112"}))
    relations = fields.List(fields.Dict(keys=fields.String(), values=fields.String()))
    state = fields.String(metadata={"enum": sorted(codes("dataset_states"))})
    revision = fields.Integer(metadata={"description": "Also the ETag."})
    issued = fields.AwareDateTime(allow_none=True)
    modified = fields.AwareDateTime()
    fields_ = fields.List(fields.Nested(FieldAnswer), data_key="fields")
    latest_release = fields.Nested(LatestRelease, allow_none=True)
    quality = fields.Dict(allow_none=True)
    links = fields.Dict()
    pending = fields.Dict(allow_none=True, metadata={"description": "For insiders: the change that waits."})
    under_review = fields.Raw(allow_none=True, metadata={"description": "For insiders: what was submitted."})
    reason = fields.String(allow_none=True, metadata={"description": "For insiders: why it was refused or withdrawn."})
    publish_at = fields.AwareDateTime(allow_none=True, metadata={"description": "For insiders."})


class Item(DatasetAnswer):
    """A dataset as a search found it."""

    highlights = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    matches = fields.List(fields.Dict())
    explain = fields.Dict(metadata={"description": "With `explain=true`: which words stood where, what they gave."})


class FacetValue(Schema):
    """One value of a facet."""

    value = fields.String(metadata={"example": "resources"})
    label = fields.String(metadata={"example": "资源能源"})
    count = fields.Integer(metadata={"example": 12})


class SearchAnswer(Schema):
    """What a search found."""

    total = fields.Integer()
    items = fields.List(fields.Nested(Item))
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(FacetValue)))
    next = fields.String(allow_none=True)
    query = fields.Dict()
    answers = fields.List(fields.Dict())


class JobAnswer(Schema):
    """A job that takes a file in."""

    id = fields.String(metadata={"example": "pE1x0K8mQxVh2J3a"})
    state = fields.String(metadata={"enum": ["queued", "running", "succeeded", "failed", "cancelled"]})
    dataset = fields.String()
    progress = fields.Float(metadata={"description": "0 to 1.", "example": 0.4})
    rows_read = fields.Integer()
    rows_accepted = fields.Integer()
    rows_rejected = fields.Integer()
    release = fields.Integer(allow_none=True, metadata={"description": "The number of the release it made."})
    attempts = fields.Integer()
    dry_run = fields.Boolean()
    result = fields.Dict(allow_none=True)
    created_at = fields.AwareDateTime()
    started_at = fields.AwareDateTime(allow_none=True)
    finished_at = fields.AwareDateTime(allow_none=True)
    error = fields.Dict(keys=fields.String(), values=fields.String(), allow_none=True)
    links = fields.Dict()


class FindingAnswer(Schema):
    """One finding."""

    level = fields.String(metadata={"enum": ["error", "warning", "info"]})
    code = fields.String()
    sheet = fields.String(allow_none=True)
    row = fields.Integer(allow_none=True)
    column = fields.String(allow_none=True)
    cell = fields.String(allow_none=True, metadata={"example": "F8"})
    raw = fields.String(allow_none=True)
    count = fields.Integer()
    message = fields.String()
    remedy = fields.String()


class FindingsAnswer(Schema):
    """Everything found in a file."""

    total = fields.Integer()
    items = fields.List(fields.Nested(FindingAnswer))


class RowsAnswer(Schema):
    """A page of rows."""

    release = fields.Nested(ReleaseMark)
    fields_ = fields.List(fields.Nested(FieldAnswer), data_key="fields")
    total = fields.Integer()
    total_exact = fields.Boolean()
    rows = fields.List(fields.Dict(), metadata={"description": "Arrays instead of objects with `shape=arrays`."})
    truncated = fields.Boolean()
    next = fields.String(allow_none=True)


class RowAnswer(Schema):
    """One row and the cells it was read from."""

    release = fields.Nested(ReleaseMark)
    row = fields.Dict()
    cells = fields.Dict(keys=fields.String(), values=fields.Dict())


class MappingAnswer(Schema):
    """The steward's answers on headers."""

    columns = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))


class HistoryAnswer(Schema):
    """The public part of what happened."""

    items = fields.List(fields.Nested(ActAnswer))


class ProblemAnswer(Schema):
    """A problem document (RFC 9457)."""

    type = fields.String()
    title = fields.String()
    status = fields.Integer()
    detail = fields.String()
    errors = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    request_id = fields.String()
