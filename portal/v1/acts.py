"""The acts of a dataset's life: submit, approve, reject, withdraw; and its public history."""

from __future__ import annotations

from typing import Any

from flask import Response

from catalog import registry
from catalog.audit import list_history, list_public_history
from catalog.lookup import get_dataset
from catalog.models import Dataset
from ingest.jobs import require_ready
from ingest.privacy.decided import require_decided
from portal.answers import content_tag, dataset_tag, json_answer, language, require_match, tagged
from portal.context import actor, catalog_session
from portal.v1 import documents
from portal.v1.blueprint import api
from portal.v1.bodies import Approval, Reason
from portal.v1.resource import IF_MATCH, Resource, documented
from portal.v1.shapes import act_shape, dataset_shape


def _taken(slug: str) -> Dataset:
    """The dataset, locked, with the writer's condition checked."""
    dataset = get_dataset(catalog_session(), slug, actor(), lock=True)
    require_match(dataset, actor())
    return dataset


def _answer(dataset: Dataset) -> Response:
    return tagged(json_answer(dataset_shape(dataset, actor(), language())), dataset_tag(dataset, actor()))


@api.route("/datasets/<slug>/submit")
class Submit(Resource):
    """Hand over to the reviewers."""

    @documented(api, IF_MATCH)
    @api.response(200, documents.DatasetAnswer)
    def post(self, slug: str) -> Response:
        """Submit the draft, its draft releases or its pending change for review."""
        dataset = _taken(slug)
        require_ready(catalog_session(), dataset)
        require_decided(catalog_session(), dataset)
        return _answer(registry.submit(catalog_session(), actor(), dataset))


@api.route("/datasets/<slug>/approve")
class Approve(Resource):
    """Publish."""

    @documented(api, IF_MATCH)
    @api.arguments(Approval, required=False)
    @api.response(200, documents.DatasetAnswer)
    def post(self, body: dict[str, Any], slug: str) -> Response:
        """Approve what waits, now or at `publish_at`; never by who submitted or ingested it."""
        dataset = _taken(slug)
        return _answer(registry.approve(catalog_session(), actor(), dataset, body.get("publish_at")))


@api.route("/datasets/<slug>/reject")
class Reject(Resource):
    """Give back."""

    @documented(api, IF_MATCH)
    @api.arguments(Reason)
    @api.response(200, documents.DatasetAnswer)
    def post(self, body: dict[str, Any], slug: str) -> Response:
        """Give back what waits, with the reason."""
        dataset = _taken(slug)
        return _answer(registry.reject(catalog_session(), actor(), dataset, body["reason"]))


@api.route("/datasets/<slug>/withdraw")
class Withdraw(Resource):
    """Take back."""

    @documented(api, IF_MATCH)
    @api.arguments(Reason)
    @api.response(200, documents.DatasetAnswer)
    def post(self, body: dict[str, Any], slug: str) -> Response:
        """Withdraw a published dataset; a tombstone with title and reason stays."""
        dataset = _taken(slug)
        return _answer(registry.withdraw(catalog_session(), actor(), dataset, body["reason"]))


@api.route("/datasets/<slug>/history")
class History(Resource):
    """What happened to a dataset."""

    @documented(api)
    @api.response(200, documents.HistoryAnswer)
    def get(self, slug: str) -> Response:
        """Acts, newest first; who did them, and what is under way, stays inside."""
        dataset = get_dataset(catalog_session(), slug, actor())
        history = list_history if actor().may_see(dataset) else list_public_history
        response = json_answer({"items": [act_shape(one) for one in history(catalog_session(), dataset.id)]})
        return tagged(response, content_tag(response))
