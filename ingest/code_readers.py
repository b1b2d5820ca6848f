"""The readers of codes: of a list's spellings, of regions, of uses, of whose figures they are."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import pyarrow.compute as pc

from ingest import nulls, regions
from ingest.coded import different
from ingest.families import DeclaredField, DeclaredSchema
from ingest.headers import fold
from ingest.readers import WordReader
from ingest.values import Unreadable

_COMPANY = 2  # names of one province that tell of which an unsure one beside them is
_LEVEL = re.compile(r"(?:自治)?[省市区县州盟旗](?:级|直)")
_OF_OWN_LEVEL = re.compile(r"(?<![及和与、])(?<![及和与、][省市区县州盟旗])本级(?![及和与、]|人民|人大)")


class CodeReader(WordReader):
    """The code that a spelling means."""

    def __init__(self, declared: DeclaredField) -> None:
        super().__init__(self._code)
        self._words, self._pattern, self._patterns = declared.spellings, declared.code_pattern, declared.patterns

    def means(self, text: str) -> bool:
        """Whether a text means a code."""
        return self.code_of(text) is not None

    def code_of(self, text: str) -> str | None:
        """The code that a text means, or None."""
        with suppress(Unreadable):
            return str(self.read(text) or "") or None if text else None
        return None

    def _code(self, text: str) -> str:
        whole = fold(nulls.strip(text).strip("|"))
        bare = re.sub(r"\([^()]*\)", "", whole)  # an aside does not change what is meant, nor does the class above
        for word in (whole, bare, bare.rpartition("-")[2]):
            if word in self._words:
                return self._words[word]
        if self._pattern and re.fullmatch(self._pattern, whole):
            return whole
        likely = [code for code, pattern in self._patterns.items() if re.search(pattern, whole)]
        if len(likely) == 1:
            return likely[0]
        raise Unreadable("code_unknown", known="、".join(sorted(set(self._words.values()))[:30]))


def holds_codes(declared: DeclaredField, texts: Iterable[str]) -> bool:
    """Whether at least half of the different texts, nulls apart, are codes of the field; any text is, of another."""
    if declared.type != "code":
        return True
    reader = CodeReader(declared)
    read = [reader.means(text) for text in {*texts} if nulls.null_kind(text) is None]
    return sum(read) * 2 >= len(read)


class SpokenReader(CodeReader):
    """The code that a name speaks of (`2021年某省政府专项债券`); none where it speaks of none."""

    def __init__(self, declared: DeclaredField) -> None:
        super().__init__(declared)
        self._rule = self._spoken

    def _spoken(self, text: str) -> str | None:
        likely = [code for code, pattern in self._patterns.items() if re.search(pattern, fold(text))]
        return likely[0] if len(likely) == 1 else None


class RegionReader(CodeReader):
    """The code of a region, by GB/T 2260: of the schema's own spellings, else of all the country's.

    `within` is the region that the table's title speaks of, `among` the province that the column's names are of.
    """

    within: str | None = None
    among: str | None = None

    def __init__(self, declared: DeclaredField) -> None:
        super().__init__(declared)
        self._seen = set[str]()

    def see(self, texts: Any) -> None:
        """Take in the names of a batch, where no title tells which region they are of."""
        if self.within is None:
            self._seen.update(pc.unique(different(texts)).to_pylist())

    def settle(self) -> dict[str, Any]:
        """Decide on names that several regions have, but one of the province that all others are of; what is told."""
        certain, unsure = set[str](), list[str]()
        for text in sorted(self._seen):
            try:
                certain.add(self._code(text))
            except Unreadable as unclear:
                unsure += [text] if unclear.code == "region_ambiguous" else []
        provinces = {code[:2] for code in certain}
        if len(certain) < _COMPANY or len(provinces) != 1:
            return {}
        self.among = f"{provinces.pop()}0000"
        names = list(filter(self.means, unsure))
        return {"count": len(names), "names": "、".join(names)[:200]} if names else {}

    def _code(self, text: str) -> str:
        try:
            return super()._code(text)
        except Unreadable:
            return regions.code_of(text, self.within, self.among)


class ReachReader(CodeReader):
    """Whose figures they are, the whole region's or a level's of it: `长沙市本级`, `市级`; a plain name is `plain`.

    `within` is the region that the table's title speaks of, `about` what stands over the table. What is made of a
    region's name (`derived`) is blank where that says nothing.
    """

    within: str | None = None
    about: tuple[str, ...] = ()
    derived = False

    def __init__(self, declared: DeclaredField) -> None:
        super().__init__(declared)
        self._reach, self.sources = declared.reach, declared.source
        self._told: dict[str, str | None] = {}  # of names that were asked for: a matrix asks for one again and again

    def said(self, text: str) -> str | None:
        """What the words of a text say of it, if anything."""
        if text not in self._told:
            self._told[text] = self._say(regions.plain_name(text))
        return self._told[text]

    def _say(self, text: str) -> str | None:
        with suppress(Unreadable):
            return self._code(text)
        level = _LEVEL.fullmatch(fold(nulls.strip(text)))
        below = regions.level_within(level[0], self.within) if level and self.within else None
        return None if below is None else self._reach["below" if below else "own"]

    def of_name(self, text: str) -> str | None:
        """What the name of a region alone is, where it is one: the whole, or the level that the title says of it."""
        if not regions.names_region(nulls.strip(text)):
            return None
        own = any(map(speaks_of_own_level, self.about)) and not self.is_other(text)
        return self._reach["own" if own else "plain"]

    def is_other(self, text: str) -> bool:
        """Whether a text is the plain name of another region than the title's: `六安市` under `舒城县本级…`."""
        name = nulls.strip(text)
        if self.within is None or not regions.names_region(name):
            return False
        with suppress(Unreadable):
            return regions.code_of(name, self.within) != self.within
        return True

    def read(self, text: str) -> Any:
        said = self.said(text)
        if said is not None:
            return said
        found = self.of_name(text)
        if found is None and not self.derived:
            raise Unreadable("code_unknown", known="、".join(sorted(set(self._words.values()))[:30]))
        return found


class UsesReader(CodeReader):
    """The code of one or several uses: their own, or that of the class which they share."""

    def _code(self, text: str) -> str:
        try:
            return super()._code(text)
        except Unreadable:
            parts = [
                part
                for part in re.split(
                    r"(?:[、,，;；/|+和及\s]|兼容|混合|兼)+", re.sub(r"\d+(?:\.\d+)?[年%％]?", "", text)
                )
                if part
            ]
            if len(parts) < 2 and parts[:1] in ([], [text]):
                raise
            codes = {super(UsesReader, self)._code(part) for part in parts}
            classes = {code[:2] for code in codes}
            if len(classes) > 1:
                raise Unreadable("uses_differ", codes="、".join(sorted(codes))) from None
            return codes.pop() if len(codes) == 1 else classes.pop()


def speaks_of_own_level(text: str) -> bool:
    """Whether a title is of a region's own level: `浙江省本级…`, not `全省及省本级`."""
    return _OF_OWN_LEVEL.search(fold(text)) is not None


def reaches_of(schema: DeclaredSchema, about: tuple[str, ...]) -> dict[str, ReachReader]:
    """By field, the readers of what a region's name says of the figures under it; `about` stands over the table."""
    found = {one.name: ReachReader(one) for one in schema.fields if one.reader == "reach"}
    for reader in found.values():
        reader.about, reader.within = about, regions.told_within(about)
    return found
