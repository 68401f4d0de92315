"""A defect of ours, as the log says it: which error, where in our code. Never its words, never the request."""

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from django.core.signals import got_request_exception
from django.dispatch import receiver

logger = logging.getLogger("amparo.defects")
HOUSE: Final = Path(__file__).resolve().parents[2]
#: Places of our code that the log names, the innermost last.
PLACES: Final = 4


@receiver(got_request_exception)
def log_defect(sender: object, **rest: Any) -> None:
    """Log what answered a request with "something went wrong here"."""
    kind, _, trace = sys.exc_info()
    if kind is not None:
        logger.error("%s at %s", kind.__name__, " > ".join(places(trace)))


def places(trace: TracebackType | None) -> list[str]:
    """`cases/views.py:31` …: the lines of our code that a traceback passed, the innermost last."""
    lines = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(trace)]
    ours = [f"{path.relative_to(HOUSE)}:{number}" for path, number in lines if path.is_relative_to(HOUSE)]
    return ours[-PLACES:]
