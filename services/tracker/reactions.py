"""Events in: on this event, run this use case."""
