"""Teller: how commands speak. Rows as text or JSON, skips counted, progress on a terminal, errors with their advice."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TypeVar

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as Bar

from amparo.base import AmparoError, OutsideWorld, Progress, SkipCount, Skipped, name_from_bytes

F = TypeVar("F", bound=Callable[..., None])
FAILED: Final = 1
OUTSIDE: Final = 3


class Teller:
    """Speaks for one command. `--json`: one object a line on standard output; else short plain lines."""

    def __init__(self, as_json: bool, strict: bool) -> None:
        self.as_json = as_json
        self.strict = strict
        self.skipped = SkipCount()
        self.code = 0

    def row(self, row: Mapping[str, Any], plain: str) -> None:
        """Say one result. `row` is what programs read, `plain` what people read."""
        click.echo(_line(row) if self.as_json else plain)

    def note(self, plain: str) -> None:
        """Say something to people only."""
        if not self.as_json:
            click.echo(plain, err=True)

    def skip(self, skipped: Skipped) -> None:
        """Count what was passed over and say it, with its reason."""
        self.skipped.add(skipped)
        if self.as_json:
            click.echo(_line({"skipped": skipped.what, "reason": skipped.reason, "detail": skipped.detail}))
        else:
            click.echo(f"skipped ({skipped.reason}): {skipped.what} {skipped.detail}".rstrip(), err=True)

    @property
    def exit_code(self) -> int:
        """0, or what the command set `code` to; 1 if something was skipped and --strict was given."""
        return self.code or (FAILED if self.strict and self.skipped.total else 0)

    def error(self, error: AmparoError) -> None:
        """Say what went wrong and what to do next."""
        sentence = error.sentence % error.facts if error.facts else error.sentence
        advice = error.advice % error.facts if error.facts else error.advice
        if self.as_json:
            facts = {name: str(value) for name, value in error.facts.items()}
            click.echo(_line({"error": error.code, "sentence": sentence, "advice": advice, "facts": facts}))
        else:
            click.echo(f"{error.code}: {sentence}\n{advice}", err=True)

    @contextmanager
    def progress(self, what: str) -> Iterator[Progress]:
        """Give an engine's Progress; it is drawn on standard error, and only on a terminal."""
        console = Console(stderr=True)
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        times = (TextColumn("{task.fields[unit]}"), TimeElapsedColumn(), TimeRemainingColumn())
        with Bar(*columns, *times, console=console, transient=True, disable=not console.is_terminal) as bar:
            task = bar.add_task(what, total=None, unit="")

            def said(done: int, total: int | None, unit: str) -> None:
                bar.update(task, completed=done, total=total, unit=unit)

            yield said


def telling(function: F) -> F:
    """Give a command --json and --strict, its Teller as first argument, and the exit codes of the house."""

    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
    @click.option("--strict", is_flag=True, help="Exit with 1 if anything was skipped.")
    @functools.wraps(function)
    def wrapped(*args: Any, as_json: bool, strict: bool, **options: Any) -> None:
        teller = Teller(as_json, strict)
        code = _run(teller, function, args, options)
        click.get_current_context().exit(code)

    return wrapped  # type: ignore[return-value]


def _run(teller: Teller, function: Callable[..., None], args: tuple[Any, ...], options: dict[str, Any]) -> int:
    try:
        function(teller, *args, **options)
    except AmparoError as error:
        teller.error(error)
        return error.exit_code
    except BrokenPipeError:
        # The reader (head, less) has gone: nobody is left to tell, and nothing of ours failed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return teller.exit_code
    except OSError as error:
        name = name_from_bytes(os.fsencode(error.filename)) + ": " if isinstance(error.filename, str | bytes) else ""
        teller.error(OutsideWorld(what=f"{name}{error.strerror or error}"))
        return OUTSIDE
    return teller.exit_code


def display(path: Path) -> str:
    """Return a path as it can be shown: names are bytes and may hold anything."""
    return name_from_bytes(os.fsencode(path))


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, default=str)
