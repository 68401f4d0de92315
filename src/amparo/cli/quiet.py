"""gunicorn's log without the people who ask: it would write down the address of whoever sends a malformed request."""

from typing import Any

from gunicorn.glogging import Logger


class Quiet(Logger):
    """Nothing of a request reaches the log: no address, no path. Failures of our own keep their traceback."""

    def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if not msg.startswith("Invalid request from ip="):
            super().warning(msg, *args, **kwargs)

    def exception(self, msg: str, *args: Any, **kwargs: Any) -> None:
        if msg.startswith("Error handling request"):
            msg, args = "Error handling a request", ()
        super().exception(msg, *args, **kwargs)
