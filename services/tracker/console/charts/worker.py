"""The child process that draws: one Vega-Lite spec a line in, one SVG a line out. Ends itself when nobody asks.

A drawing engine holds some 160 MB; a service that nobody looks at should not.
"""

import json
import select
import sys

import vl_convert

IDLE_S = 60.0


def draw(spec: str) -> str:
    """The SVG, or the kind of the fault, as one line of JSON."""
    try:
        # No spec of ours loads anything; nothing may be fetched either.
        return json.dumps({"svg": vl_convert.vegalite_to_svg(json.loads(spec), allowed_base_urls=[])})
    except ValueError as error:
        return json.dumps({"fault": str(error)[:500]})


def main() -> None:
    """Draws until the pipe is closed, or for as long as somebody asks."""
    while select.select([sys.stdin], [], [], IDLE_S)[0]:
        line = sys.stdin.readline()
        if not line:
            return
        sys.stdout.write(draw(line) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
