"""One small case that touches every part of a bundle: included, withheld, restricted, thumbnail, picture, notes."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from amparo.base import Blob, Recipe
from amparo.bundle import (
    AuthorisationFacts,
    BundleContent,
    CompletenessRow,
    CustodyLog,
    ExhibitFacts,
    IssuedFinding,
    KeyFacts,
    State,
    build_bundle,
)
from amparo.custody import Event, SigningKey, event_line, first_prev, next_prev
from amparo.findings import Finding, Level, Statement

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LOG = "case:6f1c2d3e-0000-4000-8000-000000000001"
NOTE = b"pay to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT\n"
THUMB = b"\x89PNG small grey picture"
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60"><title>Flow</title>'
    '<rect x="5" y="15" width="70" height="30" fill="none" stroke="#111"/>'
    '<text x="10" y="34" font-size="9">seed 9:0</text>'
    '<path d="M75 30H125" stroke="#111"/><rect x="125" y="15" width="70" height="30" fill="#ddd" stroke="#111"/>'
    '<text x="130" y="34" font-size="9">held 50 BTC</text></svg>'
)


def sha(data):
    return hashlib.sha256(data).hexdigest()


@pytest.fixture(scope="session")
def signer():
    return SigningKey.from_seed(b"a test key of thirty-two bytes!!")


@pytest.fixture(scope="session")
def second_key():
    return SigningKey.from_seed(b"another key of thirty-two bytes!")


def chain(count, log=LOG):
    lines, prev = [], first_prev(log)
    actions = ["exhibit.deposited", "exhibit.sealed", "item.opened", "finding.confirmed"]
    for seq in range(1, count + 1):
        event = Event(
            actor=f"u{seq % 3}",
            role="investigator",
            action=actions[seq % len(actions)],
            object=f"EX1/p1/docs/item-{seq}.txt",
            at=AT.replace(hour=8, minute=seq % 60),
            reason="compare with the list" if seq % 2 else None,
            facts={"n": seq},
        )
        lines.append(event_line(event, log=log, seq=seq, prev=prev))
        prev = next_prev(lines[-1])
    return lines


def findings():
    media = Recipe(
        "media.match", "1", {"threshold": 31, "signal": "pdq"}, {"list": "a" * 64, "item": "b" * 64}, "c" * 64
    )
    trace = Recipe("ledger.trace", "1", {"rule": "fifo", "seed": "9:0"}, {"blk00000.dat": "d" * 64}, "e" * 64)
    match = {"item": "p1/photos/a.jpg", "exhibit": "EX1", "distance": 12, "list": "National list", "label": "A"}
    flow = {
        "seeded": 5_000_000_000,
        "seed": "9:0",
        "rule": "fifo",
        "held": 5_000_000_000,
        "fee": 0,
        "stopped": 0,
        "gap": 0,
    }
    seen = {
        "kind": "BTC address",
        "value": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
        "where": "EX1/p1/docs/a.zip|3|GZIP-0 @ byte 7",
        "validity": "checksum valid",
    }
    return (
        IssuedFinding(
            Finding(
                "F1",
                Statement("match.near", match),
                Level.INFERRED,
                ("EX1/p1/photos/a.jpg", "EX1/p1/photos/b.jpg"),
                media,
                against=(Statement("pdq.known-error", {"threshold": 31}),),
                known_error=Statement("pdq.known-error", {"threshold": 31}),
            ),
            author="r.diaz",
            reviewers=("m.okoro", "l.haddad"),
        ),
        IssuedFinding(
            Finding(
                "F2",
                Statement("trace.flow", flow),
                Level.DERIVED,
                ("btc:9:0",),
                trace,
                against=(Statement("trace.convention", {"rule": "fifo"}),),
            ),
            author="r.diaz",
            picture="flow-1",
        ),
        IssuedFinding(
            Finding("F3", Statement("sighting.seen", seen), Level.OBSERVED, ("EX1/p1/docs/a.txt",), None),
            author="m.okoro",
        ),
    )


def rows():
    return (
        CompletenessRow(
            "EX1/p1/docs/a.txt", State.INCLUDED, f"exhibits/EX1/{sha(NOTE)[:16]}.txt", len(NOTE), sha(NOTE)
        ),
        CompletenessRow(
            "EX1/p1/photos/a.jpg",
            State.WITHHELD,
            size=44_000,
            sha256=sha(b"the restricted picture"),
            ground="restricted",
            decided_by="r.diaz",
            at=AT,
        ),
        CompletenessRow(
            "EX1/p1/photos/b.jpg", State.THUMBNAIL_ONLY, "thumbs/b.png", 51_000, "f" * 64, "too-large", "r.diaz", AT
        ),
        CompletenessRow("btc:9:0", State.WITHHELD, ground="public-record", decided_by="r.diaz", at=AT),
    )


def content_of(signer, **changes):
    keys = (
        KeyFacts(signer.public.hex(), "Cybercrime Unit of Exampleland", "agency", AT.replace(year=2025)),
        KeyFacts("7" * 64, "Cybercrime Unit of Exampleland", "agency", AT.replace(year=2024), AT, AT),
    )
    content = BundleContent(
        case_ref="2026-0042",
        agency="Cybercrime Unit of Exampleland",
        languages=("en",),
        findings=findings(),
        custody=(CustodyLog(LOG, chain(12)),),
        keys=keys,
        completeness=rows(),
        exhibits=(ExhibitFacts("EX1", "Laptop disk", "disk-image", "b" * 64, 3_538_890, {"Acquired": "24 Nov 2026"}),),
        authorisations=(
            AuthorisationFacts("A1", "court-order", "Order 17/2026", "First Court", "2026-11-01", "2027-05-01"),
        ),
        files={
            f"exhibits/EX1/{sha(NOTE)[:16]}.txt": Blob.from_bytes(NOTE, "a.txt"),
            "thumbs/b.png": Blob.from_bytes(THUMB, "b.png"),
        },
        pictures={"flow-1": SVG},
        picture_refs={"flow-1": ("btc:9:0",)},
        notes=(
            Statement(
                "policy.two-persons-relaxed",
                {"acts": "match review", "officer": "r.diaz", "date": "2026-11-01", "reason": "a unit of four"},
            ),
        ),
        action_words={"exhibit.sealed": "sealed the exhibit"},
    )
    return replace(content, **changes)


@pytest.fixture
def content(signer):
    return content_of(signer)


@pytest.fixture(scope="session")
def built(signer, tmp_path_factory):
    """A finished bundle (read only: tests that change it copy it first)."""
    return build_bundle(content_of(signer), tmp_path_factory.mktemp("bundle") / "2026-0042", signer, at=AT).path


@pytest.fixture(scope="session")
def make_content():
    return content_of


@pytest.fixture(scope="session")
def make_chain():
    return chain


@pytest.fixture(scope="session")
def reports(signer, tmp_path_factory):
    """The data folder of an exercise's bundle in English and Arabic."""
    content = content_of(signer, languages=("en", "ar"), exercise=True)
    return build_bundle(content, tmp_path_factory.mktemp("reports") / "b", signer, at=AT).path / "data"
