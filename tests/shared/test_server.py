"""The socket that the supervisor holds, in the service that answers on it."""

import os
import socket

from deploy.embedded.ports import listen
from shared.web.server import given_sockets


def test_a_given_socket_is_known_for_a_tcp_socket() -> None:
    """An event loop turns TCP_NODELAY on only where it knows that the socket is one."""
    held = listen(0)
    [given] = given_sockets(os.dup(held.fileno())) or []
    assert given.family == socket.AF_INET
    assert given.getsockname() == held.getsockname()
    given.close()
    held.close()


def test_without_a_given_socket_the_port_is_bound_here() -> None:
    assert given_sockets(None) is None
