"""The upload behind a release with personal data, settled as PORTAL_ORIGINALS says once the request is committed."""

from __future__ import annotations

from flask import Response, after_this_request

from catalog.models import Release
from ingest.privacy.decided import find_settled_upload
from portal.context import catalog_session, house


def settle_after_commit(release: Release) -> None:
    """Encrypt or remove the upload of a release whose personal data is decided on; any other is left alone."""
    key = find_settled_upload(catalog_session(), release)
    if key is None:
        return

    @after_this_request
    def settle_it(response: Response) -> Response:
        from ingest.privacy.originals import settle  # cryptography loads only where it is needed

        if response.status_code < 400:
            settle(house().storage, key, house().settings.secret_key, house().settings.originals)
        return response
