"""What every resource of the API shares: one transaction a request, and no parameter that is silently ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import marshmallow as ma
from flask import request
from flask.views import MethodView

from catalog.errors import BadParameter, Unauthenticated, nearest
from catalog.messages import say
from portal.context import UnitOfWork, actor
from portal.describe import TEXT
from portal.edge import SAFE_METHODS
from portal.v1.blueprint import ApiBlueprint, View

EVERYWHERE = ("lang",)


class Resource(MethodView):
    """A view whose method is one unit of work. `takes` names what each method takes from the address."""

    takes: ClassVar[dict[str, tuple[str, ...] | None]] = {}  # method -> names; None: checked by the view itself

    reads_only: ClassVar[bool] = False  # a POST that changes nothing
    for_public: ClassVar[bool] = False  # whether who has no key may change something

    def dispatch_request(self, **arguments: Any) -> Any:
        """Refuse unknown parameters, then run the view in its transaction."""
        method = "GET" if request.method == "HEAD" else request.method
        known = self.takes.get(method, ())
        if known is not None:
            refuse_unknown((*known, *EVERYWHERE), request.args)
        if method not in SAFE_METHODS and not (self.reads_only or self.for_public) and actor().role is None:
            raise Unauthenticated("key_needed")  # before the body is looked at
        with UnitOfWork(reads_only=self.reads_only):
            return super().dispatch_request(**arguments)


class Body(ma.Schema):
    """A JSON body: members that are not known are refused with the nearest known name."""

    class Meta:
        unknown = ma.RAISE

    error_messages = {"unknown": "member_unknown", "type": "body_not_object"}

    def handle_error(self, error: ma.ValidationError, data: Any, *, many: bool, **_: Any) -> None:
        """Say which member was probably meant."""
        names = [one.data_key or name for name, one in self.fields.items()]
        for place, found in error.messages.items():  # type: ignore[union-attr]  # a dict for a schema's own errors
            if found == ["member_unknown"]:
                error.messages[place] = [say("member_unknown", name=place, nearest=nearest(str(place), names))]
        raise error


def refuse_unknown(known: tuple[str, ...], asked: Iterable[str]) -> None:
    """Raises BadParameter for the first parameter of the address that is not known."""
    for name in asked:
        if name not in known:
            raise BadParameter.at(name, "parameter_unknown", name=name, nearest=nearest(name, known))


def documented(blueprint: ApiBlueprint, *parameters: dict[str, Any]) -> Callable[[View], View]:
    """Describe query parameters in the OpenAPI document, `lang` among them."""
    return blueprint.doc(parameters=[*parameters, LANGUAGE])


def parameter(
    name: str,
    description: str,
    schema: dict[str, Any] | None = None,
    example: Any = None,
    *,
    required: bool = False,
) -> dict[str, Any]:
    """One query parameter of the OpenAPI document."""
    made: dict[str, Any] = {
        "in": "query",
        "name": name,
        "description": description,
        "schema": schema or TEXT,
    }
    if example is not None:
        made["example"] = example
    return made | ({"required": True} if required else {})


IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "description": "The ETag of the dataset as the writer has seen it.",
    "schema": {"type": "string", "pattern": r'^(\*|"[!#-~]+"|[!#-+\--~]+)$'},
}
LANGUAGE = parameter(
    "lang",
    "Language of labels and sentences; else Accept-Language.",
    {"type": "string", "enum": ["zh-Hans", "zh-Hant", "en"]},
)
