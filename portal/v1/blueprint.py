"""The blueprint that every resource of version 1 registers itself with, and its JSON parser."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar, cast

import orjson
from flask import Request, request
from flask_smorest import Blueprint
from webargs import core
from webargs.flaskparser import FlaskParser, is_json_request

from catalog.errors import BadParameter

LONGEST_BODY = 4 << 20  # bytes of a JSON body


class StrictJson(FlaskParser):  # type: ignore[misc]  # webargs gives no types here
    """JSON by orjson: no lone surrogates, no NaN, no nesting without end."""

    def _raw_load_json(self, req: Request) -> Any:
        req.max_content_length = LONGEST_BODY
        if not req.get_data(cache=True):
            return core.missing
        if not is_json_request(req):
            raise BadParameter("content_type_not_json")
        try:
            return orjson.loads(req.get_data(cache=True))
        except orjson.JSONDecodeError as error:
            self._refuse(error)

    @staticmethod
    def _refuse(error: orjson.JSONDecodeError) -> NoReturn:
        raise BadParameter("body_json_broken", line=error.lineno, column=error.colno)


View = TypeVar("View", bound=Callable[..., Any])


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest gives no types
    """A blueprint whose bodies are read strictly; its decorators leave the types of what they decorate."""

    ARGUMENTS_PARSER = StrictJson()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Serve a resource at an address."""
        decorate: Callable[[View], View] = super().route(rule, **options)
        return decorate

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], View]:
        """Read and check the body; without `required=False` there must be one."""
        decorate: Callable[[View], View] = super().arguments(schema, **options)
        return decorate if options.get("required") is False else lambda view: _with_body(decorate(view))

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        """Describe the answer."""
        decorate: Callable[[View], View] = super().response(status, schema, **options)
        return decorate

    def doc(self, **facts: Any) -> Callable[[View], View]:
        """Describe anything else."""
        decorate: Callable[[View], View] = super().doc(**facts)
        return decorate


def _with_body(view: View) -> View:
    """The view, asked only where there is a body: a lost one is not an empty object."""

    @wraps(view)
    def asked(*given: Any, **named: Any) -> Any:
        request.max_content_length = LONGEST_BODY
        if not request.get_data(cache=True):
            raise BadParameter("body_needed")
        return view(*given, **named)

    return cast(View, asked)


api = ApiBlueprint("v1", "v1", url_prefix="/api/v1", description="Open public data, version 1")
