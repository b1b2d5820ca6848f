"""What one text holds that is personal, and the text with it masked, whatever its width or its unseen characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from ingest import persons
from ingest.privacy.detectors import DETECTORS, LABELLED, PERSON, Detector

NEAR = 16  # characters before a number in which a word counts as beside it
_NAME = re.compile(r"(?:^|[^\u3400-\u9fff])([\u3400-\u9fff]{2,4})[\s:：,，、(（]*$")
_FIRM = re.compile(
    r"\s*[^、，,;；/\s]*(?:公司|集团|中心|委员会|管委会|银行|学校|医院|合作社|研究院|研究所|协会|人民政府|联合社|加油站)\s*"
)
_HEX = re.compile(r"[0-9a-fA-F]{24,}")
_NUMBER = re.compile(r"\s*[-+]?([0-9]+)(?:\.([0-9]*))?(?:[eE]\+?([0-9]{1,2}))?\s*")
_PAIR = re.compile(r"[0-9]{1,3}\.[0-9]{4,}[^0-9.]{1,2}[0-9]{1,3}\.[0-9]{4,}")  # coordinates, digits of which may fit
_UNSEEN = frozenset(("Cf", "Mn", "Me"))
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_NUMBERS = re.compile(r"[^0-9Xx]")
_SIGN = re.compile("[0-9@]")  # no kind goes without
_WORD = re.compile("[A-Za-z]{3}")  # stands in every Latin word that speaks of a kind
_RAW = ("email", "home_address", "plate", "passport", "certificate")


@dataclass(frozen=True)
class Hit:
    """One piece of personal data: its kind and its place in the text as it stands."""

    kind: str
    start: int
    end: int


def find_hits(text: str, context: frozenset[str] = frozenset()) -> list[Hit]:
    """Everything personal in a text, in its order, overlapping pieces once; `context`: kinds its column names."""
    clean = _clean(text)
    if not _SIGN.search(clean):
        return [Hit(PERSON, *_span(text, clean, start, end)) for start, end in _labelled(clean)]
    number = _NUMBER.fullmatch(clean)
    if number and (number[2] is not None or number[3]):
        found = _find(_digits_of(number), context)
        return [Hit(found[0][0], 0, len(text))] if found else []
    return [Hit(kind, *_span(text, clean, start, end)) for kind, start, end in _find(clean, context)]


def _span(text: str, clean: str, start: int, end: int) -> tuple[int, int]:
    """Where a piece of the clean text stands in the text."""
    places = _places(text, clean)
    return places[start], places[end - 1] + 1


def _digits_of(number: re.Match[str]) -> str:
    """The digits of a cell that is one number with a point or an exponent; none where it is a fraction.

    A number of eighteen digits after a point may be an item's, `3.330602…`.
    """
    whole, fraction, power = number[1], number[2] or "", int(number[3] or 0)
    if not power and len(whole) <= 2 and len(fraction) == 18:
        return fraction
    digits, length = (whole + fraction).rstrip("0"), len(whole) + power
    return digits.ljust(length, "0") if len(digits) <= length <= 30 else ""


def _find(clean: str, context: frozenset[str]) -> list[tuple[str, int, int]]:
    """Kind, start and end of everything personal in a clean text."""
    taken: list[tuple[str, int, int]] = []
    for detector in _possible(clean, context):
        for start, end in _matches(detector, clean, context):
            if not _overlaps(start, end, taken):
                taken.append((detector.kind, start, end))
    if clean.isascii():  # names are Chinese
        return sorted(taken, key=lambda one: one[1])
    taken += _names_before(clean, taken)
    taken += [(PERSON, start, end) for start, end in _labelled(clean) if not _overlaps(start, end, taken)]
    return sorted(taken, key=lambda one: one[1])


def _possible(clean: str, context: frozenset[str]) -> Iterable[Detector]:
    """The kinds that a text can hold: of one without any word or name, only those that need none."""
    if not clean.isascii() or _WORD.search(clean):
        return DETECTORS
    return _wordless(context)


@cache
def _wordless(context: frozenset[str]) -> tuple[Detector, ...]:
    return tuple(one for one in DETECTORS if one.sure or one.kind in context)


def _overlaps(start: int, end: int, taken: Iterable[tuple[str, int, int]]) -> bool:
    return any(start < other_end and other < end for _, other, other_end in taken)


def _labelled(clean: str) -> Iterable[tuple[int, int]]:
    """The names of persons that a word like 联系人 and a colon announce."""
    return [found.span(1) for found in LABELLED.finditer(clean) if persons.is_person("".join(found[1].split()))]


def _mask_persons(clean: str) -> str:
    """Persons masked; what ends like an organisation is one, though a part of its name may look like a person's."""
    return clean if _FIRM.fullmatch(clean) else persons.mask(clean)


