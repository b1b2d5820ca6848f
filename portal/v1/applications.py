"""Applications for the rows of conditional datasets."""

from __future__ import annotations

from typing import Any

from flask import Response

from catalog import applications
from catalog.db import now
from catalog.lookup import get_dataset
from catalog.models import Application
from portal.answers import PRIVATE, json_answer
from portal.context import actor, catalog_session
from portal.links import absolute
from portal.v1 import account_bodies as bodies
from portal.v1 import account_documents as documents
from portal.v1.blueprint import api
from portal.v1.bodies import Reason
from portal.v1.resource import Resource, documented
from portal.v1.shapes import moment


def _shape(one: Application) -> dict[str, Any]:
    over = one.state == "granted" and one.expires_at is not None and one.expires_at <= now()
    return {
        "id": one.id,
        "account": one.account.name,
        "purpose": one.purpose,
        "state": "expired" if over else one.state,
        "reason": one.reason,
        "created_at": moment(one.created_at),
        "decided_at": moment(one.decided_at),
        "expires": moment(one.expires_at),
    }


@api.route("/datasets/<slug>/applications")
class Applications(Resource):
    """Who asked for the rows."""

    @documented(api)
    @api.response(200, documents.ApplicationsAnswer)
    def get(self, slug: str) -> Response:
        """Newest first: for insiders all of them, for others their own."""
        dataset = get_dataset(catalog_session(), slug, actor())
        found = applications.list_applications(catalog_session(), actor(), dataset)
        return json_answer({"total": len(found), "items": [_shape(one) for one in found]}, headers=PRIVATE)

    @documented(api)
    @api.arguments(bodies.Purpose)
    @api.response(201, documents.ApplicationAnswer)
    def post(self, body: dict[str, Any], slug: str) -> Response:
        """Ask for the rows, with the purpose."""
        dataset = get_dataset(catalog_session(), slug, actor(), lock=True)
        made = applications.apply(catalog_session(), actor(), dataset, body["purpose"])
        place = absolute(f"/api/v1/datasets/{slug}/applications")
        return json_answer(_shape(made), 201, {**PRIVATE, "Location": place})


@api.route("/datasets/<slug>/applications/<int:number>/grant")
class Grant(Resource):
    """Yes."""

    @documented(api)
    @api.arguments(bodies.GrantBody, required=False)
    @api.response(200, documents.ApplicationAnswer)
    def post(self, body: dict[str, Any], slug: str, number: int) -> Response:
        """Open the rows to who applied, until `expires` where that is given."""
        dataset = get_dataset(catalog_session(), slug, actor())
        found = applications.grant(catalog_session(), actor(), dataset, number, body.get("expires"))
        return json_answer(_shape(found), headers=PRIVATE)


@api.route("/datasets/<slug>/applications/<int:number>/refuse")
class Refuse(Resource):
    """No."""

    @documented(api)
    @api.arguments(Reason)
    @api.response(200, documents.ApplicationAnswer)
    def post(self, body: dict[str, Any], slug: str, number: int) -> Response:
        """Refuse with the reason, or end what was granted."""
        dataset = get_dataset(catalog_session(), slug, actor())
        found = applications.refuse(catalog_session(), actor(), dataset, number, body["reason"])
        return json_answer(_shape(found), headers=PRIVATE)
