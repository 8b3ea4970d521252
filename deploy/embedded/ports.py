"""Sockets on loopback: the wished port when it is free, else any free one."""

import socket

LOOPBACK = "127.0.0.1"
_BACKLOG = 512


def listen(wished_port: int) -> socket.socket:
    """A listening socket. The supervisor keeps it open, so a service that restarts keeps its port and its callers."""
    for port in (wished_port, 0):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((LOOPBACK, port))
            sock.listen(_BACKLOG)  # Two may bind the same port; only one of them may listen.
        except OSError:
            sock.close()
            continue
        return sock
    raise OSError("no free port on 127.0.0.1")


def free_port() -> int:
    """A port that was free a moment ago, for an engine that binds by itself."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
        sock.bind((LOOPBACK, 0))
        port: int = sock.getsockname()[1]
        return port
