"""The one expected defeat of this store."""


class LostRaceError(Exception):
    """Somebody else stored the same person or feedback a moment ago: begin again, and find it."""
