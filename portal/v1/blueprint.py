"""The blueprint that every resource of version 1 registers itself with, and its JSON parser."""

from __future__ import annotations

from typing import Any, NoReturn

import orjson
from flask import Request
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
        raise BadParameter("json_broken", line=error.lineno, column=error.colno)


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest gives no types
    """A blueprint whose bodies are read strictly."""

    ARGUMENTS_PARSER = StrictJson()


api = ApiBlueprint("v1", "v1", url_prefix="/api/v1", description="Open public data, version 1")
