"""Two verifiers that share no code: the engine's, and the pristine verify.py. They must agree on everything."""

import importlib.util
import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from amparo.base import canonical
from amparo.bundle import VERIFIER, pack, verify
from amparo.bundle.bag import DOMAIN, SIGNATURE, TAG_MANIFEST, digest_file

spec = importlib.util.spec_from_file_location("pristine_verify", VERIFIER)
stand_alone = importlib.util.module_from_spec(spec)
spec.loader.exec_module(stand_alone)


def both(path, key=None, *, same_words=True):
    """Return the one verdict of both verifiers: (exit code, {(file, event)})."""
    mine, theirs = verify(path, expected_key=key), stand_alone.verify(str(path), key)
    named = {(each.file, each.event) for each in mine.problems}
    assert (mine.exit_code, named) == (
        theirs["exit_code"],
        {(each["file"], each["event"]) for each in theirs["problems"]},
    )
    assert not same_words or mine.as_dict() == theirs
    return mine.exit_code, named


@pytest.fixture
def copy(built, tmp_path):
    return Path(shutil.copytree(built, tmp_path / "2026-0042"))


def resign(root, signer):
    """Write manifests and signature anew, as a dishonest unit could."""
    for name in ("manifest-sha256.txt", TAG_MANIFEST):
        lines = [line[66:] for line in (root / name).read_text().splitlines()]
        (root / name).write_text("".join(f"{digest_file(root / each).sha256}  {each}\n" for each in lines))
    statement = json.loads((root / SIGNATURE).read_text())
    del statement["signature"]
    statement["tagmanifest_sha256"] = digest_file(root / TAG_MANIFEST).sha256
    signature = signer.sign(DOMAIN, canonical(statement).encode()).hex()
    (root / SIGNATURE).write_text(canonical({**statement, "signature": signature}) + "\n")


def change_json(path, change):
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(canonical(value) + "\n", encoding="utf-8")


def test_a_whole_bundle_is_good_as_folder_and_as_zip(built, signer, tmp_path):
    assert both(built) == (0, set())
    assert both(built, signer.id) == (0, set())
    assert both(pack(built, tmp_path / "b.zip")) == (0, set())
    report = verify(built)
    assert report.totals == {"files": 18 - 2, "events": 12, "cited": 4}
    assert report.key_id == signer.id
    assert signer.id in report.sentence


def test_200_changed_bytes_are_all_found_and_named(built, tmp_path):
    """Every file is hit at least five times, the manifests, the signature and verify.py among them."""
    dice = random.Random(20261124)
    names = sorted(path.relative_to(built).as_posix() for path in built.rglob("*") if path.is_file())
    hit = [name for name in names for _ in range(5)]
    hit += dice.choices(names, k=max(0, 200 - len(hit)))
    assert len(hit) >= 200
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    for name in hit:
        path = copy / name
        whole = path.read_bytes()
        place = dice.randrange(len(whole))
        changed = whole[place] ^ dice.randint(1, 255)
        path.write_bytes(whole[:place] + bytes([changed]) + whole[place + 1 :])
        code, named = both(copy)
        assert code == 1, (name, place)
        assert {file for file, _ in named} == {name}, (name, place, named)
        path.write_bytes(whole)
    assert both(copy) == (0, set())


def test_a_changed_custody_byte_names_its_event(built, tmp_path):
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    log = copy / "data/custody.jsonl"
    whole = log.read_bytes()
    dice = random.Random(7)
    for _ in range(80):
        place = dice.randrange(len(whole))
        event = whole[:place].count(b"\n") + 1
        log.write_bytes(whole[:place] + bytes([whole[place] ^ dice.randint(1, 255)]) + whole[place + 1 :])
        assert both(copy) == (1, {("data/custody.jsonl", event)}), (place, event)
    log.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert both(copy) == (1, {("data/custody.jsonl", 12)})
    lines = whole.splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert both(copy) == (1, {("data/custody.jsonl", 5)})
    log.write_bytes(whole + lines[-1])
    assert both(copy) == (1, {("data/custody.jsonl", 13)})


