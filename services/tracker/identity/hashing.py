"""Passwords as Argon2id hashes, made in threads of their own, few at once."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import argon2

T = TypeVar("T")
MEMORY_KIB = 47_104
PASSES = 2
LANES = 1
HASHES_AT_ONCE_MAX = 2  # Together 92 MiB at most, and one of two cores stays free on the smallest box.
WAITING_MAX = 32


class TooBusyError(Exception):
    """So many wait for a hash that another would wait for long."""


class PasswordHashes:
    """Makes and checks hashes off the event loop."""

    def __init__(self) -> None:
        self._hasher = argon2.PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE_MAX, thread_name_prefix="password")
        self._waiting = 0
        # What a stranger's password is checked against, so that a stranger waits as long as a member.
        self._of_nobody = self._hasher.hash("nobody signs in with this")

    async def hash(self, password: str) -> str:
        """The hash of a password in its normal spelling. Raises TooBusyError."""
        return await self._in_thread(partial(self._hasher.hash, password))

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the hashed one; takes as long without a hash. Raises TooBusyError."""
        is_right = await self._in_thread(partial(self._verify, password_hash or self._of_nobody, password))
        return is_right and password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than those of today."""
        return self._hasher.check_needs_rehash(password_hash)

    async def close(self) -> None:
        """Lets the threads end."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    async def _in_thread(self, work: "partial[T]") -> T:
        if self._waiting >= WAITING_MAX:
            raise TooBusyError
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
