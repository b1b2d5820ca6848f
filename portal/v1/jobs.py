"""Jobs: how far a file is, and what was found in it."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from flask import Response

from catalog.accounts import EDITORS
from catalog.errors import NotFound
from catalog.rows.formulas import harmless
from ingest.findings import Finding
from ingest.jobs import get_job, list_findings
from ingest.models import Job
from portal.answers import PRIVATE, json_answer, language
from portal.context import actor, catalog_session, house
from portal.v1 import documents
from portal.v1.blueprint import api
from portal.v1.resource import Resource, documented
from portal.v1.shapes import finding_shape, job_shape

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
COLUMNS = ("level", "code", "sheet", "row", "column", "cell", "raw", "count", "message", "remedy")


@api.route("/jobs/<job_id>")
class OneJob(Resource):
    """One job."""

    @documented(api)
    @api.response(200, documents.JobAnswer)
    def get(self, job_id: str) -> Response:
        """State, progress, and why it failed if it did."""
        job = get_job(catalog_session(), job_id, actor())
        return json_answer(job_shape(job, language()), headers=PRIVATE)


@api.route("/jobs/<job_id>/findings")
class Findings(Resource):
    """What was found in the file."""

    @documented(api)
    @api.response(200, documents.FindingsAnswer)
    def get(self, job_id: str) -> Response:
        """Every finding with level, code, place, sentence and remedy."""
        found = list_findings(catalog_session(), get_job(catalog_session(), job_id, actor()))
        items = [finding_shape(one, language()) for one in found]
        return json_answer({"total": len(items), "items": items}, headers=PRIVATE)


@api.route("/jobs/<job_id>/findings.csv")
class FindingsCsv(Resource):
    """The findings as a table."""

    @documented(api)
    @api.response(200, content_type="text/csv")
    def get(self, job_id: str) -> Response:
        """The same as CSV, with a mark that lets Excel read the Chinese."""
        found = list_findings(catalog_session(), get_job(catalog_session(), job_id, actor()))
        name = f'attachment; filename="findings-{job_id}.csv"'
        headers = {"Content-Disposition": name, **PRIVATE}
        return Response(_as_csv(found), content_type="text/csv; charset=utf-8", headers=headers)


@api.route("/jobs/<job_id>/findings.xlsx")
class FindingsXlsx(Resource):
    """The steward's own workbook with the findings in it."""

    @documented(api)
    @api.response(200, content_type=_XLSX)
    def get(self, job_id: str) -> Response:
        """The uploaded workbook: faulty cells coloured, the remedy in a comment, all findings on a sheet in front."""
        job = get_job(catalog_session(), job_id, actor())
        name = f'attachment; filename="findings-{job_id}.xlsx"'
        headers = {"Content-Disposition": name, **PRIVATE}
        return Response(_as_workbook(job), content_type=_XLSX, headers=headers)


def _as_workbook(job: Job) -> bytes:
    from ingest.annotate import Source, write_findings  # the writer of workbooks loads only for who asks for one

    found = list_findings(catalog_session(), job)
    with tempfile.TemporaryDirectory() as work:
        target = Path(work) / "findings.xlsx"
        write_findings(found, Source(_upload_of(job), job.upload_name, job.options), target, language=language())
        return target.read_bytes()


def _upload_of(job: Job) -> Path | None:
    """The uploaded file; None where it is no longer kept, as after a dry run, and for who did not bring it.

    It holds what was masked or dropped since; a reviewer sees the findings alone.
    """
    if actor().role not in EDITORS:
        return None
    try:
        return house().storage.local_path(job.upload_key)
    except NotFound:
        return None


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
