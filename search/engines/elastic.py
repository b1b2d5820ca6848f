"""The index on a real Elasticsearch: one alias, versioned indexes behind it, writes ordered by external versions.

It needs no plugin, no script, no `_reindex` and no `_delete_by_query`, so every managed Elasticsearch will do.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import Any, Final
from zlib import crc32

import orjson
from elasticsearch import ApiError, Elasticsearch, OrjsonSerializer, TransportError

from catalog.errors import Conflict, Unavailable
from search import analysis
from search.batches import batches
from search.beside import worked
from search.engines import elastic_layout as layout
from search.engines.elastic_page import moved, page_of, strict_total, strictly, total_of
from search.engines.elastic_query import body, place_of
from search.fields import ENOUGH_HITS
from search.index import CatchUp, IndexStatus, SearchDocument, SearchPage, SearchQuery, Written
from search.question import attempts

BATCH: Final = 500
SEARCH_SECONDS: Final = 3.0
WRITE_SECONDS: Final = 30.0
_MOVES: Final = 3  # times that a page is asked for anew because writes have moved all points
_AT_ONCE: Final = 2  # bulks of a rebuild on their way
_UNSEEN: Final = {"refresh_interval": "-1"}  # nobody looks into an index before it is whole
_BUSY_PAUSES: Final = (0.2, 0.5, 1.0, 2.0, 4.0)  # seconds between attempts of a rebuild that is told to slow down
_NEWER_EXISTS, _GONE, _BUSY = 409, 404, 429
_log = logging.getLogger(__name__)


class ElasticIndex:
    """A SearchIndex on Elasticsearch."""

    def __init__(self, url: str) -> None:
        self.address = layout.parse_address(url)
        self._opened: tuple[Elasticsearch, Elasticsearch] | None = None

    @property
    def _client(self) -> Elasticsearch:
        return self._clients()[0]

    def _clients(self) -> tuple[Elasticsearch, Elasticsearch]:
        """One for all there is to do, and the same for searches, which wait less long: to make it takes a while."""
        if self._opened is None:
            address = self.address
            trusted: dict[str, Any] = {"ca_certs": address.ca} if address.ca else {}
            made = Elasticsearch(
                list(address.hosts),
                basic_auth=address.account,
                request_timeout=WRITE_SECONDS,
                max_retries=len(address.hosts) - 1,  # the next host at once, no waiting
                retry_on_status=(),
                serializer=OrjsonSerializer(),
                **trusted,
            )
            self._opened = made, made.options(request_timeout=SEARCH_SECONDS)
        return self._opened

    def prepare(self) -> bool:
        with _answering():
            served = self._served()
            if not served:
                self._switch(self._create())
                return True
            unfinished = bool(self._client.indices.exists_alias(name=self.address.unfinished))
            return unfinished or not any(layout.VERSION in name.split("-") for name in served)

    def write(self, documents: Iterable[SearchDocument], removed_ids: Iterable[int] = ()) -> Written:
        refused: dict[int, str] = {}
        with _answering():
            with closing(worked(documents, BATCH, _writes)) as ready:
                for batch, operations in ready:
                    found = self._bulk(self.address.alias, operations)
                    _name_refused(batch, found)
                    refused |= found
            for gone in batches(removed_ids, BATCH):
                self._bulk(self.address.alias, _deletes(gone))
            self._client.indices.refresh(index=self.address.alias)
        return Written(refused)

    def search(self, query: SearchQuery) -> SearchPage:
        """One request; only where nothing has all words and little has some, a second one by single characters. Of a
        further page too, where the last hit has moved meanwhile."""
        strict, fewer, parts = attempts(analysis.question(query.text, query.words))
        with _answering():
            if not query.may_loosen:
                return page_of(query, strict, self._ask(body(query, strict), query), used=0)
            answer = self._ask(body(query, strict, fewer), query)
            if enough := strictly(answer):
                return page_of(query, strict, enough, used=0)
            if total_of(answer) >= ENOUGH_HITS[1] or strict_total(answer):
                return page_of(query, fewer, answer, used=1)
            return page_of(query, parts, self._ask(body(query, fewer, parts), query), used=2)

    def frequencies(self, pairs: Sequence[tuple[str, str]]) -> tuple[int, list[int]]:
        asked = {str(place): {"filter": {"term": {name: token}}} for place, (name, token) in enumerate(pairs)}
        with _answering():
            body = {"size": 0, "track_total_hits": True, **({"aggs": asked} if asked else {})}
            answer: Mapping[str, Any] = self._client.search(index=self.address.alias, body=body).body
        found = answer.get("aggregations", {})
        return total_of(answer), [found[str(place)]["doc_count"] for place in range(len(pairs))]

    def rebuild(self, documents: Iterable[SearchDocument], catch_up: CatchUp) -> Mapping[int, int]:
        with _answering():
            self._clean()
            index = self._create(_UNSEEN)
            held: dict[int, int] = {}
            self._fill(index, documents, held)
            self._client.indices.put_settings(index=index, settings=dict.fromkeys(_UNSEEN))
            self._apply(index, catch_up, held)
            self._switch(index)
            # What was written to the old index between the last look and the switch is in the database: look again.
            self._apply(index, catch_up, held)
            self._client.indices.delete_alias(index=index, name=self.address.unfinished)
        return held

    def settle(self) -> None:
        """The server merges by itself."""

    def status(self, *, revisions: bool = False) -> IndexStatus:
        with _answering():
            served = self._served()
            if not served:
                return IndexStatus("elasticsearch", self.address.alias, layout.VERSION, False, 0)
            self._client.indices.refresh(index=self.address.alias)
            count = int(self._client.count(index=self.address.alias)["count"])
            known = dict(self._revisions()) if revisions else {}
        version = served[0].rsplit("-", 3)[1]
        return IndexStatus("elasticsearch", served[0], version, version == layout.VERSION, count, known)

    def close(self) -> None:
        if self._opened is not None:
            self._client.close()
            self._opened = None

    def drop(self) -> None:
        """Remove every index of ours; the database has all that was in them."""
        with _answering():
            for index in self._ours():
                self._client.indices.delete(index=index, ignore_unavailable=True)

    def generations(self) -> list[str]:
        """Every index of ours, the one that answers and what attempts left behind."""
        with _answering():
            return self._ours()

    def _ask(self, asked: dict[str, Any], query: SearchQuery) -> Mapping[str, Any]:
        # One question goes to one copy of the index, so that pages of it fit together.
        preference = f"q{crc32(query.text.encode())}"
        client = self._clients()[1]
        last = query.after[-1] if query.after is not None and query.order[0].name == "score" else None
        if last is not None:
            asked["aggs"] = asked.get("aggs", {}) | place_of(asked, last)
        for _ in range(_MOVES):
            answer: Mapping[str, Any] = client.search(index=self.address.alias, body=asked, preference=preference).body
            place = moved(answer, asked["search_after"]) if last is not None else None
            if place is None:
                break
            asked["search_after"] = place
        return answer

    def _served(self) -> list[str]:
        """The indexes behind the alias."""
        if not self._client.indices.exists_alias(name=self.address.alias):
            return []
        return sorted(self._client.indices.get_alias(name=self.address.alias))

    def _ours(self) -> list[str]:
        found = self._client.indices.get(index=f"{self.address.alias}-*", features="aliases", expand_wildcards="all")
        return [name for name in found if self.address.is_ours(name)]

    def _create(self, more: Mapping[str, Any] | None = None) -> str:
        """A new index. It is written through an alias of its own, since a write to a lost index would make one anew."""
        index = self.address.new_index()
        self._client.indices.create(
            index=index,
            settings=layout.settings(self.address) | dict(more or {}),
            mappings=layout.mapping(),
            aliases={_inlet(index): {}},
        )
        return index

    def _clean(self) -> None:
        """Remove what earlier attempts left behind."""
        served = self._served()
        for index in self._ours():
            if index not in served:
                self._client.indices.delete(index=index, ignore_unavailable=True)

    def _fill(self, index: str, documents: Iterable[SearchDocument], held: dict[int, int]) -> None:
        """Write while the next documents are read and analysed: the server is at work at the same time as we are."""
        with closing(worked(documents, BATCH, _writes)) as ready, ThreadPoolExecutor(_AT_ONCE) as beside:
            sent: deque[tuple[list[SearchDocument], Future[dict[int, str]]]] = deque()
            for batch, operations in ready:
                if len(sent) >= _AT_ONCE:
                    _settle(*sent.popleft(), held)
                sent.append((batch, beside.submit(self._patiently, _inlet(index), operations)))
            while sent:
                _settle(*sent.popleft(), held)

    def _apply(self, index: str, catch_up: CatchUp, held: dict[int, int]) -> None:
        changes = catch_up(held)
        self._fill(index, changes.documents, held)
        for gone in batches(changes.removed_ids, BATCH):
            self._patiently(_inlet(index), _deletes(gone))
            for one in gone:
                held.pop(one, None)
        self._client.indices.refresh(index=index)

    def _switch(self, index: str) -> None:
        added = [{"add": {"index": index, "alias": name}} for name in (self.address.alias, self.address.unfinished)]
        removed = [{"remove_index": {"index": old}} for old in self._served()]
        self._client.indices.update_aliases(actions=[*added, *removed])

    def _patiently(self, target: str, operations: bytes) -> dict[int, str]:
        for pause in _BUSY_PAUSES:
            try:
                return self._bulk(target, operations)
            except _Busy:
                time.sleep(pause)
        return self._bulk(target, operations)

    def _bulk(self, target: str, operations: bytes) -> dict[int, str]:
        """Write; what the server will not take comes back by id. Raises _Busy where it wants a pause."""
        body: list[Any] = [operations]  # lines are sent as they are
        try:
            answer = self._client.bulk(index=target, operations=body, require_alias=True)
        except ApiError as error:
            raise (_Busy() if error.status_code == _BUSY else error) from error
        outcomes = [outcome for item in answer["items"] for outcome in item.values()] if answer["errors"] else []
        wrong = {int(one["_id"]): one for one in outcomes if one["status"] >= 400 and one["status"] != _NEWER_EXISTS}
        if any(one["status"] == _BUSY for one in wrong.values()):
            raise _Busy
        if any(one["error"]["type"] == "index_not_found_exception" for one in wrong.values() if "error" in one):
            raise Unavailable("search_unavailable") if target == self.address.alias else Conflict("rebuild_overtaken")
        return {one: str(outcome["error"].get("reason")) for one, outcome in wrong.items() if "error" in outcome}

    def _revisions(self) -> Iterator[tuple[int, int]]:
        asked: dict[str, Any] = {"size": 10_000, "sort": [{"id": "asc"}], "_source": ["id", "revision"]}
        while hits := self._client.search(index=self.address.alias, body=asked)["hits"]["hits"]:
            yield from ((hit["_source"]["id"], hit["_source"]["revision"]) for hit in hits)
            asked["search_after"] = hits[-1]["sort"]


def _settle(batch: list[SearchDocument], future: Future[dict[int, str]], held: dict[int, int]) -> None:
    """Wait for a write, name what the server would not take, and note the rest."""
    refused = future.result()
    _name_refused(batch, refused)
    held |= {one.id: one.revision for one in batch if one.id not in refused}


def _name_refused(batch: Iterable[SearchDocument], refused: Mapping[int, str]) -> None:
    for one in batch:
        if one.id in refused:
            _log.warning("The search index refuses dataset %s: %s", one.slug, refused[one.id])


class _Busy(Exception):
    """The server asks for a pause."""


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever the client or the server complains about, people read that search does not answer; the log knows why."""
    try:
        yield
    except (ApiError, TransportError, _Busy) as error:
        _log.warning("Elasticsearch does not do what it is asked: %s", str(error)[:500])
        raise Unavailable("search_unavailable") from error


def _writes(documents: list[SearchDocument]) -> bytes:
    """The body of a bulk, as lines: made in another process it is sent as it is."""
    lines: list[dict[str, Any]] = []
    for document, tokens in zip(documents, analysis.document_tokens(documents), strict=True):
        version = {"version": document.revision, "version_type": "external_gte"}
        lines += [{"index": {"_id": str(document.id), **version}}, layout.source(document, tokens)]
    return b"\n".join(map(orjson.dumps, lines))


def _deletes(ids: Iterable[int]) -> bytes:
    return b"\n".join(orjson.dumps({"delete": {"_id": str(one)}}) for one in ids)


def _inlet(index: str) -> str:
    return f"{index}.in"
