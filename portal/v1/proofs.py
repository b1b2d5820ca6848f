"""Proofs that strangers can check: the signed head of the record of acts, and the publication of a release."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from catalog import proofs
from catalog.lookup import get_dataset, get_release
from portal.answers import content_tag, json_answer, tagged
from portal.context import actor, catalog_session, house
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented

MOST_HEADS = 400


class SignedAnswer(Schema):
    """A statement and its Ed25519 signature over its canonical JSON: sorted keys, no blanks, UTF-8."""

    statement = fields.Dict()
    algorithm = fields.String(metadata={"example": "ed25519"})
    key = fields.String(metadata={"description": "Public key, hex."})
    signature = fields.String(metadata={"description": "Hex."})


class HeadsAnswer(Schema):
    """Signed heads, newest first."""

    total = fields.Integer()
    items = fields.List(fields.Nested(SignedAnswer))


def _shape(signed: proofs.Signed) -> dict[str, Any]:
    return {
        "statement": signed.statement,
        "algorithm": "ed25519",
        "key": signed.key,
        "signature": signed.signature,
    }


def _answer(data: dict[str, Any]) -> Response:
    response = json_answer(data)
    return tagged(response, content_tag(response))


@api.route("/audit/head")
class Head(Resource):
    """The newest signed head."""

    @documented(api)
    @api.response(200, SignedAnswer)
    def get(self) -> Response:
        """Signed once a day: who keeps it elsewhere sees later that nothing was cut off."""
        return _answer(_shape(proofs.get_head(catalog_session())))


@api.route("/audit/heads")
class Heads(Resource):
    """All signed heads."""

    @documented(api)
    @api.response(200, HeadsAnswer)
    def get(self) -> Response:
        """The last 400 days, newest first."""
        items = [_shape(one) for one in proofs.list_heads(catalog_session(), MOST_HEADS)]
        return _answer({"total": len(items), "items": items})


@api.route("/datasets/<slug>/releases/<int:number>/proof")
class Proof(Resource):
    """The proof of a publication."""

    @documented(api)
    @api.response(200, SignedAnswer)
    def get(self, slug: str, number: int) -> Response:
        """What was published, when, by whose office, and where the act stands in the chain."""
        dataset = get_dataset(catalog_session(), slug, actor())
        release = get_release(catalog_session(), dataset, actor(), number)
        return _answer(_shape(proofs.prove(catalog_session(), dataset, release, house().signer)))
