"""Commands that run the portal: serve, worker, migrate, demo."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

import click

from ingest.families import list_schemas
from portal.commands.house import open_house
from portal.context import House
from portal.server.processes import listen, run_processes

SERVER_FIRST_SECONDS = 1.5  # until the worker is started: it would take the processor from the server's start


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--workers", default=None, type=click.IntRange(1, 64), help="Server processes; default: one a core, at most 4."
)
@click.option("--no-worker", is_flag=True, help="Without the ingest worker beside it.")
@click.option("--demo", "with_demo", is_flag=True, help="Load the demonstration data first; twice is once.")
def serve(host: str, port: int, workers: int | None, no_worker: bool, with_demo: bool) -> None:
    """Serve HTTP, with an ingest worker beside it; stops cleanly on SIGTERM."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # until the server has a handler of its own
    house = open_house()
    if with_demo and not _has_demo(house):
        subprocess.run([sys.executable, "-m", "portal", "demo"], check=True)  # its threads must not be forked from
    house.close()
    list_schemas()  # a declaration that is wrong is told now
    try:
        listening = listen(host, port, workers or min(os.cpu_count() or 1, 4))
    except OSError as fault:
        raise click.ClickException(f"cannot listen at {host}:{port}: {fault.strerror or fault}") from fault
    beside = None if no_worker else _Beside()
    click.echo(f"http://{host}:{port}", err=True)
    import portal.app  # noqa: F401 - loaded once, here: the server processes are forked with it

    try:
        run_processes(listening)
    finally:
        if beside:
            beside.stop()


def _has_demo(house: House) -> bool:
    from portal.demo.edition import is_loaded

    return is_loaded(house.engine)


class _Beside:
    """The ingest worker as a process of its own: started when the server has had its time, and again where it died."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.process: subprocess.Popen[bytes] | None = None
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """Ask it to end, and wait; one that starts at this very moment ends as its parent does."""
        self.stopping.set()
        if self.process:
            self.process.terminate()
            self.process.wait(timeout=30)

    def _watch(self) -> None:
        while not self.stopping.wait(SERVER_FIRST_SECONDS):
            self.process = subprocess.Popen([sys.executable, "-m", "portal", "worker", "--with-parent"])
            self.process.wait()


@click.command()
@click.option("--with-parent", is_flag=True, help="End when the process that started it is gone.")
def worker(with_parent: bool) -> None:
    """Take files in, publish what is due, keep the index up to date, until SIGTERM."""
    from portal import logs
    from portal.working import work

    logs.configure()
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parent = os.getppid()
    work(open_house(), stopping, lambda: with_parent and os.getppid() != parent)


@click.command()
def migrate() -> None:
    """Create or upgrade the database's schema."""
    open_house(migrate=True)
    click.echo("the database is up to date", err=True)


@click.command()
def demo() -> None:
    """Load the demonstration data; twice is once."""
    from portal.demo.load import load

    load(open_house())
