"""Datasets: search and browse, register, read, revise."""

from __future__ import annotations

from typing import Any

from flask import Response

from catalog.lookup import get_dataset
from catalog.registry import register, revise
from portal.answers import content_tag, dataset_tag, json_answer, language, require_match, tagged
from portal.context import actor, catalog_session
from portal.links import absolute
from portal.v1 import documents, find, parameters
from portal.v1.blueprint import api
from portal.v1.bodies import DatasetChanges, NewDataset
from portal.v1.resource import IF_MATCH, Resource, documented
from portal.v1.shapes import dataset_shape


@api.route("/datasets")
class Datasets(Resource):
    """The catalogue."""

    takes = {"GET": find.PARAMETERS}

    @documented(api, *parameters.SEARCH)
    @api.response(200, documents.SearchAnswer, example=parameters.SEARCH_EXAMPLE)
    def get(self) -> Response:
        """Search and browse."""
        response = json_answer(find.answer(find.read_query()))
        return tagged(response, content_tag(response))

    @documented(api)
    @api.arguments(NewDataset, example=parameters.NEW_DATASET_EXAMPLE)
    @api.response(201, documents.DatasetAnswer)
    def post(self, body: dict[str, Any]) -> Response:
        """Register a dataset; it begins as a draft."""
        dataset = register(catalog_session(), actor(), body)
        headers = {"Location": absolute(f"/api/v1/datasets/{dataset.slug}")}
        return tagged(
            json_answer(dataset_shape(dataset, actor(), language()), 201, headers), dataset_tag(dataset, actor())
        )


@api.route("/datasets/<slug>")
class OneDataset(Resource):
    """One dataset."""

    @documented(api)
    @api.response(200, documents.DatasetAnswer)
    def get(self, slug: str) -> Response:
        """Metadata, fields, latest release and links."""
        dataset = get_dataset(catalog_session(), slug, actor())
        return tagged(json_answer(dataset_shape(dataset, actor(), language())), dataset_tag(dataset, actor()))

    @documented(api, IF_MATCH)
    @api.arguments(DatasetChanges)
    @api.response(200, documents.DatasetAnswer)
    def patch(self, body: dict[str, Any], slug: str) -> Response:
        """Revise; of a published dataset the change waits in `pending` for submit and approve."""
        dataset = get_dataset(catalog_session(), slug, actor(), lock=True)
        require_match(dataset, actor())
        revise(catalog_session(), actor(), dataset, body)
        return tagged(json_answer(dataset_shape(dataset, actor(), language())), dataset_tag(dataset, actor()))