@pytest.mark.parametrize("name", ["data/findings.json", "verify.py", "manifest-sha256.txt", TAG_MANIFEST, SIGNATURE])
def test_missing_and_empty(copy, name):
    (copy / name).unlink()
    assert both(copy) == (1, {(name, None)})
    (copy / name).touch()
    assert both(copy) == (1, {(name, None)})


@pytest.mark.parametrize("name", ["data/extra.txt", "extra.txt", "data/exhibits/EX9/x.bin", ".DS_Store"])
def test_an_added_file(copy, name):
    (copy / name).parent.mkdir(parents=True, exist_ok=True)
    (copy / name).write_text("new")
    assert both(copy) == (1, {(name, None)})


def test_links_and_colliding_names(copy):
    (copy / "data/link.txt").symlink_to("/etc/hostname")
    (copy / "data/folder").symlink_to("/etc")
    (copy / "data/Findings.json").write_text("{}")
    code, named = both(copy)
    assert code == 1
    assert {("data/link.txt", None), ("data/folder", None), ("data/findings.json", None)} <= named


def test_not_a_bundle(tmp_path):
    assert both(tmp_path) == (2, set())
    (tmp_path / "b.zip").write_bytes(b"PK\x03\x04 cut")
    assert both(tmp_path / "b.zip") == (2, set())
    assert both(tmp_path / "absent") == (2, set())
    assert verify(tmp_path).sentence.startswith("Cannot check")


