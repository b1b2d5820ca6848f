"""What a declared schema says of a table: its fields, how people lay it out, and what must hold in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from dataclasses import field as default
from typing import Any

from catalog.messages import DEFAULT_LANGUAGE
from catalog.schema import FIELD_TYPES

TYPES = (*FIELD_TYPES, "range", "date_range", "datetime_range")
READERS = (
    "",
    "brackets",
    "longest",
    "use",
    "outcome",
    "masked",
    "any_unit",
    "before_dash",
    "after_dash",
    "before_name",
    "spoken",
    "after_code",
    "least",
    "no_number",
    "operator",
    "uses",
    "region",
    "reach",
    "unit",
    "label",
    "points",
)

PLACES = ("any", "row", "column", "title", "path", "under", "name", "else", "over", "beside", "undated")  # of a word
SHIFT = "shift"  # what a word may say besides: by how many quarters its time is another


@dataclass(frozen=True)
class DeclaredField:
    """One declared column; its headers stand in order of preference.

    A range of numbers, days or moments fills two fields, `ends`.
    `source` names fields whose cells this one is made from where no header of its own is there; `assumed` is the unit
    of numbers where neither cell, header, corner nor steward names one. A cell that cannot be
    read is refused, which is an error; with it goes its row where the field is required or in the key. `lenient`: it
    is a warning, and the row stays.
    """

    name: str
    type: str
    titles: Mapping[str, str]
    unit: str | None = None
    headers: tuple[str, ...] = ()
    headers_low: tuple[str, ...] = ()
    headers_high: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None
    titles_low: Mapping[str, str] = field(default_factory=dict)
    titles_high: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    instead: tuple[str, ...] = ()  # of a required field: those of which a column may tell rows apart where it has none
    lenient: bool = False
    reader: str = ""
    source: tuple[str, ...] = ()
    pieces: tuple[str, ...] = ()  # headers of neighbours that hold its value piece by piece (`类 款 项`)
    among: str = ""  # the field whose texts may hold it too, where there is no column of its own or of a source
    assumed: str | None = None
    assumed_above: Mapping[str, int] = field(default_factory=dict)  # unit -> median from which bare numbers are in it
    unsold: bool = False  # the words of a failed sale stand here instead of a value
    code_pattern: str | None = None  # texts of this form are codes themselves
    description: str | None = None
    unit_from: str = ""  # the field whose column says what the numbers of this one are in
    filled: str = ""  # `period region number body code`: what title or file name say, where it has no column of its own
    worded: str = ""  # in forms: a pattern of headings that can only mean it, where none is spelt as declared
    coded: str = ""  # in forms: a pattern of a line above without a label, with its `name` behind its code
    indicator: str = ""  # of a range: a pattern of what it is called in texts that tell several bounds of planning
    rest: str = ""  # a pattern of the headings of what is left of a whole beside its other parts
    unlike: str = ""  # in forms: a pattern of headings that are never it, however they are spelt
    texts: tuple[
        str, ...
    ] = ()  # of a region: fields and headers whose texts may begin with it, where nothing else tells; of a period too
    parts: tuple[str, ...] = ()  # of a region: fields whose texts may be the name of a part of the one that is told
    labels: tuple[str, ...] = ()  # what a line beside the table calls it (`部门：…`), where it has no column
    grouped: bool = False  # a name of groups of rows: where it stands once a group, the blanks below mean it too
    wordy: bool = False  # never numbers alone: where the column beside has words and no header, that is meant
    alone: str = ""  # a pattern of what it is known by in a column that such a header has left
    together: bool = False  # said of the rows below too, where these are blank in all columns of this kind
    # The codes of a region's name: `plain`, its levels `own below`.
    reach: Mapping[str, str] = field(default_factory=dict)
    dated: tuple[str, ...] = ()  # of a region: the fields that tell its time, the first that is there
    most: int | None = None  # of a range in one column: numbers above it are of something else, and refused
    plausible: float | None = None  # numbers above it, in the canonical unit, are doubted
    plausible_from: float | None = None  # numbers below it that are not zero too
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code -> language -> label
    spellings: Mapping[str, str] = field(default_factory=dict)  # folded spelling -> code
    patterns: Mapping[str, str] = field(default_factory=dict)  # code -> what is in no spelling, but only it can mean
    measures: Mapping[str, str] = field(default_factory=dict)  # code -> what its numbers are in, by any unit of that

    @property
    def title(self) -> str:
        """The title in Simplified Chinese."""
        return self.titles[DEFAULT_LANGUAGE]

    @property
    def open_codes(self) -> bool:
        """Whether values beyond its list of codes are taken: other places, texts of a form, whatever stands there."""
        return bool(self.code_pattern) or self.lenient or self.reader == "region"


@dataclass(frozen=True)
class Check:
    """A rule of sense over the fields of a row; what breaks it is a finding of `level`, never a refusal."""

    rule: str
    fields: tuple[str, ...]
    level: str = "warning"
    pattern: str | None = None
    tolerance: float = 0.0  # of the greater side, as a share; for `sum` and `growth` in the measure itself
    options: Mapping[str, Any] = field(default_factory=dict)  # what a rule over several rows needs


@dataclass(frozen=True)
class Past:
    """How a file is compared with the published release, row by row of the same key.

    `across` are fields of the key that do not keep a row's values apart (the block that a quarter stands in); `apart`
    are values of fields for which a number may well leap from one period to the next.
    """

    moved: float = 10.0  # a number so many times what it was is likely in another unit
    vanished: bool = True
    revised: bool = True
    across: tuple[str, ...] = ()
    apart: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Word:
    """What a text says of a cell: where `pattern` stands in it, `field` has `value`, and `also` holds."""

    field: str
    value: str
    pattern: str
    # `row column title`, any of the three in this order; `path`: the row with all that it stands under;
    # `under`: the header with the title; `name`: a column that is kept; `else`: the row where the others are silent;
    # `over`: the title where that is silent too;
    # `beside`: the header where they all are, if that of another column says something of the field.
    where: str = "any"
    also: Mapping[str, str] = default(default_factory=dict)
    earlier: bool = False  # only where the label's year is before that of the table, or the header's before another's
    among: tuple[str, ...] = ()  # only where the header of another column (the label of a row) says one of these of it
    but: str = ""  # not of figures whose row's label or header this pattern is in
    after: tuple[str, ...] = ()  # only where a section above (`一、…`) says one of these of the field, of a year before


@dataclass(frozen=True)
class Melt:
    """How a matrix becomes one row a number: `value` takes the number, words in row, header and title tell the rest.

    `period` is the field that takes the time which is spoken of; `needs` are the fields without which a number says
    nothing; `keep` are fields that have a column of their own beside the numbers, all that have one unless said.
    """

    value: str
    words: tuple[Word, ...]
    needs: tuple[str, ...]
    period: str | None = None
    keep: tuple[str, ...] = ()
    ignore: str | None = None  # row labels that are no figures, as a pattern
    ignore_columns: str | None = None  # headers that are no figures of these fields
    unit: str | None = None  # the column that says what the numbers of its row are in
    yearly: str | None = None  # texts whose `年末` is no day but the year that it ends, as a pattern
    count: str | None = None  # the field of which each value must stand in the header as often as the others
    # Fields that a row says by itself, not by the rows it stands under: only those labels that hold the pattern do not.
    own: Mapping[str, str] = field(default_factory=dict)
    # `field` is `same` where a figure's own quarter is the title's, and `before` where it is the one before.
    relative: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FormTable:
    """A table inside a form: known by the headers of its fields, of which `least` must stand in one row."""

    name: str
    least: int
    label: str | None = None  # the field that takes the text left of the first of them
    down: tuple[str, ...] = ()  # fields whose value holds until the next
    whole: str | None = None  # what a text of these is that goes on in the row below, as a pattern
    until: str | None = None  # a first text at which the table ends, as a pattern
    alone: str | None = None  # the label of a first row that has none
    within: tuple[str, str] | None = None  # a field without a column, and the one whose texts may end with it
    aside: str | None = None  # the field that sets the same table several times side by side apart


@dataclass(frozen=True)
class Form:
    """A form of one record a block: `start` is the label that begins a block; `below` fields stand under their label.

    `record` is the table that has one row a block, `link` its field by which the rows of the other tables name it.
    """

    start: tuple[str, ...]
    record: str
    link: str
    tables: tuple[FormTable, ...]
    below: tuple[str, ...] = ()
    total: Mapping[str, str] = field(default_factory=dict)  # field of the record -> `table.field` of its first row
    boilerplate: str | None = None  # a form's own instructions, as a pattern
    over: tuple[str, ...] = ()  # fields of rows of units, from the top, where a heading speaks of units and projects


@dataclass(frozen=True)
class Tree:
    """Fields whose texts may stand below each other in one column, under lines of sums: each with that of its code.

    `heading` and `codes` are patterns of the headers of that column and of the codes; `bodies` and `kinds` of the names
    of departments or units, and of lines that only sort projects. `sorts` is the field of lines right above projects
    of one code, and the field of that code, which stands beside projects alone.
    """

    heading: str
    codes: str
    top: tuple[str, str]
    inner: tuple[str, str]
    leaf: tuple[str, str]
    bodies: str
    kinds: str
    sorts: tuple[str, str] | None = None


@dataclass(frozen=True)
class DeclaredSchema:
    """A declared schema: what a published table of this kind may say, and how people spell it."""

    name: str
    titles: Mapping[str, str]
    fields: tuple[DeclaredField, ...]
    key: tuple[str, ...] = ()
    personal: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # kind -> headers: read, counted, not kept
    lineage: tuple[str, ...] = ()  # headers of what a crawler added
    checks: tuple[Check, ...] = ()
    table: str = ""  # the table's name; of a form, one of several
    tables: tuple[DeclaredSchema, ...] = ()  # of a form: what each of its tables holds
    explode: str | None = None  # the field whose cells hold several values, `|a|b|c`
    repeat: tuple[str, ...] = ()  # fields whose texts are no lists, whatever strokes they hold
    melt: Melt | None = None
    form: Form | None = None
    tree: Tree | None = None
    past: Past = Past()
    called: tuple[str, ...] = ()  # what else titles call such a table
    telling: tuple[str, ...] = ()  # fields of which one must have a column, or a table is hardly of this schema
    other: str = ""  # a pattern of titles of tables and forms of another kind
    beside: str = ""  # a pattern of headers that such tables have beside their fields: no evidence against it

    @property
    def title(self) -> str:
        """The title in Simplified Chinese."""
        return self.titles[DEFAULT_LANGUAGE]

    @property
    def family(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]
