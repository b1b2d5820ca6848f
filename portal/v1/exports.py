"""Exports: everything that the row grammar selects, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request, send_file

from catalog.errors import BadParameter, NotFound, nearest
from catalog.rows.exports import EXPORTS, Options, export
from catalog.rows.terms import RowQuery
from portal.answers import language, tagged
from portal.context import house
from portal.exports import ExportFile
from portal.packing import PACKERS, wanted_packing
from portal.places import Place, find_place, mark_of, marked, read_parameters
from portal.v1 import parameters
from portal.v1.blueprint import api
from portal.v1.find import flag
from portal.v1.resource import Resource, documented

FORM = ("lang", "header", "bom")


@api.route("/datasets/<slug>/export.<form>")
class Export(Resource):
    """A download."""

    takes = {"GET": None}  # the row grammar refuses what it does not know

    @documented(api, *parameters.EXPORT)
    @api.response(200, content_type="application/octet-stream", description="The file.")
    def get(self, slug: str, form: str) -> Response:
        """Everything that the parameters select, as csv, xlsx, json, ndjson, geojson or parquet."""
        if form not in EXPORTS:
            raise NotFound("export_unknown", value=form, nearest=nearest(form, EXPORTS), known=", ".join(EXPORTS))
        options = _form_options()
        place = find_place(slug)
        query = read_parameters(place, FORM)
        packing = wanted_packing(form)
        unchanged = _tagged(Response(), place, packing)
        if unchanged.status_code == 304:
            return unchanged
        return _download(place, form, _file(place, query, form, options, packing), packing)


def _file(place: Place, query: RowQuery, form: str, options: Options, packing: str | None) -> ExportFile:
    files, exports = place.files, house().exports

    def write() -> tuple[int, Iterator[bytes]]:
        made = export(form, files, query, options)
        return made.total, PACKERS[packing](made.chunks) if packing else made.chunks

    mark, public = _mark(place, packing), place.is_public
    return house().exporting.run(lambda: exports.file_for(mark, write) if public else exports.passing_file(write))


def _mark(place: Place, packing: str | None) -> str:
    return f"{mark_of(place)}-{packing}" if packing else mark_of(place)


def _tagged(answer: Response, place: Place, packing: str | None) -> Response:
    """With its tag, which differs by packing, and what it varies by; 304 where the reader has it."""
    marked(answer, place, conditional=False)
    answer.vary.add("Accept-Encoding")
    return tagged(answer, _mark(place, packing))


def _download(place: Place, form: str, file: ExportFile, packing: str | None) -> Response:
    answer = send_file(file.path, mimetype=EXPORTS[form].media_type, etag=False, conditional=False)
    answer.content_type = EXPORTS[form].media_type
    answer.last_modified = place.release.published_at  # not when the file was made, or read last
    if not file.kept:  # it is open by now
        file.path.unlink()
    answer.headers["Digest"] = f"sha-256={file.digest}"
    answer.headers["X-Total-Count"] = str(file.rows)
    name = quote(f"{place.dataset.title}-{place.release.number}.{form}")
    plain = f"{place.dataset.slug}-{place.release.number}.{form}"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    marked(answer, place, conditional=False)
    answer.set_etag(_mark(place, packing))
    answer.vary.update(("Accept-Encoding", "Accept-Language", "Authorization"))
    if packing:
        answer.headers["Content-Encoding"] = packing
        return answer
    answer.headers["Accept-Ranges"] = "bytes"
    answer.make_conditional(request, accept_ranges=True, complete_length=file.size)
    return answer


def _form_options() -> Options:
    header = request.args.get("header", "name")
    if header not in ("name", "title"):
        raise BadParameter.at("header", "header_unknown", value=header)
    return Options(header, flag("bom"), language=language())
