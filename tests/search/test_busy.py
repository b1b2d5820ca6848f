"""A server that is told too much at once: its 429s are waited out, and no document is lost."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from catalog.errors import Unavailable
from search.engines import elastic
from search.engines.elastic import ElasticIndex
from search.index import Changes, SearchQuery
from tests.factories import refused
from tests.search.documents import a_document

pytestmark = pytest.mark.elasticsearch
HEADERS = ("content-type", "accept")


@dataclass
class Gate:
    """A real server before Elasticsearch that turns bulk writes away: `refusals` says how, one after another."""

    behind: str
    refusals: list[str] = field(default_factory=list)
    bulks: int = 0
    url: str = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        if path.split("?")[0].endswith("/_bulk"):
            self.bulks += 1
            if self.refusals:
                return _refusal(self.refusals.pop(0), body)
        connection = http.client.HTTPConnection(urlsplit(self.behind).netloc)
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        got = answer.status, answer.read()
        connection.close()
        return got


def _refusal(how: str, body: bytes) -> tuple[int, bytes]:
    """The whole request is turned away, or each of its documents is."""
    reason = {"type": "es_rejected_execution_exception", "reason": "the queue is full"}
    if how == "request":
        return 429, json.dumps({"error": reason, "status": 429}).encode()
    acts = [json.loads(line)["index"] for line in body.splitlines() if line.startswith(b'{"index"')]
    items = [{"index": {"_id": act["_id"], "status": 429, "error": reason}} for act in acts]
    return 200, json.dumps({"errors": True, "items": items}).encode()


@pytest.fixture
def gate(elastic_url: str) -> Iterator[Gate]:
    """The gate, listening, with the address of an index behind it."""
    gate = Gate(elastic_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name: self.headers[name] for name in HEADERS if name in self.headers}
            status, answer = gate.answer(self.command, self.path, headers, body)
            self.send_response(status)
            self.send_header("content-type", "application/vnd.elasticsearch+json;compatible-with=9")
            self.send_header("x-elastic-product", "Elasticsearch")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(b"" if self.command == "HEAD" else answer)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

        def log_message(self, *_: object) -> None:
            """Nothing is told."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    beside = threading.Thread(target=server.serve_forever)
    beside.start()
    parts = urlsplit(elastic_url)
    gate.url = f"http://127.0.0.1:{server.server_address[1]}{parts.path}"
    yield gate
    server.shutdown()
    beside.join()
    server.server_close()


def test_a_rebuild_waits_out_a_busy_server(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(elastic, "_BUSY_PAUSES", (0.01, 0.01, 0.01))
    index = ElasticIndex(gate.url)
    index.prepare()
    gate.refusals = ["request", "documents", "request"]
    assert len(index.rebuild([a_document(number) for number in range(1, 8)], lambda held: Changes(()))) == 7
    assert gate.refusals == []
    assert gate.bulks == 4
    assert index.status().documents == 7
    index.drop()
    index.close()


def test_a_server_that_stays_busy_is_told_and_the_old_index_answers(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elastic, "_BUSY_PAUSES", (0.01,))
    index = ElasticIndex(gate.url)
    index.prepare()
    index.write([a_document(1, title="土地")])
    gate.refusals = ["documents"] * 9
    with refused(Unavailable, "search_unavailable"):
        index.rebuild([a_document(1)], lambda held: Changes(()))
    with refused(Unavailable, "search_unavailable"):
        index.write([a_document(2)])
    assert index.search(SearchQuery("土地")).total == 1
    index.drop()
    index.close()
