"""One test over every registry of the tree: names that can stand in recipes, docstrings, published examples.

What an example must give is tested here where all entries of a registry share a form, and in the room's own tests.
"""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from amparo.base import Entry, Registry

SOURCE = Path(__file__).resolve().parents[2] / "src"
DECLARED = re.compile(r"^([A-Z_]+)(?:: [^=]+)? = Registry\(", re.MULTILINE)
NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")


def registries() -> dict[str, Registry[Any]]:
    """Find every module-level registry in the source: none can be left out by forgetting it here."""
    found = {}
    for path in sorted((SOURCE / "amparo").rglob("*.py")):
        for name in DECLARED.findall(path.read_text(encoding="utf-8")):
            module = ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
            found[f"{module}.{name}"] = getattr(importlib.import_module(module), name)
    return found


REGISTRIES = registries()
ENTRIES = [
    pytest.param(registry, entry, id=f"{where.rsplit('.', 1)[1]}:{entry.name}")
    for where, registry in REGISTRIES.items()
    for entry in registry
]


def registry(name: str) -> Registry[Any]:
    return next(found for where, found in REGISTRIES.items() if where.endswith("." + name))


def entries_of(name: str) -> list[Any]:
    return [pytest.param(entry, id=entry.name) for entry in registry(name)]


def test_the_designs_registries_are_here() -> None:
    names = {where.rsplit(".", 1)[1] for where in REGISTRIES}
    wanted = {
        "SIGNALS", "LISTS", "KINDS", "DECODERS", "CONTAINERS", "TAINT_RULES", "SOURCES", "INTAKE_FORMS", "CASEPACKS",
        "TOOLS", "TEMPLATES", "KNOWN_GOOD", "TRANSFORMS", "EXPORTS",
    }  # fmt: skip
    assert wanted <= names
    assert len(ENTRIES) >= 50


@pytest.mark.parametrize(("registry", "entry"), ENTRIES)
def test_entry_conforms(registry: Registry[Any], entry: Any) -> None:
    assert isinstance(entry, Entry)
    assert NAME.fullmatch(entry.name), "names are permanent and stand in recipes: lowercase words with dots or hyphens"
    assert registry[entry.name] is entry
    assert type(entry).__doc__ or importlib.import_module(type(entry).__module__).__doc__
    examples = entry.examples()
    assert examples, f"{entry.name} publishes no example"
    assert entry.examples() == examples, "examples are the same each time"


@pytest.mark.parametrize("signal", entries_of("SIGNALS"))
def test_signals_reproduce_their_examples(signal: Any) -> None:
    from amparo.base import Blob
    from amparo.media import hash_blob

    for example in signal.examples():
        assert signal.valid(example.digest)
        if not signal.computed:
            continue  # given by lists, never made here
        assert hash_blob(Blob.from_bytes(example.data, "example")).digests()[signal.name] == example.digest


@pytest.mark.parametrize("form", entries_of("LISTS"))
def test_list_formats_reproduce_their_examples(form: Any) -> None:
    from io import BytesIO

    from amparo.base import Skipped

    for example in form.examples():
        read = list(form.read(BytesIO(example.data)))
        assert sum(getattr(each, "count", 1) for each in read if not isinstance(each, Skipped)) == example.entries
        assert tuple(each.reason for each in read if isinstance(each, Skipped)) == example.skipped


@pytest.mark.parametrize("form", entries_of("LISTS"))
def test_writable_list_formats_read_what_they_write(form: Any) -> None:
    from io import BytesIO

    from amparo.base import Skipped
    from amparo.media.lists import opened

    def entries(data: bytes) -> list[tuple[dict[str, str], str | None]]:
        found = [each for each in form.read(BytesIO(data)) if not isinstance(each, Skipped)]
        return [(dict(entry.digests), entry.label) for each in found for entry in opened(each) if entry.digests]

    if not form.writable:
        pytest.skip("it is read only")
    for example in form.examples():
        active = entries(example.data)
        sink = BytesIO()
        form.write([entry for each in form.read(BytesIO(example.data)) if not isinstance(each, Skipped)
                    for entry in opened(each)], sink, {})  # fmt: skip
        assert entries(sink.getvalue()) == active


