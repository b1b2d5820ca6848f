"""Errors as problem documents (RFC 9457): one table from what went wrong to the HTTP status."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, g, request
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from catalog import errors
from catalog.messages import Message, say, table
from portal.answers import accepted_language, language

log = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"
_TAKEN = "23505"  # PostgreSQL's word for what breaks a rule of uniqueness
Places = Mapping[str, Iterable[Message]]

STATUS: tuple[tuple[type[errors.PortalError], int], ...] = (
    (errors.BadParameter, 400),
    (errors.Unauthenticated, 401),
    (errors.Forbidden, 403),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.Gone, 410),
    (errors.Stale, 412),
    (errors.TooLarge, 413),
    (errors.Invalid, 422),
    (errors.ConditionMissing, 428),
    (errors.TooMany, 429),
    (errors.Unavailable, 503),
)
# What the framework itself refuses, in our words.
FRAMEWORK = {
    400: "request_broken",
    404: "page_not_found",
    405: "method_not_allowed",
    408: "request_broken",
    411: "length_needed",
    413: "body_too_large",
    415: "content_type_unknown",
    422: "body_invalid",
    429: "too_many_requests",
}


def status_of(error: errors.PortalError) -> int:
    """The HTTP status of an error."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def problem(status: int, message: Message, places: Places | None = None) -> Response:
    """A problem document with its sentence in the reader's language."""
    body = problem_text(status, message, _language(), places, getattr(g, "request_id", ""))
    answer = Response(body, status, content_type=PROBLEM_TYPE)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def problem_text(
    status: int, message: Message, words: str, places: Places | None = None, request_id: str = ""
) -> bytes:
    """The JSON of a problem document with its sentence in the language `words`."""
    return orjson.dumps(
        {
            "type": f"/docs/errors#{message.code}",
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": message.text(words),
            "errors": {place: [one.text(words) for one in found] for place, found in (places or {}).items()},
            "request_id": request_id,
        }
    )


def install(app: Flask) -> None:
    """Let every error of the application become a problem document."""
    app.register_error_handler(errors.PortalError, _portal_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(IntegrityError, _made_meanwhile)
    app.register_error_handler(Exception, _our_fault)


def _portal_error(error: errors.PortalError) -> Response:
    answer = problem(status_of(error), error.message, error.places)
    if isinstance(error, errors.Later):
        answer.headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, errors.Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="portal"'
    return answer


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    messages = getattr(error, "data", {}).get("messages") if hasattr(error, "data") else None
    if messages:
        return _invalid_input(status, messages)
    code = FRAMEWORK.get(status, "request_broken" if status < 500 else "our_fault")
    answer = problem(status, say(code, path=request.path, method=request.method))
    for name in ("Allow", "Retry-After"):
        for value in (value for key, value in error.get_headers() if key == name):
            answer.headers[name] = value
    return answer


def _made_meanwhile(error: IntegrityError) -> Response:
    """Two made the same at once, each when it was not there yet; the database let one of them."""
    if getattr(error.orig, "sqlstate", None) != _TAKEN:  # SQLite's writers come one after the other
        return _our_fault(error)
    return problem(409, say("made_meanwhile"))


def _our_fault(error: Exception) -> Response:
    log.exception("request %s failed by a fault of ours", getattr(g, "request_id", ""))
    return problem(500, say("our_fault"))


def _invalid_input(status: int, messages: Mapping[str, Any]) -> Response:
    """What marshmallow found: location -> nested places -> codes or Messages."""
    places: dict[str, list[Message]] = {}
    for location, found in messages.items():
        places |= {place or location: several for place, several in flatten(found).items()}
    first_place, first = next((place, found[0]) for place, found in places.items())
    code = "parameter_wrong" if status == 400 else "body_wrong"
    summary = say(code, place=first_place, sentence=first.text(_language()))
    return problem(status, summary, places)


def flatten(found: Any) -> dict[str, list[Message]]:
    """Nested faults as place -> messages; a member of a member is `member.member`."""
    places: dict[str, list[Message]] = {}
    for place, message in _flat(found, ""):
        places.setdefault(place, []).append(message)
    return places


def _flat(found: Any, place: str) -> Iterator[tuple[str, Message]]:
    if isinstance(found, Mapping):
        for name, inner in found.items():
            own = "" if name == "_schema" else str(name)
            yield from _flat(inner, ".".join(part for part in (place, own) if part))
    else:
        for one in found if isinstance(found, list) else [found]:
            yield place, one if isinstance(one, Message) else _said(str(one))


def _said(text: str) -> Message:
    """A code of ours; what marshmallow says in its own words is said in ours."""
    return say(text if text in table() else "member_wrong")


def _language() -> str:
    return language() if hasattr(g, "language") else accepted_language(request.environ)
