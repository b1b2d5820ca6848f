"""Every part of a workbook's archive beside its sheets' cells, as texts in which personal data is looked for."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath

from ingest.findings import COMMENTS, PARTS, PROPERTIES
from ingest.formats.archives import FAULTS, Remarks, check_sizes
from ingest.formats.beside import SHORTEST, Beside, may_tell
from ingest.formats.fence import Stop
from ingest.privacy.detectors import PERSON

_PIECE = 1 << 20
_MOST = 64 << 20  # bytes of a part that are looked at
_APART = " ||| "  # between texts that do not belong together: wider than what may stand between two digits
_RUNS = re.compile(r"<(?:\w+:)?(?:rPr|rPh)\b(?:[^>]*/>|.*?</(?:\w+:)?(?:rPr|rPh)>)", re.DOTALL)
_INLINE = re.compile(r"</?(?:\w+:)?(?:r|t|span|s|phoneticPr)(?:\s[^>]*)?/?>")  # a number may go on after these
_TAG = re.compile(r"</?[\w:][^>]*>")  # what a comment or a declaration says stays
_VALUE = re.compile(r"""\s[\w:.-]+=(?:"([^"]*)"|'([^']*)')""")
_NAMES = re.compile(
    r"<(?:\w+:)?(?:creator|initial-creator|lastModifiedBy|Manager|author)(?:\s[^>]*)?>([^<]+)<|\bdisplayName=\"([^\"]*)\""
)
_STRING = re.compile(r"<si\b[^>]*>(.*?)</si>", re.DOTALL)
_IN_RUNS = re.compile(r"<(?:\w+:)?r[\s>]")
_NUMBER = re.compile(rf"(?<!\d)\d(?:[\W_]{{0,4}}+\d){{{SHORTEST - 1}}}")  # unseen characters may stand in it
_ANNOTATION = re.compile(r"<office:annotation\b.*?</office:annotation>", re.DOTALL)
_RUN = re.compile(rb"(?:[\x20-\x7e]){%d,}" % SHORTEST)
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x4e-\x9f]){%d,}" % SHORTEST)
_NO_TEXT = re.compile(
    r"xl/(?:theme|media|worksheets/[^/]+\.xml|calcChain\.xml|printerSettings/)|content\.xml$|Thumbnails/"
)
_PLACES = (
    (re.compile(r"xl/(?:threadedC|c)omments|xl/persons/|vmlDrawing"), COMMENTS),
    (re.compile(r"docProps/|meta\.xml$"), PROPERTIES),
)


def look_through(path: Path, beside: Beside) -> None:
    """Look at everything in the file but the cells of its sheets; what is broken is left to who reads the cells."""
    with suppress(*FAULTS, KeyError):
        if not zipfile.is_zipfile(path):
            _see_bytes(path.read_bytes()[:_MOST], beside)
            return
        with zipfile.ZipFile(path) as archive:
            _see_archive(archive, beside, "")


def look_at_markup(path: Path, beside: Beside) -> None:
    """Look at a file of markup: what no cell shows stands in its comments, its attributes, its other elements."""
    for text in _told_by(_decoded(path.read_bytes()[:_MOST])):
        beside.hold(text)


def look_round(remarks: Mapping[str, Remarks], beside: Beside) -> None:
    """Look at what stands round the cells of each sheet, and in its formulas."""
    for sheet, one in remarks.items():
        for text in _told_by(_decoded(one.after)):
            beside.see(PARTS, text, sheet=sheet)
        for formula in one.formulas:
            beside.see(PARTS, html.unescape(_decoded(formula)), sheet=sheet)


def _see_archive(archive: zipfile.ZipFile, beside: Beside, inside: str) -> None:
    for info in archive.infolist():
        name = info.filename
        if not inside and _NO_TEXT.match(name):
            if name == "content.xml":
                _see_annotations(_head(archive, name), beside)
        elif PurePosixPath(name).suffix in (".xml", ".vml", ".rels"):
            _see_xml(archive, name, beside, inside)
        else:
            _see_other(_head(archive, name), beside, inside or name, deep=bool(inside))


