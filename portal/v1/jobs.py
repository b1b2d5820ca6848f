"""Jobs: how far a file is, and what was found in it."""

from __future__ import annotations

import csv
import io

from flask import Response

from catalog.rows.formulas import harmless
from ingest.findings import Finding
from ingest.jobs import get_job, list_findings
from portal.answers import json_answer, language
from portal.context import actor, catalog_session
from portal.v1 import documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.shapes import finding_shape, job_shape

COLUMNS = ("level", "code", "sheet", "row", "column", "cell", "raw", "count", "message", "remedy")


@api.route("/jobs/<job_id>")
class OneJob(Resource):
    """One job."""

    @documented(api)
    @api.response(200, documents.JobAnswer)
    def get(self, job_id: str) -> Response:
        """State, progress, and why it failed if it did."""
        job = get_job(catalog_session(), job_id, actor())
        return json_answer(job_shape(job, language()), headers={"Cache-Control": "no-store"})


@api.route("/jobs/<job_id>/findings")
class Findings(Resource):
    """What was found in the file."""

    @documented(api)
    @api.response(200, documents.FindingsAnswer)
    def get(self, job_id: str) -> Response:
        """Every finding with level, code, place, sentence and remedy."""
        found = list_findings(catalog_session(), get_job(catalog_session(), job_id, actor()))
        items = [finding_shape(one, language()) for one in found]
        return json_answer({"total": len(items), "items": items})


@api.route("/jobs/<job_id>/findings.csv")
class FindingsCsv(Resource):
    """The findings as a table."""

    @documented(api)
    @api.response(200, content_type="text/csv")
    def get(self, job_id: str) -> Response:
        """The same as CSV, with a mark that lets Excel read the Chinese."""
        found = list_findings(catalog_session(), get_job(catalog_session(), job_id, actor()))
        name = f'attachment; filename="findings-{job_id}.csv"'
        return Response(_as_csv(found), content_type="text/csv; charset=utf-8", headers={"Content-Disposition": name})


def _as_csv(found: list[Finding]) -> str:
    target = io.StringIO()
    writer = csv.DictWriter(target, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for one in found:
        shape = finding_shape(one, language())
        writer.writerow({name: _cell(shape[name]) for name in COLUMNS})
    return "\ufeff" + target.getvalue()


def _cell(value: object) -> object:
    return harmless(value) if isinstance(value, str) else value
