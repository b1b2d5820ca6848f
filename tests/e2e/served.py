"""The portal as a user starts it: processes of its own, asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until a wait gives up; no test asserts how long anything takes
CSV = "地块编号,成交价(万元),土地面积(公顷),供应方式\nA-1,44523,4.253829,挂牌\nA-2,695.42,0.5,拍卖\n".encode("gb18030")


@dataclass
class Portal:
    """A portal of its own: data directory, port, processes."""

    data_dir: Path
    port: int
    variables: dict[str, str] = field(default_factory=dict)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
        return {**plain, "PORTAL_DATA_DIR": str(self.data_dir), "PORTAL_RATE_LIMIT": "off", **self.variables}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command to its end."""
        command = [sys.executable, "-m", "portal", *words]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command that goes on, in a process group of its own."""
        command = [sys.executable, "-m", "portal", *words]
        with (self.data_dir / "log.txt").open("ab") as log:
            started = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)
        return started

    def serve(self, *words: str) -> subprocess.Popen[bytes]:
        """The server, answering."""
        started = self.start("serve", "--port", str(self.port), "--workers", "1", *words)
        self.wait(lambda: self.call("GET", "/readyz")[0] == 200)
        return started

    def wait(self, done: Any) -> None:
        """Until `done()` is true; fails with the log."""
        pause = threading.Event()
        for _ in range(int(PATIENCE / 0.1)):
            if done():
                return
            pause.wait(0.1)
        pytest.fail((self.data_dir / "log.txt").read_text(errors="replace")[-3000:])

    def call(
        self, method: str, path: str, key: str = "", body: bytes | None = None, **headers: str
    ) -> tuple[int, Any, Any]:
        """Status, headers and JSON (or bytes) of an answer; status 0 where nobody listens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            named["Authorization"] = f"Bearer {key}"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - our own server
                return answer.status, answer.headers, _content(answer)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, _content(error)
        except (urllib.error.URLError, ConnectionError):
            return 0, {}, None

    def upload(self, key: str, slug: str, content: bytes, name: str = "data.csv") -> str:
        """Upload a file; the id of its job."""
        mark = "boundary7d3c"
        head = f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
        kind = f"multipart/form-data; boundary={mark}"
        status, _, job = self.call("POST", f"/api/v1/datasets/{slug}/releases", key, body, Content_Type=kind)
        assert status in (200, 202), job
        found: str = job["id"]
        return found

    def job(self, key: str, job_id: str) -> dict[str, Any]:
        """The job at its end."""
        found: dict[str, Any] = {}

        def ended() -> bool:
            found.update(self.call("GET", f"/api/v1/jobs/{job_id}", key)[2])
            return found["state"] in ("succeeded", "failed")

        self.wait(ended)
        return found

    def act(self, key: str, slug: str, act: str) -> dict[str, Any]:
        """An act with the present ETag."""
        _, headers, _ = self.call("GET", f"/api/v1/datasets/{slug}", key)
        status, _, body = self.call("POST", f"/api/v1/datasets/{slug}/{act}", key, b"", If_Match=headers["ETag"])
        assert status == 200, body
        made: dict[str, Any] = body
        return made

    def accounts(self) -> tuple[str, str]:
        """A steward's and a reviewer's key, on a fresh database with one office."""
        assert self.run("migrate").returncode == 0
        assert self.run("publisher", "create", "land", "--title", "绍兴市自然资源和规划局").returncode == 0
        steward = self.run("account", "create", "li", "--role", "steward", "--publisher", "land")
        reviewer = self.run("account", "create", "wang", "--role", "reviewer")
        return steward.stdout.strip(), reviewer.stdout.strip()

    def register(self, key: str, **body: Any) -> str:
        """A dataset; its slug."""
        raw = json.dumps({"title": "成交公示", "publisher": "land", **body}).encode()
        status, _, made = self.call("POST", "/api/v1/datasets", key, raw, Content_Type="application/json")
        assert status == 201, made
        slug: str = made["slug"]
        return slug


def _content(answer: Any) -> Any:
    raw = answer.read()
    return json.loads(raw) if "json" in answer.headers.get("Content-Type", "") else raw


def kill_group(process: subprocess.Popen[bytes], how: int = signal.SIGKILL) -> None:
    """Signal a command and everything that it started."""
    os.killpg(process.pid, how)
    process.wait(timeout=PATIENCE)
