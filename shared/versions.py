"""Which version of a thing a caller has seen, so that nobody overwrites what they did not know."""

from dataclasses import dataclass


class StaleVersionError(Exception):
    """The thing has changed since the caller saw it; `version` is how it stands."""

    def __init__(self, version: int) -> None:
        super().__init__(f"version {version}")
        self.version = version


@dataclass(frozen=True)
class Expected:
    """The versions on which a change may build; None is any."""

    versions: frozenset[int] | None

    def check(self, version: int) -> None:
        """Raises StaleVersionError unless the thing stands at an expected version. Call it under the row's lock."""
        if self.versions is not None and version not in self.versions:
            raise StaleVersionError(version)
