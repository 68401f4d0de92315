"""Checks of what a bundle says: custody chains against their witnesses, keys, completeness in both directions."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from amparo.base import NotCanonical
from amparo.bundle.content import RESTRICTED, State
from amparo.custody import BadKey, ChainWalk, Checkpoint, MerkleRoot

MAX_LINE: Final = 1 << 22  # bytes; custody.chain refuses longer lines than its own limit with a reason


# Path -> size and SHA-256; None for a file that was already named as missing or changed.
Payload = Mapping[str, tuple[int, str] | None]


class Malformed(Exception):
    """A signed file is not as the format asks; the message says it in plain words."""


class BadEvent(NamedTuple):
    log: str
    seq: int
    why: str


def check_custody(data: Iterable[bytes], checkpoints: Mapping[str, Any], keys: Mapping[str, Any]) -> BadEvent | None:
    """Return the first event that does not hold, or None. `data`: the bytes of custody.jsonl in order.

    Each log of checkpoints.json follows in that order; its length and head must be witnessed by a signed
    checkpoint. Raises Malformed when a checkpoint itself does not hold.
    """
    try:
        logs = [_log_of(each) for each in checkpoints["logs"]]
        witnesses = [_witness_of(each) for each in checkpoints["checkpoints"]]
        public = {str(each["id"]): bytes.fromhex(each["key"]) for each in keys["keys"]}
    except (KeyError, TypeError, ValueError) as error:
        raise Malformed("is not as the format asks") from error
    if not logs:
        raise Malformed("is not as the format asks")
    _check_witnesses(logs, witnesses, public)
    lines = _Lines(data)
    for log, length, head in logs:
        bad = _check_log(lines, log, length, head, [each for each in witnesses if each.log == log])
        if bad is not None:
            return bad
    if lines.take() is not None:
        last = logs[-1]
        return BadEvent(last[0], last[1] + 1, "a line was added after the end")
    return None


def _log_of(each: Mapping[str, Any]) -> tuple[str, int, str]:
    log, length, head = each["log"], each["length"], each["head"]
    if type(log) is not str or type(length) is not int or type(head) is not str:
        raise TypeError("a log's line has the wrong types")
    return log, length, head


def _witness_of(each: Mapping[str, Any]) -> Checkpoint:
    for name in Checkpoint.__slots__:
        if type(each[name]) is not (int if name in ("first", "last") else str):
            raise TypeError("a checkpoint has the wrong types")
    return Checkpoint.from_dict(each)


def _holds(each: Checkpoint, public: bytes) -> bool:
    try:
        return each.signed_by(public)
    except (BadKey, NotCanonical):
        return False


def _check_witnesses(
    logs: list[tuple[str, int, str]], witnesses: list[Checkpoint], public: Mapping[str, bytes]
) -> None:
    for each in witnesses:
        if each.key_id not in public or not _holds(each, public[each.key_id]):
            raise Malformed(f"has a checkpoint of {each.log!a} whose signature does not hold")
    for log, length, head in logs:
        if not any((each.log, each.first, each.last, each.head) == (log, 1, length, head) for each in witnesses):
            raise Malformed(f"has no checkpoint that witnesses the whole log {log!a}")


class _Lines:
    """Lines of a byte stream, one looked ahead; a byte that is not UTF-8 makes its line not canonical."""

    def __init__(self, data: Iterable[bytes]) -> None:
        self._lines = self._split(data)
        self.ahead = next(self._lines, None)

    @staticmethod
    def _split(data: Iterable[bytes]) -> Iterator[str]:
        rest = b""
        for piece in data:
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line.decode("utf-8", "surrogateescape")
            if len(rest) > MAX_LINE:
                break
        if rest:
            # No line end after it: the sign added here makes the line not canonical, as it should be.
            yield rest[:MAX_LINE].decode("utf-8", "surrogateescape") + "\n"

    def take(self) -> str | None:
        line, self.ahead = self.ahead, next(self._lines, None)
        return line


def _check_log(lines: _Lines, log: str, length: int, head: str, witnesses: list[Checkpoint]) -> BadEvent | None:
    walk = ChainWalk(log)
    trees = [(each, MerkleRoot()) for each in witnesses]
    while walk.length < length:
        line = lines.take()
        if line is None:
            return BadEvent(log, walk.length + 1, "the event is missing")
        if not walk.take(line):
            following = lines.ahead if walk.length + 1 < length else None
            return BadEvent(log, walk.blame(line, following, head), walk.why or "")
        for each, tree in trees:
            if each.first <= walk.length <= each.last:
                tree.add(line.encode())
            if walk.length == each.last and (walk.head, tree.root().hex()) != (each.head, each.root):
                return BadEvent(log, walk.length, "the event is not the one that a checkpoint witnessed")
    if any(each.last > length for each in witnesses):
        return BadEvent(log, length + 1, "a checkpoint witnessed events that are missing here")
    return None


def check_keys(keys: Mapping[str, Any], statement: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the signer's entry: not listed, another role, revoked, or out of its dates."""
    try:
        mine = [each for each in keys["keys"] if each["key"] == statement["key"]]
        at = statement["signed_at"]
        if len(mine) != 1 or (mine[0]["id"], mine[0]["role"]) != (statement["key_id"], statement["role"]):
            yield "does not list the signing key with its role"
        elif mine[0]["revoked"] is not None and mine[0]["revoked"] <= at:
            yield "says that the signing key was revoked"
        elif at < mine[0]["valid_from"] or (mine[0]["valid_to"] is not None and at > mine[0]["valid_to"]):
            yield "says that the signing key was not valid when it signed"
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed("is not as the format asks") from error


