"""The processes of the server: each listens at the same port; one that died is started again."""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Final

_ENDING_SECONDS: Final = 15  # for a process that is to end, which itself waits for what it answers
_WAITING: Final = 2048  # connections that nobody has taken yet
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # of malloc.h
_PAUSE: Final = 1.0  # seconds before a process that died is started again
log = logging.getLogger(__name__)


def listen(host: str, port: int, number: int) -> list[socket.socket]:
    """The port, held for so many processes. Raises OSError where it cannot be had.

    On Linux each has a socket of its own, and the system deals connections out to them; of one that they share a
    process takes as many as there are before another is awake.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    first = socket.create_server((host, port), family=family, backlog=_WAITING)  # refused where another program has it
    if sys.platform != "linux":
        return [first] * number
    address = first.getsockname()
    first.close()
    return [socket.create_server(address, family=family, backlog=_WAITING, reuse_port=True) for _ in range(number)]


def run_processes(listening: Sequence[socket.socket]) -> None:
    """Serve until SIGTERM or SIGINT, a process for each socket, forked where that is safe: what they load is shared."""
    made = multiprocessing.get_context("fork") if sys.platform == "linux" else multiprocessing.get_context("spawn")

    def start(at: socket.socket) -> BaseProcess:
        others = [one for one in listening if one is not at] if sys.platform == "linux" else []
        started = made.Process(target=_serve, args=(at, others, os.getpid()), name="server")
        started.start()
        return started

    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, _leave)
    running: list[BaseProcess] = []
    try:
        running += [start(one) for one in listening]
        while True:
            ended = set(wait([one.sentinel for one in running]))
            for number, one in enumerate(running):
                if one.sentinel in ended:
                    log.error("server process %s ended with code %s; another is started", one.pid, one.exitcode)
                    time.sleep(_PAUSE)
                    running[number] = start(listening[number])
    finally:
        for at in listening:
            at.close()  # nobody is to come who would not be answered
        _end(running)


def _leave(_signal: int, _frame: object) -> None:
    sys.exit(0)


def _end(running: list[BaseProcess]) -> None:
    for one in running:
        one.terminate()
    until = time.monotonic() + _ENDING_SECONDS
    for one in running:
        one.join(max(0.0, until - time.monotonic()))
        if one.is_alive():
            one.kill()


def _keep_memory() -> None:
    """Have the C library keep what it has been given: else it gives the end of its heap back, and takes it again, with
    every request that happens to need a little more of it.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # a C library that has no such setting
            for setting, size in ((_TRIM_THRESHOLD, 64 << 20), (_MMAP_THRESHOLD, 4 << 20)):
                ctypes.CDLL(None).mallopt(setting, size)


def _serve(listening: socket.socket, others: Sequence[socket.socket], parent: int) -> None:
    """One process, until SIGTERM, or until the one that started it is gone. `others` were inherited from that one."""
    for one in others:
        one.close()
    from portal.server.http import make_server
    from wsgi import application

    _keep_memory()
    for kind in (signal.SIGTERM, signal.SIGINT):
        signal.signal(kind, _leave)  # the server raises again what it was asked by
    make_server(application.extensions["edge"], lambda: os.getppid() == parent).run(sockets=[listening])
