"""Answers: JSON bytes, ETags and the conditions on them, the language that was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson
from flask import Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header, quote_etag

from catalog.accounts import Actor
from catalog.errors import BadParameter, ConditionMissing, Stale, nearest
from catalog.lookup import seen_revision
from catalog.messages import DEFAULT_LANGUAGE, LANGUAGES
from catalog.models import Dataset
from catalog.registry import require_writer

JSON_TYPE = "application/json"
PRIVATE = {"Cache-Control": "private, no-store"}  # of answers that are for one reader
_LONGEST_LANGUAGES: Final = 200  # characters of Accept-Language that are read
VARY: Final = ("Accept-Language", "Authorization")
CONDITIONS: Final = frozenset(
    ("HTTP_IF_NONE_MATCH", "HTTP_IF_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_UNMODIFIED_SINCE", "HTTP_IF_RANGE")
)
_SCRIPTS = {
    "zh-hant": "zh-Hant",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "zh": "zh-Hans",
    "en": "en",
}


class Answer(NamedTuple):
    """A whole answer; `head` are its headers, a line each, of which what never changes is written once and for all."""

    status: int
    head: str
    body: bytes


def json_answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`data` as a JSON answer in UTF-8."""
    return Response(orjson.dumps(data, option=orjson.OPT_UTC_Z), status, headers, content_type=JSON_TYPE)


def tagged(response: Response, tag: str) -> Response:
    """The answer with its ETag; 304 without a body where the reader has it already."""
    response.headers["ETag"] = quote_etag(tag)
    response.headers.setdefault("Cache-Control", "no-cache")
    if "Vary" in response.headers:
        response.vary.update(VARY)
    else:
        response.headers["Vary"] = ", ".join(VARY)
    return if_changed(response)


def if_changed(response: Response) -> Response:
    """The answer, or 304 where the reader has the one of its tag already."""
    if not CONDITIONS.isdisjoint(request.environ) and request.method in ("GET", "HEAD"):
        response.make_conditional(request)
    return response


def content_tag(response: Response) -> str:
    """A tag made of the answer's own bytes, for answers that no single revision decides."""
    return hashlib.sha256(response.get_data()).hexdigest()[:32]


def dataset_tag(dataset: Dataset, viewer: Actor) -> str:
    """The ETag of a dataset: its revision; for the public that of what it sees."""
    return str(seen_revision(dataset, viewer))


def require_match(dataset: Dataset, writer: Actor) -> None:
    """The condition of every change: `If-Match` with the ETag that the writer has seen.

    Raises Unauthenticated or Forbidden for who may not write at all, since a refusal names the revision;
    ConditionMissing without the header, Stale where the dataset has moved on.
    """
    require_writer(writer, dataset)
    if not request.if_match:
        raise ConditionMissing("if_match_needed")
    if not request.if_match.contains(str(dataset.revision)):
        raise Stale("etag_stale", etag=str(dataset.revision))


def language() -> str:
    """The language of labels and sentences: `lang=`, else the first of Accept-Language that there is."""
    chosen: str | None = getattr(g, "language", None)
    return chosen or accepted_language(request.environ)


def read_language(asked: str | None, environ: Mapping[str, Any], otherwise: str | None = None) -> str:
    """What `lang=` asks for, else `otherwise` or Accept-Language. Raises BadParameter for what is no language here."""
    if asked is not None and asked not in LANGUAGES:
        raise BadParameter.at(
            "lang", "lang_unknown", value=asked, known=", ".join(LANGUAGES), nearest=nearest(asked, LANGUAGES)
        )
    return asked or otherwise or accepted_language(environ)


def refuse_broken(environ: Mapping[str, Any]) -> None:
    """Raises BadParameter for what no part of the portal can hold: NUL, and parameters that are no UTF-8."""
    path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
    if "\x00" in path or "%00" in query or "\x00" in query:
        raise BadParameter("nul_in_address")
    if "%" in query or not query.isascii():
        try:
            unquote_to_bytes(query.encode("latin-1")).decode()
        except UnicodeDecodeError:
            raise BadParameter("address_not_utf8") from None


def accepted_language(environ: Mapping[str, Any]) -> str:
    """What Accept-Language asks for; Simplified Chinese where it says nothing that we have."""
    return _accepted(environ.get("HTTP_ACCEPT_LANGUAGE", "")[:_LONGEST_LANGUAGES])


@lru_cache(1000)
def _accepted(header: str) -> str:
    for tag in parse_accept_header(header, LanguageAccept).values():
        folded = tag.lower()
        for start, found in _SCRIPTS.items():
            if folded == start or folded.startswith(f"{start}-"):
                return found
    return DEFAULT_LANGUAGE
