import hashlib
import tracemalloc
import zipfile
from datetime import UTC, datetime
from io import BytesIO

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.base import canonical
from amparo.bundle import BundleContent, CustodyLog, KeyFacts, build_bundle
from amparo.custody import Event, SigningKey, event_line, first_prev
from amparo.exchange import (
    AlteredReferral,
    ContentRefused,
    NotAnIdentity,
    NotForUs,
    PlaceTaken,
    ReferralTooLarge,
    ReplayedReferral,
    UnknownSender,
    new_identity,
    open_referral,
    recipient_of,
    seal_referral,
)
from amparo.exchange.envelope import DOMAIN, signed_part

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
META = {"case": "2026-0042", "purpose": "investigation", "exercise": True}


@pytest.fixture(scope="session")
def sender():
    return SigningKey.from_seed(b"the sending agency's test key 32")


@pytest.fixture(scope="session")
def ours():
    return new_identity()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "content"
    (path / "data").mkdir(parents=True)
    (path / "readme.txt").write_text("hello")
    (path / "data/a.bin").write_bytes(bytes(range(256)) * 40)
    return path


@pytest.fixture
def sealed(folder, sender, ours, tmp_path):
    out = tmp_path / "out.amparo"
    seal_referral(folder, out, sender=sender, recipient_age=ours.recipient, meta=META, at=AT)
    return out


def opened(path, out, ours, sender, **more):
    return open_referral(path, out, identity=ours.secret, known_senders={sender.id: sender.public}, **more)


def test_there_and_back(folder, sender, ours, tmp_path):
    report = seal_referral(folder, tmp_path / "r.amparo", sender=sender, recipient_age=ours.recipient, meta=META, at=AT)
    assert report.digest == hashlib.sha256(report.path.read_bytes()).hexdigest()
    referral = opened(report.path, tmp_path / "in", ours, sender)
    assert (referral.id, referral.key_id, referral.meta) == (report.id, sender.id, META)
    assert referral.at == "2026-11-24T09:30:00.000Z"
    assert referral.files == ("data/a.bin", "readme.txt")
    assert (referral.folder / "data/a.bin").read_bytes() == (folder / "data/a.bin").read_bytes()
    assert referral.bundle is None
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "in", "r.amparo"]


def test_nothing_of_the_content_is_readable_outside(sealed):
    raw = sealed.read_bytes()
    assert raw.startswith(b"age-encryption.org/v1\n")
    assert b"2026-0042" not in raw
    assert b"readme" not in raw


def bundle_of(key, tmp_path):
    line = event_line(
        Event(actor="u1", role="r", action="opened", object="case", at=AT),
        log="case:1",
        seq=1,
        prev=first_prev("case:1"),
    )
    keys = (KeyFacts(key.public.hex(), "Unit", "agency", AT.replace(year=2025)),)
    content = BundleContent("2026-0042", "Unit", ("en",), (), (CustodyLog("case:1", [line]),), keys, ())
    return build_bundle(content, tmp_path / "bundle", key, at=AT).path


def test_a_bundle_is_checked_before_it_leaves_and_when_it_comes(sender, ours, tmp_path):
    bundle = bundle_of(sender, tmp_path)
    report = seal_referral(bundle, tmp_path / "r", sender=sender, recipient_age=ours.recipient, meta=META, at=AT)
    referral = opened(report.path, tmp_path / "in", ours, sender)
    assert referral.bundle.ok
    assert referral.bundle.key_id == sender.id
    (bundle / "data/case.json").write_text("{}")
    with pytest.raises(ContentRefused, match=r"Changed: data/case\.json"):
        seal_referral(bundle, tmp_path / "r2", sender=sender, recipient_age=ours.recipient, meta=META, at=AT)


def refused(error, path, tmp_path, ours, sender, **more):
    with pytest.raises(error):
        opened(path, tmp_path / "in", ours, sender, **more)
    assert not (tmp_path / "in").exists()
    assert not [each for each in tmp_path.iterdir() if each.name.startswith(".")]


