"""Errors: codes are unique, of the right room, with a sentence; the manual lists them all."""

import re
from collections import defaultdict

import errors

LETTERS = {
    "base": "A", "findings": "F", "decoders": "D", "observables": "O", "media": "M", "ledger": "L", "evidence": "E",
    "custody": "C", "bundle": "B", "exchange": "X", "academy": "Y", "web": "W", "cli": "Z",
}  # fmt: skip
WEB_DIGIT = {
    "common": "0", "audit": "1", "accounts": "2", "cases": "3", "reports": "4", "portal": "5", "exhibits": "6",
    "matches": "7", "traces": "8", "court": "9",
}  # fmt: skip


def test_codes_are_unique() -> None:
    places = defaultdict(list)
    for fault in errors.faults():
        places[fault.code].append(f"{fault.place} {fault.name}")
    assert not {code: where for code, where in places.items() if len(where) > 1}


def test_codes_are_of_their_room() -> None:
    for fault in errors.faults():
        room = fault.place.split("/")[1]
        assert re.fullmatch(r"[A-Z][0-9]{3}", fault.code), fault
        if room == "web":
            app = fault.place.split("/")[2]
            assert fault.code.startswith("W" + WEB_DIGIT.get(app, "")) or fault.code.startswith("Z"), fault
        else:
            assert fault.code.startswith(LETTERS[room]), fault


def test_every_error_says_what_and_what_to_do() -> None:
    faults = errors.faults()
    assert len(faults) > 50
    for fault in faults:
        assert fault.sentence, fault
        assert fault.advice, fault
        assert not fault.sentence.startswith(" "), fault


def test_manual_is_current() -> None:
    assert errors.PAGE.read_text(encoding="utf-8") == errors.page(), "run `make errors`"
