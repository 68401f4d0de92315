#!/usr/bin/env python3
"""Check an Amparo court bundle. One file, Python 3.8 or newer, standard library only, no network.

    python3 verify.py BUNDLE [--key FINGERPRINT] [--json]

BUNDLE is the folder or the zip file. FINGERPRINT is the key (16 signs) that the agency gave you in another way.

Exit code: 0 the bundle is as it was signed; 1 it was changed (the file, and in the custody log the event, is
named); 2 it cannot be checked.

Order: signature, tag manifest, tag files, payload manifest (exact set of files), custody chains and signed
checkpoints, keys, completeness in both directions, merkle proofs. A step trusts only what the steps before it have
shown.
Nothing is unpacked or written. What this cannot show: who holds the key. Compare its fingerprint.
"""

import argparse
import hashlib
import json
import os
import re
import stat
import sys
import unicodedata
import zipfile
import zlib

VERSION = "2"
SIG = "tagmanifest-sha256.txt.sig"
TAG = "tagmanifest-sha256.txt"
MAN = "manifest-sha256.txt"
TAG_FILES = ("bagit.txt", "bag-info.txt", MAN, "README.txt", "verify.py")
CUSTODY = "data/custody.jsonl"
NEEDED = (
    "data/case.json",
    "data/checkpoints.json",
    "data/completeness.json",
    CUSTODY,
    "data/findings.json",
    "data/keys.json",
)
STATEMENT = {"v", "alg", "key", "key_id", "role", "signed_at", "tagmanifest_sha256", "signature"}
CHECKPOINT = ("log", "first", "last", "head", "root", "at", "key_id")
EVENT = {"v", "log", "seq", "at", "clock", "actor", "role", "action", "object", "from", "to"}
EVENT |= {"reason", "auth", "before", "after", "prev"}
MAX_WHOLE = 64 << 20  # bytes of a file that is read whole
MAX_LINE = 1 << 20  # signs of one custody event
CHUNK = 1 << 20
PROOFS = "data/proofs/"
PROOF = {"v", "network", "txid", "raw", "header", "height", "position", "count", "siblings", "headers"}
# Network -> the easiest target that its headers may have, in compact form.
EASIEST = {
    "bitcoin": 0x1D00FFFF,
    "testnet3": 0x1D00FFFF,
    "testnet4": 0x1D00FFFF,
    "signet": 0x1E0377AE,
    "regtest": 0x207FFFFF,
}
NO_PROOF = "is not as the format asks"
NO_TX = "holds bytes that are not one whole transaction"
NO_BRANCH = "has a merkle branch that no block has"


class CannotCheck(Exception):
    pass


class Unreadable(Exception):
    pass


class Malformed(Exception):
    pass


# --- Ed25519 (RFC 8032, section 5.1), verification only; plain and slow, about two milliseconds a signature ------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def recover_x(y, sign):
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    if x2 == 0:
        return None if sign else 0
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - x2) % P:
        return None
    return P - x if x & 1 != sign else x


