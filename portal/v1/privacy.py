"""Personal data in a draft release: what was found, masked, and what the steward decides on each column."""

from __future__ import annotations

from typing import Any

from flask import Response, after_this_request

from catalog.accounts import READ
from catalog.lookup import get_dataset, get_release
from catalog.models import Dataset, Release
from catalog.registry import require_writer
from catalog.storage import key_of
from ingest.models import PersonalColumn
from ingest.privacy.decided import list_columns
from portal.answers import dataset_tag, json_answer, require_match, tagged
from portal.context import actor, catalog_session, house
from portal.originals import settle_after_commit
from portal.v1 import list_documents as documents
from portal.v1.blueprint import api
from portal.v1.bodies import PrivacyDecisions
from portal.v1.resource import IF_MATCH, Resource, documented


@api.route("/datasets/<slug>/releases/<int:number>/privacy")
class Privacy(Resource):
    """Personal data in the columns of a release, and in what is told beside its rows."""

    @documented(api)
    @api.response(200, documents.PrivacyAnswer)
    def get(self, slug: str, number: int) -> Response:
        """Columns and texts with personal data, masked examples and the decisions; for insiders."""
        dataset, release = _taken(slug, number, lock=False)
        return _answer(dataset, release)

    @documented(api, IF_MATCH)
    @api.arguments(PrivacyDecisions)
    @api.response(200, documents.PrivacyAnswer)
    def put(self, body: dict[str, Any], slug: str, number: int) -> Response:
        """Mask, drop, or publish with the ground; the draft's files are written again at once."""
        from ingest.privacy.review import Decision, decide  # polars, which it needs, takes a second to load

        dataset, release = _taken(slug, number, lock=True)
        require_writer(actor(), dataset, "steward", "admin")
        require_match(dataset, actor())
        decisions = {name: Decision(one["action"], one.get("ground")) for name, one in body["decisions"].items()}
        gone = decide(catalog_session(), house().storage, actor(), release, decisions)
        _forget_after_commit([(one.kind, one.digest, one.suffix) for one in gone])
        settle_after_commit(release)
        return _answer(dataset, release)


def _taken(slug: str, number: int, *, lock: bool) -> tuple[Dataset, Release]:
    dataset = get_dataset(catalog_session(), slug, actor(), lock=lock)
    require_writer(actor(), dataset, scope=READ)
    return dataset, get_release(catalog_session(), dataset, actor(), number)


def _answer(dataset: Dataset, release: Release) -> Response:
    columns = [_shape(one) for one in list_columns(catalog_session(), release)]
    return tagged(json_answer({"release": release.number, "columns": columns}), dataset_tag(dataset, actor()))


def _shape(one: PersonalColumn) -> dict[str, Any]:
    decision = {"action": one.action, "ground": one.ground} if one.action else None
    return {
        "field": one.field,
        "kind": one.kind,
        "cells": one.cells,
        "examples": one.examples,
        "sheet": one.sheet,
        "cell": one.cell,
        "decision": decision,
    }


def _forget_after_commit(files: list[tuple[str, str, str]]) -> None:
    """Remove the files of the draft as it was, and what was made from them, once the new ones are committed."""

    @after_this_request
    def forget(response: Response) -> Response:
        if response.status_code < 400:
            for kind, digest, suffix in files:
                house().storage.remove(key_of(kind, digest, suffix))
                house().serving.remove(digest)
        return response
