"""The application: blueprints, errors, headers that every answer carries, health, and the API's own document."""

from __future__ import annotations

import re
import secrets
from http import HTTPStatus
from importlib import import_module
from pathlib import Path

import flask_swagger_ui
from flask import Flask, Response, g, redirect, request, send_from_directory
from flask_smorest import Api
from werkzeug.wrappers import Response as AnyResponse

from catalog.errors import BadParameter
from portal import VERSION, auth, health, limits, logs, problems
from portal.answers import read_language
from portal.context import SAFE_METHODS, House, house
from portal.migrate import is_current
from portal.settings import Settings, load
from portal.v1 import proofs
from portal.v1.blueprint import api
from portal.v1.documents import ProblemAnswer

RESOURCES = (  # modules of portal.v1; importing one registers it
    "accounts",
    "acts",
    "applications",
    "changes",
    "datasets",
    "descriptions",
    "exports",
    "home",
    "jobs",
    "lists",
    "privacy",
    "proofs",
    "queries",
    "releases",
    "rows",
    "words",
)
for _name in RESOURCES:
    import_module(f"portal.v1.{_name}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, X-Request-Id, X-Release, X-Total-Count, Digest, RateLimit-Limit, "
    "RateLimit-Remaining, RateLimit-Reset, Retry-After",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Accept-Language, If-None-Match, Range, X-Request-Id",
    "Access-Control-Max-Age": "86400",
}
_SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_DOCS = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
)
_YEAR = 365 * 24 * 3600


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application with the given settings, or those of the environment."""
    app = Flask("portal", static_folder=None)
    app.url_map.strict_slashes = False
    app.config.update(
        API_TITLE="Open data portal",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_FORM_MEMORY_SIZE=1 << 20,
        MAX_FORM_PARTS=50,
        API_SPEC_OPTIONS={"info": {"description": "Open public data of a city: find, read, export, publish."}},
    )
    own = app.extensions["house"] = House(settings or load())
    logs.install(app)
    app.before_request(_begin)
    limits.install(app)
    auth.install(app)
    app.after_request(_finish)
    health.install(app)
    _serve_docs(app)
    app.add_url_rule("/audit/head", view_func=proofs.Head.as_view("audit_head"), methods=["GET"])
    _describe(_Described(app))
    problems.install(app)  # after the extension, whose own handlers these replace
    if is_current(own.engine):
        own.catch_up()
    own.close()
    return app


class _Described(Api):  # type: ignore[misc]  # flask-smorest gives no types
    """The OpenAPI document, whose errors are problem documents."""

    DEFAULT_ERROR_RESPONSE_NAME = "PROBLEM"


def _describe(smorest: Api) -> None:
    components = smorest.spec.components
    components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    body = {
        "description": "What is wrong, and what to do.",
        "content": {problems.PROBLEM_TYPE: {"schema": ProblemAnswer}},
    }
    for name in ("PROBLEM", HTTPStatus.UNPROCESSABLE_ENTITY.name):  # the second is what flask-smorest adds to bodies
        components.responses_lazy.pop(name, None)
        components.response(name, body)
    smorest.register_blueprint(api)


def _begin() -> None:
    """Name the request, learn its language, and refuse what no part of the portal can hold."""
    given = request.headers.get("X-Request-Id", "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    if "\x00" in request.path or any("\x00" in name + value for name, value in request.args.items(multi=True)):
        raise BadParameter("nul_in_address")
    read_language()


def _finish(response: Response) -> Response:
    response.headers["X-Request-Id"] = getattr(g, "request_id", "")
    response.headers.extend(_SAFE)
    response.headers["Content-Security-Policy"] = _DOCS if request.path.startswith("/docs") else _NOTHING
    if house().settings.base_url.startswith("https://"):
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    if request.method in SAFE_METHODS:
        response.headers.extend(_CORS)
    if request.method == "OPTIONS":
        response.headers.extend(_PREFLIGHT)
    return response


def _serve_docs(app: Flask) -> None:
    """Swagger UI from the installed package: no other host is asked for anything."""
    files = Path(flask_swagger_ui.__file__).parent / "dist"
    page = (Path(__file__).parent / "docs.html").read_text(encoding="utf-8")
    script = (Path(__file__).parent / "docs.js").read_text(encoding="utf-8")

    @app.get("/docs")
    def docs() -> Response:
        return Response(page, content_type="text/html; charset=utf-8")

    @app.get("/docs/start.js")
    def docs_start() -> Response:
        return Response(script, content_type="text/javascript; charset=utf-8")

    @app.get("/docs/<path:name>")
    def docs_file(name: str) -> Response:
        return send_from_directory(files, name, max_age=86400)

    @app.get("/")
    def front() -> AnyResponse:
        return redirect("/docs")