def zip_with(built, target, *extra):
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(path for path in built.rglob("*") if path.is_file()):
            archive.write(path, path.relative_to(built).as_posix())
        for name, data in extra:
            archive.writestr(name, data)
    return target


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil", "data/../evil", "data\\evil", "C:/evil", "data/a\x07b"])
def test_a_zip_with_an_unsafe_name(built, tmp_path, name):
    code, named = both(zip_with(built, tmp_path / "b.zip", (name, b"x")))
    assert code == 1
    assert len(named) == 1
    assert list(tmp_path.iterdir()) == [tmp_path / "b.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_a_double_a_link_and_a_damaged_member(built, tmp_path):
    assert both(zip_with(built, tmp_path / "1.zip", ("data/findings.json", b"{}"))) == (
        1,
        {("data/findings.json", None)},
    )
    link = zipfile.ZipInfo("data/link")
    link.external_attr = 0o120777 << 16
    assert both(zip_with(built, tmp_path / "2.zip", (link, b"/etc/passwd"))) == (1, {("data/link", None)})
    raw = bytearray(zip_with(built, tmp_path / "3.zip").read_bytes())
    raw[raw.index(b"pay to 1Boat")] ^= 1
    (tmp_path / "3.zip").write_bytes(raw)
    code, named = both(tmp_path / "3.zip")
    assert code == 1
    assert len(named) == 1
    assert named.pop()[0].startswith("data/exhibits/EX1/")


def test_another_key_than_expected(built, second_key):
    assert both(built, second_key.id) == (1, {(SIGNATURE, None)})


def test_signed_anew_by_a_key_that_is_not_listed(copy, second_key):
    statement = json.loads((copy / SIGNATURE).read_text())
    statement |= {"key": second_key.public.hex(), "key_id": second_key.id}
    (copy / SIGNATURE).write_text(canonical(statement) + "\n")
    resign(copy, second_key)
    assert both(copy) == (1, {("data/keys.json", None)})


def forge(copy, signer, name, change):
    change_json(copy / name, change)
    resign(copy, signer)
    return both(copy)


def drop_first(key):
    return lambda value: value[key].pop(0)


def set_row(index, **facts):
    return lambda value: value["items"][index].update(facts)


@pytest.mark.parametrize(
    ("name", "change", "blamed"),
    [
        pytest.param("data/completeness.json", drop_first("items"), None, id="cited-but-not-listed"),
        pytest.param("data/findings.json", drop_first("findings"), "data/completeness.json", id="listed-but-not-cited"),
        pytest.param("data/completeness.json", set_row(0, size=1), None, id="another-size"),
        pytest.param("data/completeness.json", set_row(0, state="withheld"), None, id="withheld-with-a-file"),
        pytest.param("data/completeness.json", set_row(1, state="included"), None, id="restricted-included"),
        pytest.param("data/completeness.json", set_row(1, ground=None), None, id="withheld-without-ground"),
        pytest.param("data/completeness.json", set_row(2, path="thumbs/none.png"), None, id="no-thumbnail"),
        pytest.param("data/completeness.json", set_row(3, state="lost"), None, id="unknown-state"),
        pytest.param("data/completeness.json", lambda value: value.update(items=7), None, id="malformed"),
        pytest.param(
            "data/keys.json", lambda v: v["keys"][0].update(revoked="2026-01-01T00:00:00.000Z"), None, id="revoked"
        ),
        pytest.param(
            "data/keys.json", lambda v: v["keys"][0].update(valid_to="2026-01-01T00:00:00.000Z"), None, id="expired"
        ),
        pytest.param(
            "data/checkpoints.json", lambda v: v["checkpoints"][0].update(last=11), None, id="checkpoint-changed"
        ),
        pytest.param("data/checkpoints.json", lambda v: v["checkpoints"].clear(), None, id="no-checkpoint"),
        pytest.param("data/checkpoints.json", lambda v: v["logs"][0].update(length=11), None, id="shorter-log"),
    ],
)
def test_a_dishonest_signer_is_found_by_what_the_files_say(copy, signer, name, change, blamed):
    assert forge(copy, signer, name, change) == (1, {(blamed or name, None)})


def test_a_rewritten_custody_log_signed_anew(copy, signer):
    log = copy / "data/custody.jsonl"
    log.write_text(
        log.read_text().replace(
            '"reason":"compare with the list","role":"investigator","seq":5',
            '"reason":"x","role":"investigator","seq":5',
        )
    )
    resign(copy, signer)
    assert both(copy) == (1, {("data/custody.jsonl", 5)})


def test_the_command(built, copy):
    def run(path, *more):
        command = [sys.executable, "-I", str(VERIFIER), str(path), *more]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    good = run(built)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout.startswith("Good: ")
    assert len(good.stdout.splitlines()) == 1
    (copy / "data/keys.json").write_text("{}")
    bad = run(copy, "--json")
    assert bad.returncode == 1
    assert json.loads(bad.stdout)["problems"][0]["file"] == "data/keys.json"
    assert run(copy / "data").returncode == 2


def test_the_verifier_is_small_and_the_bundle_carries_it(built):
    assert VERIFIER.stat().st_size <= 60 * 1024
    assert (built / "verify.py").read_bytes() == VERIFIER.read_bytes()


def test_the_verifiers_own_ed25519_on_rfc_8032_vector_2_and_on_a_second_form_of_s():
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    assert stand_alone.ed25519_holds(public, b"\x72", signature)
    assert not stand_alone.ed25519_holds(public, b"\x73", signature)
    scalar = int.from_bytes(signature[32:], "little") + stand_alone.L
    assert not stand_alone.ed25519_holds(public, b"\x72", signature[:32] + scalar.to_bytes(32, "little"))


SIGNED = ("findings", "completeness", "keys", "checkpoints")
ODD = (None, True, 0, -1, 2.5, "", "x", "\u0000", [], [[]], {}, {"a": []}, 2**70)


def places(value, path=()):
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def test_any_value_in_any_place_of_a_signed_file_gets_an_answer_and_the_same_one(built, signer, tmp_path):
    copy = Path(shutil.copytree(built, tmp_path / "copy"))
    dice = random.Random(5)
    for name in SIGNED * 40:
        path = copy / f"data/{name}.json"
        whole = path.read_bytes()
        value = [json.loads(whole)]
        *way, last = dice.choice([each for each in places(value) if each])
        spot = value
        for key in way:
            spot = spot[key]
        spot[last] = dice.choice(ODD)
        path.write_text(json.dumps(value[0]))
        resign(copy, signer)
        code, named = both(copy, same_words=False)
        assert code in (0, 1)
        assert code == 0 or named
        path.write_bytes(whole)
