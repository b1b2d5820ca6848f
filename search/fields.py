"""The one table of what is searched, filtered, counted and sorted; every engine reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class TextField:
    """A field of tokens. `weight` is what a word in it counts; `plain` fields take part in every question."""

    name: str
    weight: float
    plain: bool = True


@dataclass(frozen=True)
class FilterField:
    """A field of whole values: filter and facet. `attribute` names it in SearchDocument; `many` may hold several."""

    name: str
    attribute: str
    many: bool = False


TEXT_FIELDS: Final = (
    TextField("title", 1.0),
    TextField("names", 0.5),  # tags, publisher with aliases, family
    TextField("body", 0.3),  # description
    TextField("columns", 0.25),  # titles and code labels of the latest release's fields
    TextField("cells", 0.2),  # values of its small columns
    TextField("chars", 0.3, plain=False),  # single characters of title and names: only where words find nothing
    TextField("pinyin", 0.8, plain=False),  # of the title: only for what is asked in Latin letters or not found
    TextField("pinyin_names", 0.4, plain=False),  # of the names
)
PLAIN_FIELDS: Final = tuple(field for field in TEXT_FIELDS if field.plain)

FILTER_FIELDS: Final = (
    FilterField("publisher", "publisher"),
    FilterField("theme", "themes", many=True),
    FilterField("family", "family"),
    FilterField("region", "areas", many=True),  # with all that contain them
    FilterField("tag", "tags", many=True),
    FilterField("format", "formats", many=True),
    FilterField("frequency", "frequency"),
    FilterField("access", "access"),
    FilterField("status", "state"),
)
FILTERS: Final = {field.name: field for field in FILTER_FIELDS}
PERIOD: Final = "period"  # its facet ignores period_from and period_to
FACET_FIELDS: Final = (*FILTER_FIELDS, FilterField(PERIOD, "years", many=True))
FACETS: Final = {field.name: field for field in FACET_FIELDS}

SORTS: Final = ("relevance", "updated", "title", "popularity")
FORMATS: Final = ("csv", "json", "ndjson", "parquet", "xlsx")  # what a published release can be had in

# What is added to the sum of the words' scores (a rare word in a title gives about 15).
WHOLE_VALUE: Final = 6.0  # a value of a row that was asked for as a whole, such as a parcel number
WORD_WEIGHT: Final = 1.5  # a word of the dictionary against a mere pair of characters
SHORT_TITLE: Final = 120  # a title of so many characters halves the score
BOND_WEIGHT: Final = 0.5  # two words side by side, as in the question
REGION_TIMES: Final = 1.2  # a region that is named is meant
EACH_WORD: Final = 3.0  # for each thing asked for that a dataset has
AS_WRITTEN: Final = 3.0  # more, where it stands as it was written and not by another word
ALL_WORDS: Final = 4.0
TITLE_STARTS: Final = 4.0
TITLE_IS: Final = 30.0
TITLE_IS_CALLED: Final = 20.0  # another name of the office that was asked for

ALL_FIRST: Final = 1_000.0  # what has all that must be there goes before what is found by forgiving; see Hit.score
# With fewer, words may be missing and sounds do; with fewer still, and nothing that has all, single characters do too.
ENOUGH_HITS: Final = (5, 3)
MOST_YEARS: Final = 100  # that one dataset counts for in the histogram of periods
FACET_VALUES: Final = 300  # values that one facet lists at most, the most frequent ones
DEEPEST: Final = 10_000  # offset + size; beyond it only cursors
TITLE_KEY: Final = 200  # characters of a title that sorting looks at