def holds_person(text: str) -> bool:
    """Whether a text of a holder's column names natural persons."""
    clean = _clean(text)
    return _mask_persons(clean) != clean


def mask_text(text: str, context: frozenset[str] = frozenset()) -> str:
    """The text with everything personal in it masked: the last four of a number, the surname of a person."""
    hits = find_hits(text, context)
    for hit in reversed(hits):
        text = text[: hit.start] + mask_piece(hit.kind, text[hit.start : hit.end]) + text[hit.end :]
    return mask_names(text) if PERSON in context else text


def mask_names(text: str) -> str:
    """The text with persons' names cut to the surname, also where unseen characters part them."""
    clean = _clean(text)
    masked = _mask_persons(clean)
    return text if masked == clean else masked


def mask_piece(kind: str, piece: str) -> str:
    """One piece as it may be shown."""
    clean = _clean(piece).strip()
    if kind == PERSON:
        return clean[:1] + "**"
    if kind == "email":
        return clean[:1] + "***@" + clean.partition("@")[2]
    if kind in ("home_address", "certificate"):
        return re.split(r"[0-9]", clean, maxsplit=1)[0] + "***"
    bare = re.sub(r"[^0-9A-Za-z\u3400-\u9fff]", "", clean)
    kept = 4 if len(bare) > 8 else 2
    return "*" * (len(bare) - kept) + bare[-kept:]


def examples_of(text: str, hits: Iterable[Hit]) -> list[str]:
    """The pieces of a text, masked."""
    return [mask_piece(hit.kind, text[hit.start : hit.end]) for hit in hits]


class _Plain(dict[int, str]):
    """For `str.translate`: a character in plain width, a digit as one of ours; empty for what is not seen."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        digit = unicodedata.digit(character, None)
        plain = unicodedata.normalize("NFKC", character) if digit is None else str(digit)
        if unicodedata.category(character) in _UNSEEN or character in _FILLERS:
            plain = ""
        self[code] = found = plain if len(plain) < 2 else character
        return found


_PLAIN = _Plain()


def _clean(text: str) -> str:
    """The text in plain width without unseen characters."""
    return text if text.isascii() else text.translate(_PLAIN)


def _places(text: str, clean: str) -> Sequence[int]:
    """Where each character of the clean text stood."""
    if len(clean) == len(text):
        return range(len(text))
    return [place for place, character in enumerate(text) if _PLAIN[ord(character)]]


def _matches(detector: Detector, clean: str, context: frozenset[str]) -> Iterable[tuple[int, int]]:
    at = 0
    while found := detector.pattern.search(clean, at):
        start, end = found.span()
        named = detector.kind in context or _has_word(detector, clean, start)
        fits = _fits(detector, found[0], named=named)
        at = end if fits or detector.kind in _RAW else start + 1  # one may begin inside of none: `1 330602…`
        alone = not _in_hex(clean, start, end) and not _of_points(clean, start, found[0])
        if fits and (detector.sure or named) and alone:
            yield start, end


def _fits(detector: Detector, piece: str, *, named: bool) -> bool:
    bare = piece if detector.kind in _RAW else _NUMBERS.sub("", piece)
    return detector.check(bare) or (named and detector.loose is not None and detector.loose(bare))


def _has_word(detector: Detector, clean: str, start: int) -> bool:
    """A word of the kind just before, or for a mobile the name of a person."""
    before = clean[max(0, start - NEAR) : start]
    return bool(detector.context.search(before)) or (detector.kind == "mobile" and _name(before) is not None)


def _in_hex(clean: str, start: int, end: int) -> bool:
    """Whether it is a part of a digest."""
    around = clean[max(0, start - 64) : end + 64]
    return any(
        one.start() <= min(64, start) and not one[0].isdecimal() and one.end() >= min(64, start) + end - start
        for one in _HEX.finditer(around)
    )


def _of_points(clean: str, start: int, piece: str) -> bool:
    """Whether the digits are those of coordinates: a pair of them, or some after a point and on into the next."""
    tail = start >= 2 and clean[start - 1] == "." and clean[start - 2].isdecimal()
    return (tail and not piece.isalnum()) or _PAIR.search(piece) is not None


def _name(before: str) -> tuple[int, int] | None:
    found = _NAME.search(before)
    return found.span(1) if found and persons.is_person(found[1]) else None


def _names_before(clean: str, taken: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The names that are glued to a number."""
    found = []
    for kind, start, _ in taken:
        first = max(0, start - NEAR)
        if kind in ("id_number", "mobile", "bank_card", "old_id_number") and (name := _name(clean[first:start])):
            found.append((PERSON, first + name[0], first + name[1]))
    return found