def decompress(raw):
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = recover_x(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = (recover_x(BASE_Y, 0), BASE_Y, 1, recover_x(BASE_Y, 0) * BASE_Y % P)


def add(a, b):
    m = (a[1] - a[0]) * (b[1] - b[0]) % P
    n = (a[1] + a[0]) * (b[1] + b[0]) % P
    c = 2 * a[3] * b[3] * D % P
    d = 2 * a[2] * b[2] % P
    e, f, g, h = n - m, d - c, d + c, n + m
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def multiply(times, point):
    found = (0, 1, 1, 0)
    while times:
        if times & 1:
            found = add(found, point)
        point = add(point, point)
        times >>= 1
    return found


def ed25519_holds(public, message, signature):
    """Return whether 64 bytes of `signature` are by the 32 bytes of `public` over `message`."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, nonce = decompress(public), decompress(signature[:32])
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or nonce is None or scalar >= L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(scalar, BASE), add(nonce, multiply(challenge, key))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# --- canonical JSON --------------------------------------------------------------------------------------------


def canonical(value):
    """Return the one form of `value`: keys sorted, no spaces, no floats, whole numbers within 2^53-1."""
    check_canonical(value)
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def check_canonical(value):
    if isinstance(value, float):
        raise ValueError("a float")  # noqa: TRY004 - one error for every value that has no form
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53 - 1:
        raise ValueError("a large number")
    if isinstance(value, str):
        value.encode("utf-8")  # half of a surrogate pair raises UnicodeEncodeError, a ValueError
    if isinstance(value, list):
        for part in value:
            check_canonical(part)
    if isinstance(value, dict):
        for key, part in value.items():
            key.encode("ascii")
            check_canonical(part)


def parse_canonical(raw):
    """Return the object whose canonical bytes `raw` are, or None."""
    try:
        value = json.loads(raw.decode("utf-8"))
        same = isinstance(value, dict) and canonical(value).encode("utf-8") == raw
    except (ValueError, RecursionError):
        return None
    return value if same else None


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def unhex(text):
    """Return the bytes of lower-case hex, or None."""
    if not isinstance(text, str) or not re.match(r"(?:[0-9a-f]{2})*\Z", text):
        return None
    return bytes.fromhex(text)


# --- where the bundle lies -------------------------------------------------------------------------------------


def danger(name):
    """Return why a name is not safe, or None."""
    parts = name.split("/")
    if not name or name[0] == "/" or "\\" in name or ":" in parts[0]:
        return "an absolute or foreign path"
    if any(part in ("", ".", "..") for part in parts):
        return "a path with empty or dotted parts"
    if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in name):
        return "a path with control signs"
    return None


def collisions(names):
    seen, found = {}, []
    for name in sorted(names):
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if seen.setdefault(key, name) != name:
            found.append((name, "is the same name as %s on some file systems" % seen[key]))
    return found


class Folder:
    def __init__(self, root):
        self.root, self.names, self.odd = root, set(), []
        for folder, folders, files in os.walk(root, followlinks=False):
            links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
            for each in files + links:
                self.take(os.path.join(folder, each))
        self.odd = sorted(self.odd) + collisions(self.names)

    def take(self, path):
        relative = os.path.relpath(path, self.root).replace(os.sep, "/")
        name = os.fsencode(relative).decode("utf-8", "backslashreplace")
        if stat.S_ISREG(os.lstat(path).st_mode):
            self.names.add(name)
        else:
            self.odd.append((name, "is a link or another thing that is not a plain file"))

    def open(self, name):
        return open(os.path.join(self.root, *name.split("/")), "rb")


class Zip:
    def __init__(self, path):
        self.archive = zipfile.ZipFile(path)
        members = [info for info in self.archive.infolist() if not info.filename.endswith("/")]
        tops = {info.filename.split("/")[0] for info in members if "/" in info.filename}
        inside = len(tops) == 1 and "data" not in tops and all("/" in info.filename for info in members)
        cut = len(tops.pop()) + 1 if inside else 0
        self.members, self.odd = {}, []
        for info in members:
            self.take(info.filename[cut:], info)
        self.names = set(self.members)
        self.odd = sorted(self.odd) + collisions(self.names)

    def take(self, name, info):
        why = danger(name)
        if why:
            self.odd.append((name, "is " + why))
        elif name in self.members:
            self.odd.append((name, "stands in the zip twice"))
        elif stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG) or info.flag_bits & 1:
            self.odd.append((name, "is a link, encrypted, or not a plain file"))
        else:
            self.members[name] = info

    def open(self, name):
        return self.archive.open(self.members[name])


BROKEN = (OSError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile, zlib.error)


def open_source(path):
    if os.path.isdir(path):
        return Folder(path)
    try:
        return Zip(path)
    except (*BROKEN, ValueError):
        raise CannotCheck("it is neither a folder nor a whole zip file") from None


def pieces(source, name):
    try:
        with source.open(name) as stream:
            while True:
                piece = stream.read(CHUNK)
                if not piece:
                    return
                yield piece
    except BROKEN:
        raise Unreadable("cannot be read to its end") from None


# --- the custody log -------------------------------------------------------------------------------------------


class Merkle:
    """RFC 6962, section 2.1, streamed: keeps one digest for every power of two."""

    def __init__(self):
        self.peaks = []

    def add(self, data):
        height, digest = 0, hashlib.sha256(b"\x00" + data).digest()
        while self.peaks and self.peaks[-1][0] == height:
            digest = hashlib.sha256(b"\x01" + self.peaks.pop()[1] + digest).digest()
            height += 1
        self.peaks.append((height, digest))

    def root(self):
        digest = self.peaks[-1][1]
        for _, left in self.peaks[-2::-1]:
            digest = hashlib.sha256(b"\x01" + left + digest).digest()
        return digest.hex()


def lines_of(source):
    """Yield the log's lines as bytes, without line ends; what follows the last line end gets one, to be refused."""
    rest = b""
    for piece in pieces(source, CUSTODY):
        found = (rest + piece).split(b"\n")
        rest = found.pop()
        for line in found:
            yield line
        if len(rest) > 4 * MAX_LINE:
            break
    if rest:
        yield rest[: 4 * MAX_LINE] + b"\n"


def objection(line, log, seq, prev):
    """Return (why, follows) for a line that is not event `seq`; (None, True) if it is."""
    value = parse_canonical(line) if len(line) <= 4 * MAX_LINE else None
    if value is None or len(line.decode("utf-8")) > MAX_LINE:
        return "the line is not in canonical form", True
    if not set(value) >= EVENT:
        return "the line lacks %s" % ", ".join(sorted(EVENT - set(value))), True
    if value["v"] is True or value["v"] != 1 or value["log"] != log:
        known = value["v"] is not True and value["v"] == 1
        return "the line belongs to another log" if known else "the line is of an unknown version", True
    if value["seq"] is True or value["seq"] != seq:
        return "a line is missing or out of order: number %d was expected" % seq, True
    if value["prev"] != prev:
        return "the line does not follow the one before it: one of the two was changed", False
    return None, True


def blame(line, seq, following, head):
    """Of two lines that do not fit, return which was changed: the later one is whole if its follower fits to it."""
    if following is not None:
        try:
            value = json.loads(following.decode("utf-8"))
        except (ValueError, RecursionError):
            value = None
        head = value.get("prev") if isinstance(value, dict) else None
    return seq - 1 if seq > 1 and head == sha256(line) else seq


class Chains:
    """Walks custody.jsonl once; `run` returns (log, event number, why) of the first bad event, or None."""

    def __init__(self, source, checkpoints, keys):
        try:
            self.logs = [(each["log"], each["length"], each["head"]) for each in checkpoints["logs"]]
            if not self.logs or any([type(part) for part in log] != [str, int, str] for log in self.logs):
                raise Malformed("is not as the format asks")
            self.witnesses = list(checkpoints["checkpoints"])
            public = {str(each["id"]): bytes.fromhex(each["key"]) for each in keys["keys"]}
            for each in self.witnesses:
                self.check_witness(each, public)
            for log, length, head in self.logs:
                self.check_whole(log, length, head)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
            raise Malformed("is not as the format asks") from None
        self.lines = lines_of(source)
        self.ahead = next(self.lines, None)

    def check_witness(self, each, public):
        body = {name: each[name] for name in CHECKPOINT}
        if not all(type(body[name]) is (int if name in ("first", "last") else str) for name in CHECKPOINT):
            raise Malformed("is not as the format asks")
        data = b"amparo-checkpoint-v1\0" + canonical(body).encode("utf-8")
        signature = unhex(each["signature"])
        key = public.get(each["key_id"])
        if key is None or signature is None or not ed25519_holds(key, data, signature):
            raise Malformed("has a checkpoint of %s whose signature does not hold" % ascii(each["log"]))

    def check_whole(self, log, length, head):
        wanted = (log, 1, length, head)
        if not any((each["log"], each["first"], each["last"], each["head"]) == wanted for each in self.witnesses):
            raise Malformed("has no checkpoint that witnesses the whole log %s" % ascii(log))

    def take(self):
        line, self.ahead = self.ahead, next(self.lines, None)
        return line

    def run(self):
        for log, length, head in self.logs:
            bad = self.walk(log, length, head)
            if bad:
                return bad
        if self.ahead is not None:
            return self.logs[-1][0], self.logs[-1][1] + 1, "a line was added after the end"
        return None

    def walk(self, log, length, head):
        prev = sha256(("amparo-custody-v1\n" + log).encode("utf-8"))
        trees = [(each, Merkle()) for each in self.witnesses if each["log"] == log]
        for seq in range(1, length + 1):
            line = self.take()
            if line is None:
                return log, seq, "the event is missing"
            why, follows = objection(line, log, seq, prev)
            if why:
                following = self.ahead if seq < length else None
                return log, seq if follows else blame(line, seq, following, head), why
            prev = sha256(line)
            for each, tree in trees:
                if each["first"] <= seq <= each["last"]:
                    tree.add(line)
                if seq == each["last"] and (prev, tree.root()) != (each["head"], each["root"]):
                    return log, seq, "the event is not the one that a checkpoint witnessed"
        if any(each["last"] > length for each, _ in trees):
            return log, length + 1, "a checkpoint witnessed events that are missing here"
        return None


# --- keys and completeness -------------------------------------------------------------------------------------


def check_keys(keys, statement):
    mine = [each for each in keys["keys"] if each["key"] == statement["key"]]
    at = statement["signed_at"]
    if len(mine) != 1 or mine[0]["id"] != statement["key_id"] or mine[0]["role"] != statement["role"]:
        return ["does not list the signing key with its role"]
    if mine[0]["revoked"] is not None and mine[0]["revoked"] <= at:
        return ["says that the signing key was revoked"]
    if at < mine[0]["valid_from"] or (mine[0]["valid_to"] is not None and at > mine[0]["valid_to"]):
        return ["says that the signing key was not valid when it signed"]
    return []


def check_completeness(findings, listed, payload):
    """Return what is wrong: cited and not listed, listed and not cited, a file that is not what its row says."""
    wrong = []
    cited = {}
    for finding in findings["findings"]:
        for ref in finding["inputs"]:
            cited.setdefault(ref, set()).add(finding["id"])
    for picture, refs in listed["pictures"].items():
        for ref in refs:
            cited.setdefault(ref, set()).add("picture:" + picture)
    rows = {row["ref"]: row for row in listed["items"]}
    if len(rows) != len(listed["items"]):
        wrong.append("lists an item twice")
    for ref in sorted(set(cited) - set(rows)):
        wrong.append("lacks an entry for the cited item %s" % ascii(ref))
    for ref, row in rows.items():
        if not row["cited_by"] or row["cited_by"] != sorted(cited.get(ref, ())):
            wrong.append("does not name rightly who cites %s" % ascii(ref))
        wrong += row_wrong(row, payload)
    named = {"data/%s" % row["path"] for row in rows.values()}
    secret = {row["sha256"] for row in rows.values() if row["ground"] == "restricted"}
    for path, found in payload.items():
        if path.startswith(("data/exhibits/", "data/thumbs/", PROOFS)) and path not in named:
            wrong.append("does not name the file %s" % ascii(path))
        if found and found[1] in secret:
            wrong.append("calls an item restricted that stands in %s" % ascii(path))
    return wrong


def row_wrong(row, payload):
    ref, path = ascii(row["ref"]), "data/%s" % row["path"]
    if path in payload and payload[path] is None:
        return []  # already named as missing or changed
    found = payload.get(path)
    if row["state"] == "withheld":
        bad = row["path"] is not None or not row["ground"] or not row["decided_by"]
        return ["withholds %s without a ground, or with a file" % ref] if bad else []
    if row["ground"] == "restricted":
        return ["shows the restricted item %s" % ref]
    if row["state"] == "included":
        other = str(row["path"]).startswith("proofs/") and path != PROOFS + row["ref"].split(":")[-1] + ".json"
        wrong = ["names a proof for %s that is another's" % ref] if other else []
        bad = found != (row["size"], row["sha256"]) or not row["size"]
        return wrong + (["says that %s is included, but its file is missing, empty or differs" % ref] if bad else [])
    if row["state"] == "thumbnail_only":
        bad = not found or not found[0]
        return ["says that %s has a thumbnail, but there is none" % ref] if bad else []
    return ["has an unknown state for %s" % ref]


# --- merkle proofs: raw transaction -> txid -> branch -> root in a header -> the header's own work -----------------


class ProofWrong(Exception):
    pass


def dsha(data):
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


def compact_size(raw, at):
    """Return (number, position after it) of a length in its shortest form."""
    first = raw[at] if at < len(raw) else None
    if first is None:
        raise ProofWrong(NO_TX)
    if first < 253:
        return first, at + 1
    width = {253: 2, 254: 4, 255: 8}[first]
    number = int.from_bytes(raw[at + 1 : at + 1 + width], "little")
    if at + 1 + width > len(raw) or number < {2: 253, 4: 2**16, 8: 2**32}[width]:
        raise ProofWrong(NO_TX)
    return number, at + 1 + width


def skip_scripts(raw, at, before, after):
    """Step over a counted row of scripts with fixed bytes before and after each; return (count, position)."""
    count, at = compact_size(raw, at)
    for _ in range(count):
        size, at = compact_size(raw, at + before)
        at += size + after
        if at > len(raw):
            raise ProofWrong(NO_TX)
    return count, at


def bare_transaction(raw):
    """Return the transaction without marker, flag and witnesses (BIP 141): its double SHA-256 is the txid."""
    segwit = raw[4:6] == b"\0\1"
    inputs, at = skip_scripts(raw, 6 if segwit else 4, 36, 4)
    outputs, end = skip_scripts(raw, at, 8, 0)
    at = end
    for _ in range(inputs if segwit else 0):
        at = skip_scripts(raw, at, 0, 0)[1]
    if at + 4 != len(raw) or not inputs or not outputs:
        raise ProofWrong(NO_TX)
    return raw[:4] + raw[6:end] + raw[-4:] if segwit else raw


def branch_root(digest, position, count, siblings):
    """Return the root that a branch leads to. Only the last of an odd row pairs with itself (CVE-2012-2459)."""
    if not 0 <= position < count:
        raise ProofWrong("names a position outside its block")
    for sibling in siblings:
        if count == 1 or len(sibling) != 32 or (digest == sibling) != (position == count - 1 and count & 1 == 1):
            raise ProofWrong(NO_BRANCH)
        digest = dsha(sibling + digest) if position & 1 else dsha(digest + sibling)
        position, count = position >> 1, (count + 1) >> 1
    if count != 1:
        raise ProofWrong(NO_BRANCH)
    return digest


def full_target(bits):
    exponent, mantissa = bits >> 24, bits & 0x7FFFFF
    return mantissa << 8 * (exponent - 3) if exponent > 3 else mantissa >> 8 * (3 - exponent)


def work_in(headers, network):
    """Return how many tries mining these headers took on average; each must follow the one before."""
    if network not in EASIEST:
        raise ProofWrong("is of %s, whose mining cannot be checked here" % ascii(network))
    work = 0
    for number, header in enumerate(headers):
        if len(header) != 80:
            raise ProofWrong("has a header of the wrong length")
        bits = int.from_bytes(header[72:76], "little")
        target = full_target(bits)
        if bits & 0x800000 or not 0 < target <= full_target(EASIEST[network]):
            raise ProofWrong("has a header that asks for too little work")
        if int.from_bytes(dsha(header), "little") > target:
            raise ProofWrong("has a header without the work it claims")
        if number and header[4:36] != dsha(headers[number - 1]):
            raise ProofWrong("has headers that do not follow one another")
        work += 2**256 // (target + 1)
    return work


def check_proof(name, value):
    """Return (what the completeness list calls the transaction, the work behind it)."""
    try:
        whole = [value["v"], value["position"], value["count"]] + [value["height"]] * (value["height"] is not None)
        if set(value) != PROOF or value["v"] != 1 or any(type(each) is not int for each in whole):
            raise ProofWrong(NO_PROOF)
        raw = bytes.fromhex(value["raw"])
        headers = [bytes.fromhex(each) for each in [value["header"], *value["headers"]]]
        siblings = [bytes.fromhex(each) for each in value["siblings"]]
    except (ValueError, TypeError, KeyError):
        raise ProofWrong(NO_PROOF) from None
    txid, network = str(value["txid"]), str(value["network"])
    bare = bare_transaction(raw)
    if len(bare) == 64:
        raise ProofWrong("is for a transaction of 64 bytes, which could be forged")
    if dsha(bare)[::-1].hex() != txid or name != PROOFS + txid + ".json":
        raise ProofWrong("is for another transaction than it says")
    if headers[0][36:68] != branch_root(dsha(bare), value["position"], value["count"], siblings):
        raise ProofWrong("does not lead to the root in its header")
    return "%s:%s" % (network, txid), work_in(headers, network)


# --- the whole check -------------------------------------------------------------------------------------------


class Check:
    def __init__(self, source, expected_key):
        self.source, self.expected_key = source, expected_key
        self.problems, self.statement, self.totals = [], {}, {}
        self.payload = {}  # path -> (size, SHA-256), None for a file that is named as a problem

    def note(self, name, what, event=None):
        problem = {"file": name, "what": what, "event": event}
        if problem not in self.problems:
            self.problems.append(problem)

    def run(self):
        for name, why in self.source.odd:
            self.note(name, why)
        if not self.signature():
            return
        tags = self.listed(TAG)
        if tags is None:
            return
        self.tag_files(tags)
        if any(problem["file"] == MAN for problem in self.problems):
            return
        manifest = self.listed(MAN)
        if manifest is not None:
            self.compare_payload(manifest)
            self.statements()

    def read(self, name):
        if name not in self.source.names:
            self.note(name, "is missing")
            return None
        found = bytearray()
        try:
            for piece in pieces(self.source, name):
                found += piece
                if len(found) > MAX_WHOLE:
                    self.note(name, "is larger than such a file may be")
                    return None
        except Unreadable as error:
            self.note(name, str(error))
            return None
        return bytes(found)

    def signature(self):
        raw = self.read(SIG)
        if raw is None:
            return False
        value = parse_canonical(raw[:-1]) if raw.endswith(b"\n") else None
        if value is None or not self.statement_holds(value):
            self.note(SIG, "was changed: it is not a valid signature")
            return False
        self.statement = value
        raw = self.read(TAG)
        if raw is None:
            return False
        if sha256(raw) != value["tagmanifest_sha256"]:
            self.note(TAG, "was changed: it is not the file that was signed")
            return False
        if self.expected_key and self.expected_key.lower() != value["key_id"]:
            self.note(SIG, "is by the key %s, not by the key you expect" % value["key_id"])
        return True

    @staticmethod
    def statement_holds(value):
        if set(value) != STATEMENT or value["v"] is True or (value["v"], value["alg"]) != (1, "ed25519"):
            return False
        public, signature = unhex(value["key"]), unhex(value["signature"])
        if public is None or signature is None or sha256(public)[:16] != value["key_id"]:
            return False
        signed = {name: part for name, part in value.items() if name != "signature"}
        return ed25519_holds(public, b"amparo-bundle-v1\0" + canonical(signed).encode("utf-8"), signature)

    def listed(self, name):
        """Return path -> SHA-256 of a manifest, or None (noted) if a line is not allowed."""
        raw = self.read(name)
        if raw is None:
            return None
        listed = {}
        for line in raw.decode("utf-8", "surrogateescape").split("\n")[:-1]:
            path = line[66:]
            shape = re.match(r"[0-9a-f]{64}  \S", line) and path == path.strip()
            inside = path.startswith("data/") == (name == MAN)
            if not shape or not inside or path in listed or danger(path):
                self.note(name, "has a line that is not allowed: %s" % ascii(line[:200]))
                return None
            listed[path] = line[:64]
        return listed

    def tag_files(self, tags):
        for name in sorted(set(tags) | set(TAG_FILES)):
            if name in tags:
                self.compare(name, tags[name])
            else:
                self.note(name, "is not listed in the tag manifest")
        for name in sorted(self.source.names - set(tags) - {TAG, SIG}):
            if not name.startswith("data/"):
                self.note(name, "was added: it is not listed")

    def compare(self, name, wanted):
        if name not in self.source.names:
            self.note(name, "is missing")
            return None
        digest, size = hashlib.sha256(), 0
        try:
            for piece in pieces(self.source, name):
                digest.update(piece)
                size += len(piece)
        except Unreadable as error:
            self.note(name, str(error))
            return None
        if digest.hexdigest() != wanted:
            self.note(name, "was changed: its digest differs")
            return None
        return size, wanted

    def compare_payload(self, manifest):
        for name in sorted(set(manifest) | set(NEEDED)):
            if name in manifest:
                self.payload[name] = self.compare(name, manifest[name])
            else:
                self.note(name, "is not listed in the manifest")
        for name in sorted(self.source.names):
            if name.startswith("data/") and name not in manifest:
                self.note(name, "was added: it is not listed")
        self.totals["files"] = len(manifest)

    def statements(self):
        checkpoints, keys = self.parsed("data/checkpoints.json"), self.parsed("data/keys.json")
        findings, listed = self.parsed("data/findings.json"), self.parsed("data/completeness.json")
        if checkpoints is not None and keys is not None and CUSTODY in self.source.names:
            self.custody(checkpoints, keys)
        if keys is not None:
            self.checked("data/keys.json", check_keys, keys, self.statement)
        if findings is not None and listed is not None:
            self.checked("data/completeness.json", check_completeness, findings, listed, self.payload)
            items = listed["items"] if isinstance(listed.get("items"), list) else []
            self.totals["cited"] = len(items)
            self.proofs([row for row in items if isinstance(row, dict)])

    def proofs(self, rows):
        names = sorted(name for name in self.payload if name.startswith(PROOFS) and self.payload[name])
        refs = {"data/%s" % row.get("path"): row.get("ref") for row in rows}
        least = None
        for name in names:
            value = self.parsed(name)
            if value is None:
                continue
            try:
                ref, work = check_proof(name, value)
            except ProofWrong as error:
                self.note(name, str(error))
                continue
            least = work if least is None else min(least, work)
            if refs.get(name) != ref:
                self.note(name, "is not the proof of the item that names it")
        if names:
            self.totals["proofs"] = len(names)
            self.totals["least_work"] = (least or 1).bit_length() - 1

    def parsed(self, name):
        if self.payload.get(name) is None:
            return None
        raw = self.read(name)
        try:
            value = json.loads(raw.decode("utf-8")) if raw is not None else None
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.note(name, "is not JSON as the format asks")
            return None
        return value

    def custody(self, checkpoints, keys):
        try:
            bad = Chains(self.source, checkpoints, keys).run()
            self.totals["events"] = sum(each["length"] for each in checkpoints["logs"])
        except Unreadable:
            return  # noted when its digest was taken
        except Malformed as error:
            self.note("data/checkpoints.json", str(error))
            return
        if bad:
            self.problems = [each for each in self.problems if each["file"] != CUSTODY]
            self.note(CUSTODY, "event %d of %s: %s" % (bad[1], ascii(bad[0]), bad[2]), bad[1])

    def checked(self, name, check, *values):
        try:
            for what in check(*values):
                self.note(name, what)
        except (KeyError, TypeError, ValueError, AttributeError):
            self.note(name, "is not as the format asks")

    def sentence(self):
        if self.problems:
            first = self.problems[0]
            more = " And %d more." % (len(self.problems) - 1) if len(self.problems) > 1 else ""
            return "Changed: %s %s.%s" % (first["file"], first["what"], more)
        proven = ""
        if "proofs" in self.totals:
            words = "All %d merkle proofs hold; forging one takes about 2^%d tries. "
            proven = words % (self.totals["proofs"], self.totals["least_work"])
        return (
            "Good: all %d files, %d custody events and %d cited items are as they were signed at %s with the key %s. "
            "%sCompare this key with the one that the agency gave you in another way."
        ) % (
            self.totals["files"],
            self.totals["events"],
            self.totals["cited"],
            self.statement["signed_at"],
            self.statement["key_id"],
            proven,
        )


def verify(path, expected_key=None):
    """Return the result as a dict; "exit_code" is 0, 1 or 2."""
    try:
        source = open_source(path)
        if not source.names & {SIG, TAG, MAN}:
            raise CannotCheck("it holds no signature and no manifest")
    except CannotCheck as error:
        return result(2, "Cannot check: %s." % error, [], {}, {})
    check = Check(source, expected_key)
    check.run()
    return result(1 if check.problems else 0, check.sentence(), check.problems, check.statement, check.totals)


def result(code, sentence, problems, statement, totals):
    return {
        "outcome": ("good", "changed", "cannot-check")[code],
        "exit_code": code,
        "sentence": sentence,
        "problems": problems,
        "key_id": statement.get("key_id"),
        "signed_at": statement.get("signed_at"),
        "totals": totals,
    }


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Check an Amparo court bundle (folder or zip).")
    parser.add_argument("bundle", help="the bundle's folder or zip file")
    parser.add_argument("--key", metavar="FINGERPRINT", help="the key (16 signs) the agency gave you in another way")
    parser.add_argument("--json", action="store_true", help="print the whole result as one line of JSON")
    options = parser.parse_args(arguments)
    found = verify(options.bundle, options.key)
    if options.json:
        print(json.dumps(found, sort_keys=True))
    else:
        print(ascii(found["sentence"])[1:-1] if not found["sentence"].isascii() else found["sentence"])
        for problem in found["problems"][1:]:
            print(ascii("  %s %s" % (problem["file"], problem["what"]))[1:-1])
    return found["exit_code"]


if __name__ == "__main__":
    sys.exit(main())
