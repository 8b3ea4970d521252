"""Prints what the three services promise: their API descriptions and the events between them, as one JSON object."""

import json
import sys

from services.classifier import main as classifier
from services.collector import main as collector
from services.collector.api import feedback
from services.tracker import main as tracker
from shared.contracts.asyncapi import describe_events
from shared.web.application import describe_doors


def main() -> None:
    """Reads no setting and opens nothing."""
    documents = {
        "collector": describe_doors("collector", collector.ROUTERS, feedback.DESCRIBED),
        "classifier": describe_doors("classifier", classifier.ROUTERS),
        "tracker": describe_doors("tracker", tracker.ROUTERS),
        "events": describe_events(),
    }
    json.dump(documents, sys.stdout)


if __name__ == "__main__":
    main()
