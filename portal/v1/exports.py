"""Exports: everything that the row grammar selects, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import FileWrapper

from catalog.errors import BadParameter, NotFound, nearest
from catalog.rows import thresholds
from catalog.rows.exports import EXPORTS, Options, export
from catalog.rows.limits import here
from catalog.rows.terms import RowQuery
from portal.answers import if_changed, language
from portal.asking import Asking, asking
from portal.exports import ExportFile
from portal.heads import read_head
from portal.packing import PACKERS, wanted_packing
from portal.places import Place, find_place, head_of, mark_of, read_parameters
from portal.v1 import parameters
from portal.v1.blueprint import api
from portal.v1.find import flag
from portal.v1.resource import Resource, documented

FORM = ("lang", "header", "bom")
_PIECE = 1 << 18  # bytes at a time: each costs a walk through the server


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
        asked = asking()
        place = find_place(asked, slug)
        query = read_parameters(asked, place, FORM)
        packing = wanted_packing(form)
        unchanged = if_changed(_headed(Response(), asked, place, packing))
        if unchanged.status_code == 304:
            return unchanged
        file = _file(asked, place, query, form, options, packing)
        return _download(_headed(_sent(place, form, file), asked, place, packing), file, packing)


def _file(asked: Asking, place: Place, query: RowQuery, form: str, options: Options, packing: str | None) -> ExportFile:
    files, exports = place.files(asked.house), asked.house.exports

    def write() -> tuple[int, Iterator[bytes]]:
        made = export(form, files, query, options)
        return made.total, PACKERS[packing](made.chunks) if packing else made.chunks

    mark, public = _mark(asked, place, packing), place.is_public
    found = exports.find(mark) if public else None
    run = asked.house.exporting.run if place.table.rows > thresholds.QUEUE else here
    return found or run(lambda: exports.file_for(mark, write) if public else exports.passing_file(write))


def _mark(asked: Asking, place: Place, packing: str | None) -> str:
    return f"{mark_of(asked, place)}-{packing}" if packing else mark_of(asked, place)


def _headed(answer: Response, asked: Asking, place: Place, packing: str | None) -> Response:
    """With its marks, which differ by packing, and what else it varies by."""
    answer.headers.update(read_head(head_of(asked, place, _mark(asked, place, packing))))
    answer.vary.add("Accept-Encoding")
    return answer


def _sent(place: Place, form: str, file: ExportFile) -> Response:
    pieces = FileWrapper(file.path.open("rb"), _PIECE)
    answer = Response(pieces, content_type=EXPORTS[form].media_type, direct_passthrough=True)
    answer.content_length = file.size
    answer.last_modified = place.release.published_at  # not when the file was made, or read last
    if not file.kept:  # it is open by now
        file.path.unlink()
    answer.headers["Digest"] = f"sha-256={file.digest}"
    answer.headers["X-Total-Count"] = str(file.rows)
    name = quote(f"{place.dataset.title}-{place.release.number}.{form}")
    plain = f"{place.dataset.slug}-{place.release.number}.{form}"
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return answer


def _download(answer: Response, file: ExportFile, packing: str | None) -> Response:
    """The file as it is packed; a plain one also in parts."""
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