def check_completeness(findings: Mapping[str, Any], listed: Mapping[str, Any], payload: Payload) -> Iterator[str]:
    """Yield what is wrong: cited and not listed, listed and not cited, a file that is not what its row says."""
    try:
        cited = _cited(findings, listed)
        rows = {row["ref"]: row for row in listed["items"]}
        if len(rows) != len(listed["items"]):
            yield "lists an item twice"
        yield from (f"lacks an entry for the cited item {ref!a}" for ref in sorted(cited.keys() - rows.keys()))
        for ref, row in rows.items():
            if row["cited_by"] != sorted(cited.get(ref, ())) or not row["cited_by"]:
                yield f"does not name rightly who cites {ref!a}"
            yield from _row_wrong(row, payload)
        yield from _loose_files(rows.values(), payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed("is not as the format asks") from error


def _cited(findings: Mapping[str, Any], listed: Mapping[str, Any]) -> dict[str, set[str]]:
    cited: dict[str, set[str]] = {}
    for finding in findings["findings"]:
        for ref in finding["inputs"]:
            cited.setdefault(ref, set()).add(finding["id"])
    for picture, refs in listed["pictures"].items():
        for ref in refs:
            cited.setdefault(ref, set()).add(f"picture:{picture}")
    return cited


def _row_wrong(row: Mapping[str, Any], payload: Payload) -> Iterator[str]:
    ref, state, path = ascii(row["ref"]), row["state"], f"data/{row['path']}"
    if path in payload and payload[path] is None:
        return
    if state == State.WITHHELD.value:
        if row["path"] is not None or not row["ground"] or not row["decided_by"]:
            yield f"withholds {ref} without a ground, or with a file"
    elif row["ground"] == RESTRICTED:
        yield f"shows the restricted item {ref}"
    elif state == State.INCLUDED.value:
        if str(row["path"]).startswith("proofs/") and row["path"] != f"proofs/{row['ref'].rpartition(':')[2]}.json":
            yield f"names a proof for {ref} that is another's"
        if payload.get(path) != (row["size"], row["sha256"]) or not row["size"]:
            yield f"says that {ref} is included, but its file is missing, empty or differs"
    elif state == State.THUMBNAIL_ONLY.value:
        if not (payload.get(path) or (0, ""))[0]:
            yield f"says that {ref} has a thumbnail, but there is none"
    else:
        yield f"has an unknown state for {ref}"


def _loose_files(rows: Iterable[Mapping[str, Any]], payload: Payload) -> Iterator[str]:
    named = {f"data/{row['path']}" for row in rows}
    secret = {row["sha256"] for row in rows if row["ground"] == RESTRICTED}
    for path, found in payload.items():
        if path.startswith(("data/exhibits/", "data/thumbs/", "data/proofs/")) and path not in named:
            yield f"does not name the file {path!a}"
        if found is not None and found[1] in secret:
            yield f"calls an item restricted that stands in {path!a}"
