"""The application: blueprints, errors, health, and the API's own document."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TypeVar

import flask_swagger_ui
from flask import Flask, Response, g, redirect, request, send_from_directory
from flask.sessions import SecureCookieSession, SessionInterface
from flask_smorest import Api
from werkzeug.wrappers import Response as AnyResponse

from catalog.errors import TooMany
from portal import VERSION, auth, health, problems
from portal.answers import read_language, refuse_broken
from portal.context import House
from portal.direct import FAULT, Direct
from portal.edge import COUNT, REQUEST_ID, Edge
from portal.manual import errors_page, guide
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
View = TypeVar("View", bound=Callable[..., object])


class _NoSession(SessionInterface):
    """Nobody is remembered from one request to the next."""

    _empty = SecureCookieSession()

    def open_session(self, app: Flask, request: object) -> SecureCookieSession:
        """The same nothing for everybody."""
        return self._empty

    def is_null_session(self, obj: object) -> bool:
        """It is never kept."""
        return True


class Portal(Flask):
    """Flask without what the portal has none of: sessions, and views that are coroutines."""

    session_interface = _NoSession()

    def ensure_sync(self, func: View) -> View:
        """As it is; asking each time whether it is a coroutine costs more than most views."""
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application with the given settings, or those of the environment."""
    app = Portal("portal", static_folder=None)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False  # it would lead on with a page; such an address is none of ours
    app.config.update(
        API_TITLE="Open data portal",
        API_VERSION=VERSION,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
        MAX_FORM_MEMORY_SIZE=1 << 20,
        MAX_FORM_PARTS=50,
        API_SPEC_OPTIONS={"info": {"description": guide()}},
    )
    own = app.extensions["house"] = House(settings or load())
    edge = app.extensions["edge"] = Edge(Direct(app.wsgi_app, own), own.settings)
    app.wsgi_app = edge  # type: ignore[method-assign]  # as Flask wants it done
    app.before_request(_begin)
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
    """Name the request, learn its language and who asks, and refuse what goes too far or no part of us can hold."""
    environ = request.environ
    g.request_id = environ[REQUEST_ID]
    if COUNT in environ and not environ[COUNT].allowed:
        raise TooMany("too_many_requests", retry_after=environ[COUNT].wait, seconds=environ[COUNT].wait)
    refuse_broken(environ)
    g.language = read_language(request.args.get("lang"), environ)
    if FAULT in environ:
        raise environ[FAULT]
    if request.routing_exception is None:  # what leads nowhere is told so, whatever the key
        auth.read_key()


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

    @app.get("/docs/errors")
    def docs_errors() -> Response:
        return Response(errors_page(), content_type="text/html; charset=utf-8")

    @app.get("/docs/<path:name>")
    def docs_file(name: str) -> Response:
        return send_from_directory(files, name, max_age=86400)

    @app.get("/")
    def front() -> AnyResponse:
        return redirect("/docs")
