"""Which encoding a text file is in, decided by its content, and the file as UTF-8."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa
from opencc import OpenCC

from catalog.errors import nearest
from ingest.ahead import ahead
from ingest.findings import Refused

CHUNK = 1 << 20
_SAMPLE = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Name of the Python codec -> the codec that we read it with: the wider one of its kind.
_KNOWN = {
    "ascii": "utf-8",
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb18030": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "big5hkscs": "big5hkscs",
    "cp1252": "cp1252",
    "iso8859-1": "iso8859-1",
    "shift_jis": "shift_jis",
    "euc_kr": "euc_kr",
}
_SPELLINGS = ("utf-8", "utf-16", "utf-32", "gb18030", "gbk", "gb2312", "big5", "big5-hkscs", "cp950", "latin-1")
_SCORED = ("gb18030", "big5hkscs", "utf-8")  # in this order where two score the same


@dataclass(frozen=True)
class Decision:
    """An encoding, why it was taken (`bom strict nulls score stated`), how clearly (0 to 1), and the losses."""

    encoding: str
    how: str
    margin: float = 1.0
    replaced: int = 0  # characters that could not be decoded


def decide(path: Path, stated: str | None = None) -> Decision:
    """The encoding of the file. Raises Refused for a stated one that is not known."""
    if stated:
        return Decision(get_codec(stated), "stated")
    with path.open("rb") as source:
        sample = source.read(_SAMPLE)
    marked = find_mark(sample)
    if marked:
        return Decision(marked, "bom")
    wide = find_wide(sample)
    if wide:
        return Decision(wide, "nulls")
    return Decision("utf-8", "strict") if _is_utf8(path) else _best_score(sample)


def find_mark(sample: bytes) -> str | None:
    """The encoding that a byte order mark names, or None."""
    return next((name for mark, name in _BOMS if sample.startswith(mark)), None)


def to_utf8(source: Path, target: Path, decision: Decision) -> tuple[Path, Decision]:
    """The file as UTF-8 and the decision with its losses counted; the file itself where it already is UTF-8."""
    if decision.how == "strict" or (decision.how == "bom" and decision.encoding == "utf-8-sig" and _is_utf8(source)):
        return source, decision
    replaced = 0
    with target.open("wb") as sink:
        for text in _decoded(source, decision.encoding):
            replaced += text.count("\ufffd")
            sink.write(text.encode("utf-8", "replace"))
    return target, Decision(decision.encoding, decision.how, decision.margin, replaced)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield decoder.decode(chunk)
    yield decoder.decode(b"", final=True)


def get_codec(name: str) -> str:
    """The codec of that name or alias. Raises Refused with the nearest known name."""
    try:
        return _KNOWN[codecs.lookup(name.strip()).name]
    except (LookupError, ValueError):
        raise Refused("encoding_unknown", name=name[:40], near=nearest(name.lower(), _SPELLINGS) or "utf-8") from None


def _is_utf8(path: Path) -> bool:
    return all(ahead(_valid, _iter_whole(path)))


def _iter_whole(path: Path) -> Iterator[bytes]:
    """The file in chunks that do not cut a character."""
    rest = b""
    with path.open("rb") as source:
        while chunk := rest + source.read(CHUNK):
            whole = _whole(chunk) if len(chunk) > len(rest) else len(chunk)
            yield chunk[:whole]
            rest = chunk[whole:]


def _whole(chunk: bytes) -> int:
    """Where the last character of a chunk that may be cut off begins; its length where none is."""
    for back in range(1, min(4, len(chunk)) + 1):
        byte = chunk[-back]
        if byte >= 0xC0:
            return len(chunk) - back
        if byte < 0x80:
            break
    return len(chunk)


def _valid(chunk: bytes) -> bool:
    offsets = pa.array([0, len(chunk)], pa.int64()).buffers()[1]
    try:
        pa.LargeStringArray.from_buffers(1, offsets, pa.py_buffer(chunk)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def find_wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: ASCII in it leaves every second byte zero."""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    few, many = sorted((even, odd))
    if many <= len(sample) // 20 or few * 10 > many:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _best_score(sample: bytes) -> Decision:
    scores = sorted(((_score(sample, name), -place, name) for place, name in enumerate(_SCORED)), reverse=True)
    (best, _, name), (second, _, _) = scores[:2]
    return Decision(name, "score", round(max(0.0, min(1.0, best - second)), 3))


def _score(sample: bytes, encoding: str) -> float:
    """How much the text looks like Chinese: the share of common characters, less what could not be decoded."""
    text = sample.decode(encoding, "replace").rstrip("\ufffd")
    wide = [one for one in text if ord(one) > 0x7F]
    if not wide:
        return 0.0
    common = sum(one in _common() for one in wide)
    lost = sum(one == "\ufffd" or "\ue000" <= one <= "\uf8ff" for one in wide)
    return (common - 3 * lost) / len(wide)


@cache
def _common() -> frozenset[str]:
    """Frequent Chinese characters, Simplified and Traditional, and the punctuation that goes with them."""
    simplified = files("ingest").joinpath("data/common_characters.txt").read_text(encoding="utf-8")
    simplified = "".join(simplified.split())
    return frozenset(simplified + OpenCC("s2t").convert(simplified))