def test_wrong_recipient_unknown_sender_and_replay(sealed, sender, ours, tmp_path):
    refused(NotForUs, sealed, tmp_path, new_identity(), sender)
    refused(UnknownSender, sealed, tmp_path, ours, SigningKey.generate())
    with pytest.raises(UnknownSender):
        open_referral(sealed, tmp_path / "in", identity=ours.secret, known_senders={})
    referral = opened(sealed, tmp_path / "first", ours, sender)
    refused(ReplayedReferral, sealed, tmp_path, ours, sender, seen={referral.id})


def test_a_replay_sealed_anew_is_still_the_same_referral(sealed, sender, ours, tmp_path):
    first = opened(sealed, tmp_path / "first", ours, sender)
    plain = pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.from_str(ours.secret)])
    again = tmp_path / "again"
    again.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(ours.recipient)]))
    refused(ReplayedReferral, again, tmp_path, ours, sender, seen={first.id})


def test_one_partner_cannot_pass_a_referral_on_as_if_it_were_for_the_next(sealed, sender, ours, tmp_path):
    third = new_identity()
    plain = pyrage.decrypt(sealed.read_bytes(), [pyrage.x25519.Identity.from_str(ours.secret)])
    passed = tmp_path / "passed"
    passed.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(third.recipient)]))
    refused(AlteredReferral, passed, tmp_path, third, sender)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 255))
def test_no_changed_byte_is_taken_in(tmp_path_factory, sender, ours, where, flip):
    tmp_path = tmp_path_factory.mktemp("byte")
    (tmp_path / "content").mkdir()
    (tmp_path / "content/a.txt").write_text("a" * 300)
    path = tmp_path / "r"
    seal_referral(tmp_path / "content", path, sender=sender, recipient_age=ours.recipient, meta=META, at=AT)
    raw = bytearray(path.read_bytes())
    raw[where % len(raw)] ^= flip  # the length varies: age adds a random stanza
    path.write_bytes(raw)
    with pytest.raises((NotForUs, AlteredReferral)):
        opened(path, tmp_path / "in", ours, sender)
    assert not (tmp_path / "in").exists()


def test_cut_files(sealed, sender, ours, tmp_path):
    raw = sealed.read_bytes()
    for length in (0, 10, 150, 300, len(raw) - 1):
        sealed.write_bytes(raw[:length])
        refused((NotForUs, AlteredReferral), sealed, tmp_path, ours, sender)


def forged(tmp_path, sender, ours, body, **changes):
    """Write a referral as a partner with bad intent could: validly signed and sealed, any content."""
    head = {
        "v": 1,
        "at": "2026-11-24T09:30:00.000Z",
        "sender": sender.public.hex(),
        "key_id": sender.id,
        "recipient": ours.recipient,
        "meta": META,
        "sha256": hashlib.sha256(body).hexdigest(),
        "size": len(body),
    } | changes
    head["signature"] = sender.sign(DOMAIN, signed_part(head)).hex()
    path = tmp_path / "forged"
    plain = canonical(head).encode() + b"\n" + body
    path.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(ours.recipient)]))
    return path


def zip_of(*members):
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return packed.getvalue()


def link():
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    "members",
    [
        [("../evil", b"x")],
        [("/etc/evil", b"x")],
        [("a/../../evil", b"x")],
        [("a\\evil", b"x")],
        [("C:evil", b"x")],
        [(link(), b"/etc/passwd")],
        [("a", b"1"), ("a", b"2")],
        [("a", b"1"), ("A", b"2")],
        [("a", b"1"), ("a/b", b"2")],
    ],
    ids=["up", "root", "inside-up", "backslash", "drive", "link", "double", "case", "file-and-folder"],
)
def test_a_hostile_zip_is_not_unpacked(tmp_path, sender, ours, members):
    refused(AlteredReferral, forged(tmp_path, sender, ours, zip_of(*members)), tmp_path, ours, sender)
    assert not (tmp_path / "evil").exists()
    assert not (tmp_path.parent / "evil").exists()