@pytest.mark.parametrize("form", entries_of("KNOWN_GOOD"))
def test_known_good_forms_tell_the_listed_from_the_unlisted(form: Any, tmp_path: Path) -> None:
    from amparo.media.lists import detect

    for example in form.examples():
        path = tmp_path / "list"
        path.write_bytes(example.data)
        assert detect(example.data[:8192]) == form.name
        with form.open(path) as known:
            assert known.holds(**example.listed)
            assert not known.holds(**example.unlisted)
            assert not known.holds()


@pytest.mark.parametrize("form", entries_of("LISTS"))
def test_every_list_format_has_a_feedback_file(form: Any) -> None:
    from io import BytesIO

    from amparo.media import Entry
    from amparo.media.lists import feedback

    digests = {"md5": "ab" * 16, "pdq": "cd" * 32}
    for opinion in ("confirmed", "disputed", "withdrawn"):
        sink = BytesIO()
        given = feedback.Opinion(Entry(1, digests, "1", None, {"id": "7", "member_id": "42"}), opinion, 3, "a note")
        assert feedback.write(form.name, [given], sink) == 1
        assert sink.getvalue()
        assert feedback.suffix(form.name) in {"csv", "json", "xml"}


@pytest.mark.parametrize("transform", entries_of("TRANSFORMS"))
def test_transforms_make_the_same_copy_each_time(transform: Any) -> None:
    from PIL import Image

    for size in transform.examples():
        picture = Image.radial_gradient("L").convert("RGB").resize((size["width"], size["height"]))
        assert transform.apply(picture) == transform.apply(picture)


@pytest.mark.parametrize("kind", entries_of("KINDS"))
def test_kinds_accept_the_good_and_refuse_the_bad(kind: Any) -> None:
    from amparo.observables import NotThisKind

    examples = kind.examples()
    assert examples.good
    for raw, value in examples.good.items():
        assert kind.normalise(raw, examples.region) == value
    for raw in examples.bad:
        with pytest.raises(NotThisKind):
            kind.normalise(raw, examples.region)


@pytest.mark.parametrize("template", entries_of("TEMPLATES"))
def test_finding_templates_fill_in(template: Any) -> None:
    for facts in template.examples():
        sentence = template.sentence % facts
        assert "%(" not in sentence
        assert set(re.findall(r"%\((\w+)\)", template.sentence)) == set(facts)


@pytest.mark.parametrize("form", entries_of("INTAKE_FORMS"))
def test_intake_forms_accept_their_examples(form: Any) -> None:
    for answers in form.examples():
        assert form.wrong(form.clean(answers)) == {}


@pytest.mark.parametrize("casepack", entries_of("CASEPACKS"))
def test_casepacks_are_the_same_twice(casepack: Any, tmp_path: Path) -> None:
    for seed in casepack.examples():
        one = casepack.build(seed, tmp_path / f"{seed}-one")
        two = casepack.build(seed, tmp_path / f"{seed}-two")
        assert one.manifest == two.manifest


@pytest.mark.parametrize("rule", entries_of("TAINT_RULES"))
def test_taint_rules_conserve_their_examples(rule: Any) -> None:
    for example in rule.examples():
        traced = sum(example["traced"]) + example["fee"]
        marked = sum(tainted for _, tainted in example["inputs"])
        assert traced == marked or rule.name == "poison"
        assert rule.meaning
        assert rule.legal


def test_skip_reasons_are_short_keys() -> None:
    """Reasons that the source gives are permanent keys: lowercase words with hyphens."""
    given = re.compile(r"Skipped\([^,\n]+, \"([^\"]+)\"")
    reasons = {
        reason
        for path in (SOURCE / "amparo").rglob("*.py")
        for reason in given.findall(path.read_text(encoding="utf-8"))
    }
    assert len(reasons) >= 10
    for reason in reasons:
        assert NAME.fullmatch(reason), reason
