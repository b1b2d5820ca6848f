"""Releases: every edition of a dataset's rows, the upload that makes a new one, and the mapping of headers."""

from __future__ import annotations

from contextlib import closing
from pathlib import PurePath
from typing import Any, BinaryIO, cast

from flask import Response, request
from werkzeug.datastructures import FileStorage as UploadedFile

from catalog.accounts import INGEST, READ
from catalog.db import session
from catalog.errors import Invalid, TooLarge, nearest
from catalog.lookup import get_dataset, get_release, list_visible_releases
from catalog.models import Dataset
from catalog.registry import require_writer, set_mapping
from ingest import jobs
from portal.answers import content_tag, dataset_tag, json_answer, language, require_match, tagged
from portal.context import actor, catalog_session, house
from portal.links import absolute
from portal.originals import settle_after_commit
from portal.v1 import documents, parameters
from portal.v1.blueprint import api
from portal.v1.bodies import HeaderMapping
from portal.v1.find import flag
from portal.v1.resource import IF_MATCH, Resource, documented
from portal.v1.shapes import job_shape, release_shape

OPTIONS = ("period", "sheet", "encoding", "unit")


@api.route("/datasets/<slug>/releases")
class Releases(Resource):
    """All releases of a dataset."""

    takes = {"POST": ("dry_run",)}

    @documented(api)
    @api.response(200, documents.ReleasesAnswer)
    def get(self, slug: str) -> Response:
        """Every release, newest first."""
        dataset = get_dataset(catalog_session(), slug, actor())
        found = list_visible_releases(catalog_session(), dataset, actor())
        totals = actor().may_read_rows(dataset)
        items = [release_shape(one, language(), totals=totals) for one in found]
        response = json_answer({"total": len(found), "items": items})
        return tagged(response, content_tag(response))

    @documented(api, parameters.DRY_RUN)
    @api.doc(requestBody=parameters.UPLOAD)
    @api.response(202, documents.JobAnswer)
    def post(self, slug: str) -> Response:
        """Upload a file for a new release: it is stored first, then a job takes it in."""
        dry_run = flag("dry_run")
        with session(house().engine) as opened:  # no transaction is held while the file arrives
            _require_open_for_upload(get_dataset(opened, slug, actor()))
        upload = _store_upload(dry_run)
        dataset = get_dataset(catalog_session(), slug, actor(), lock=True)
        _require_open_for_upload(dataset)
        job = jobs.enqueue(catalog_session(), actor(), dataset, upload)
        if job.release is not None:  # the same bytes again: they must not stay in the clear by that
            settle_after_commit(job.release)
        status = 202 if job.state in jobs.OPEN_STATES else 200
        headers = {"Location": absolute(f"/api/v1/jobs/{job.id}")}
        return json_answer(job_shape(job, language()), status, headers)


@api.route("/datasets/<slug>/releases/<int:number>")
class OneRelease(Resource):
    """One release."""

    @documented(api)
    @api.response(200, documents.ReleaseAnswer)
    def get(self, slug: str, number: int) -> Response:
        """Rows, digest, tables with their fields, totals and notes."""
        dataset = get_dataset(catalog_session(), slug, actor())
        release = get_release(catalog_session(), dataset, actor(), number)
        response = json_answer(release_shape(release, language(), totals=actor().may_read_rows(dataset)))
        return tagged(response, content_tag(response))


@api.route("/datasets/<slug>/mapping")
class Mapping(Resource):
    """The steward's answers on headers."""

    @documented(api)
    @api.response(200, documents.MappingAnswer)
    def get(self, slug: str) -> Response:
        """Header as published -> field name, or null."""
        dataset = get_dataset(catalog_session(), slug, actor())
        require_writer(actor(), dataset, scope=READ)
        return tagged(json_answer({"columns": dataset.mapping}), dataset_tag(dataset, actor()))

    @documented(api, IF_MATCH)
    @api.arguments(HeaderMapping)
    @api.response(200, documents.MappingAnswer)
    def put(self, body: dict[str, Any], slug: str) -> Response:
        """Keep the answers; every later release uses them."""
        dataset = get_dataset(catalog_session(), slug, actor(), lock=True)
        require_match(dataset, actor())
        set_mapping(catalog_session(), actor(), dataset, body["columns"])
        return tagged(json_answer({"columns": dataset.mapping}), dataset_tag(dataset, actor()))


def _require_open_for_upload(dataset: Dataset) -> None:
    require_writer(actor(), dataset, "steward", "admin", scope=INGEST + dataset.slug)
    jobs.require_uploadable(dataset)


def _store_upload(dry_run: bool) -> jobs.Upload:
    """The file and its options from the multipart body. Raises Invalid without a file, TooLarge past the limit."""
    limit = house().settings.upload_limit
    request.max_content_length = limit + (1 << 20)
    if (request.content_length or 0) > request.max_content_length:  # said at once, before anything is read
        raise TooLarge("upload_too_large", limit_mib=limit >> 20)
    file: UploadedFile | None = request.files.get("file")
    if file is None or not file.filename:
        raise Invalid.at("file", "file_needed")
    for given in (*request.form, *request.files):
        name = given or ""  # a part of the form may have none
        if name not in (*OPTIONS, "file"):
            raise Invalid.at(name, "member_unknown", name=name, nearest=nearest(name, OPTIONS))
    options: dict[str, Any] = {name: request.form[name] for name in OPTIONS if request.form.get(name)}
    jobs.check_options(options)
    with closing(file):
        stored = house().storage.save("uploads", cast(BinaryIO, file.stream), limit=limit)
    if dry_run:
        options["dry_run"] = True
    return jobs.Upload(stored, PurePath(file.filename.replace("\\", "/")).name[:200], options)