def test_a_zip_bomb_stops_at_the_limit(tmp_path, sender, ours):
    body = zip_of(("zeros", bytes(5_000_000)))
    path = forged(tmp_path, sender, ours, body)
    refused(ReferralTooLarge, path, tmp_path, ours, sender, max_bytes=1_000_000)
    lying = bytearray(body)
    where = lying.rindex((5_000_000).to_bytes(4, "little"))
    lying[where : where + 4] = (1000).to_bytes(4, "little")
    path = forged(tmp_path, sender, ours, bytes(lying))
    refused((ReferralTooLarge, AlteredReferral), path, tmp_path, ours, sender, max_bytes=1_000_000)


def test_a_sealed_file_larger_than_the_limit_stops_early(tmp_path, sender, ours):
    path = forged(tmp_path, sender, ours, bytes(4 << 20))
    refused(ReferralTooLarge, path, tmp_path, ours, sender, max_bytes=1_000_000)


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 2},
        {"v": True},
        {"size": "7"},
        {"size": 7},
        {"sha256": "0" * 64},
        {"meta": []},
        {"extra": 1},
        {"recipient": "x"},
    ],
    ids=str,
)
def test_a_head_of_another_form_or_with_untrue_facts(tmp_path, sender, ours, changes):
    refused(AlteredReferral, forged(tmp_path, sender, ours, zip_of(("a", b"x")), **changes), tmp_path, ours, sender)


@pytest.mark.parametrize("plain", [b"", b"\n", b"{}\n", b"[" * 5000 + b"\n", b"\xff\n", b"x" * (3 << 20)])
def test_an_age_file_that_is_no_referral(tmp_path, sender, ours, plain):
    path = tmp_path / "no"
    path.write_bytes(pyrage.encrypt(plain, [pyrage.x25519.Recipient.from_str(ours.recipient)]))
    refused(AlteredReferral, path, tmp_path, ours, sender)


def test_a_body_that_is_no_zip(tmp_path, sender, ours):
    refused(AlteredReferral, forged(tmp_path, sender, ours, b"not a zip"), tmp_path, ours, sender)


def test_what_may_not_be_sealed(folder, sender, ours, tmp_path):
    def seal(content=folder, out=tmp_path / "r", recipient=ours.recipient, meta=META):
        return seal_referral(content, out, sender=sender, recipient_age=recipient, meta=meta, at=AT)

    with pytest.raises(NotAnIdentity):
        seal(recipient="age1xx")
    with pytest.raises(ContentRefused):
        seal(meta={"x": 1.5})
    with pytest.raises(ContentRefused):
        seal(meta={"x": "x" * (1 << 20)})
    with pytest.raises(ContentRefused):
        seal(content=folder / "readme.txt")
    (folder / "link").symlink_to("/etc/passwd")
    with pytest.raises(ContentRefused, match="link"):
        seal()
    assert not (tmp_path / "r").exists()
    (tmp_path / "r").touch()
    with pytest.raises(PlaceTaken):
        seal()


def test_identities():
    identity = new_identity()
    assert recipient_of(identity.secret) == identity.recipient
    assert identity.secret not in repr(identity)
    with pytest.raises(NotAnIdentity):
        recipient_of("AGE-SECRET-KEY-1XX")


def test_memory_does_not_grow_with_the_content(sender, ours, tmp_path):
    (tmp_path / "content").mkdir()
    with (tmp_path / "content/large").open("wb") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
    tracemalloc.start()
    seal_referral(tmp_path / "content", tmp_path / "r", sender=sender, recipient_age=ours.recipient, meta=META, at=AT)
    opened(tmp_path / "r", tmp_path / "in", ours, sender)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 << 20
