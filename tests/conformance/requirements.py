"""Which conformance requirements are tested: `python -m tests.conformance.requirements`.

The numbers are those of ADL's xAPI LRS conformance requirements: XAPI-00001 to 00124 are about
statements (most are checked without HTTP, in tests/schemas), 00125 to 00336 about HTTP.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
FIRST_OF_HTTP, LAST = 125, 336

NOT_TO_BE_TESTED = {
    "XAPI-00136": "was never given out",
    "XAPI-00137": "withdrawn",
    "XAPI-00138": "withdrawn",
    "XAPI-00140": "the sum of all others",
    "XAPI-00141": "said again by XAPI-00195, XAPI-00275 and XAPI-00294",
    "XAPI-00152": "withdrawn",
    "XAPI-00185": "cannot be observed",
    "XAPI-00186": "cannot be observed",
    "XAPI-00205": "about a parameter that does not exist",
    "XAPI-00222": "said again by XAPI-00195",
    "XAPI-00223": "about a parameter that does not exist",
    "XAPI-00224": "about the type of a parameter; every parameter is text",
    "XAPI-00225": "about the type of a parameter; every parameter is text",
    "XAPI-00226": "about the type of a parameter; every parameter is text",
    "XAPI-00228": "about the type of a parameter; every parameter is text",
    "XAPI-00246": "said again by XAPI-00248",
    "XAPI-00247": "said again by XAPI-00248",
    "XAPI-00276": "about the type of a parameter; every parameter is text",
    "XAPI-00277": "about the type of a parameter; every parameter is text",
    "XAPI-00304": "about a parameter that does not exist",
    "XAPI-00305": "about the type of a parameter; every parameter is text",
    "XAPI-00306": "about the type of a parameter; every parameter is text",
    "XAPI-00307": "about the type of a parameter; every parameter is text",
    "XAPI-00320": "withdrawn",
    "XAPI-00323": "cannot be observed",
    "XAPI-00329": "cannot be provoked",
}


def list_http_requirements() -> set[str]:
    """Return the ids of the requirements about HTTP that can be tested."""
    numbers = range(FIRST_OF_HTTP, LAST + 1)
    return {f"XAPI-{number:05}" for number in numbers} - set(NOT_TO_BE_TESTED)


def find_named(directory: Path = TESTS) -> dict[str, set[str]]:
    """Map each requirement that a test file names to the files that name it."""
    named = defaultdict(set)
    for path in sorted(directory.rglob("test_*.py")):
        for requirement in re.findall(r"XAPI-\d{5}", path.read_text()):
            named[requirement].add(str(path.relative_to(directory)))
    return dict(named)


def write_report() -> str:
    """Return one line per requirement: its id and the files of its tests."""
    lines = [f"{name}  {' '.join(sorted(files))}" for name, files in sorted(find_named().items())]
    return "\n".join([*lines, f"{len(lines)} requirements are tested"])


if __name__ == "__main__":
    sys.stdout.write(write_report() + "\n")
