"""What the tests of the command line share."""

import json
import subprocess
from typing import Any


def rows(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    """Return the objects that a command printed with --json: one a line, nothing else."""
    return [json.loads(line) for line in done.stdout.splitlines()]