def _see_xml(archive: zipfile.ZipFile, name: str, beside: Beside, inside: str) -> None:
    code = next((code for pattern, code in _PLACES if pattern.search(name)), PARTS)
    for piece in _pieces(archive, name):
        if name == "xl/sharedStrings.xml" and not inside:
            for text in _telling(piece):
                beside.hold(_plain(text))
        elif code == PARTS:
            for text in _told_by(piece):
                beside.see(PARTS, text, part=inside or name)
        else:
            _see_words(piece, code, beside)


def _telling(piece: str) -> Iterator[str]:
    """The stored strings that may hold a number of a person or an address: of hundreds of thousands mostly none."""
    if "@" in piece or ("<r" in piece and _IN_RUNS.search(piece)):  # a number may be in several runs
        yield from filter(may_tell, _STRING.findall(piece))
        return
    end = 0
    for found in _NUMBER.finditer(piece):
        if found.start() >= end:
            end = piece.find("</si>", found.end())
            yield piece[piece.rfind("<si", 0, found.start()) : end]


def _see_words(markup: str, code: str, beside: Beside) -> None:
    """Look at what people wrote for people: words over a number count, and so do names."""
    for text in _texts(markup):
        beside.see(code, text)
    for one in _NAMES.findall(markup):
        beside.see(code, html.unescape("".join(one)).strip(), context=frozenset({PERSON}))


def _see_annotations(content: bytes, beside: Beside) -> None:
    for note in _ANNOTATION.findall(_decoded(content)):
        _see_words(note, COMMENTS, beside)


def _see_other(content: bytes, beside: Beside, name: str, *, deep: bool) -> None:
    """What is no markup: another archive, which is opened once deep, or records."""
    source = io.BytesIO(content)
    if deep or not zipfile.is_zipfile(source):
        _see_bytes(content, beside)
        return
    with suppress(Stop), zipfile.ZipFile(source) as archive:
        check_sizes(archive, len(content))
        _see_archive(archive, beside, name)


def _see_bytes(content: bytes, beside: Beside) -> None:
    """Records of a binary form: the runs of letters and digits in them, of one byte each or of two."""
    for run in _RUN.findall(content):
        beside.hold(run.decode("ascii"))
    for run in _WIDE_RUN.findall(content):
        beside.hold(run.decode("utf-16-le", "replace"))


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as member:
        return member.read(_MOST)


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[str]:
    """A part in pieces that end with a tag; one that is not in UTF-8, as a whole."""
    end = b"</si>" if name.endswith("sharedStrings.xml") else b">"
    with archive.open(name) as member:
        rest, read = member.read(2), 0
        if rest in (b"\xff\xfe", b"\xfe\xff"):
            yield (rest + member.read(_MOST)).decode("utf-16", "replace")
            return
        while read < _MOST and (chunk := member.read(_PIECE)):
            read += len(chunk)
            whole, mark, rest = (rest + chunk).rpartition(end)
            yield _decoded(whole + mark)


def _decoded(content: bytes | bytearray) -> str:
    return content.decode("utf-8", "replace")


def _told_by(markup: str) -> set[str]:
    """The texts of markup that may be a number of a person or an address."""
    return {text for all_of in _texts(markup) for text in all_of.split(_APART) if may_tell(text)}


def _texts(markup: str) -> Iterator[str]:
    """What people can read of markup, and the values of its attributes."""
    if markup:
        yield _plain(markup)
        yield html.unescape(_APART.join(one or other for one, other in _VALUE.findall(markup)))


def _plain(markup: str) -> str:
    return html.unescape(_TAG.sub(_APART, _INLINE.sub("", _RUNS.sub("", markup))))
