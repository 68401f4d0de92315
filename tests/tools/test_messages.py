"""The catalogue tool: what it finds, what it refuses, and that its files are the same on every run."""

import gettext
import json

import pytest

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
from amparo.base import gettext_noop as later

class Wrong(Exception):
    sentence = later("The file hashes to %(received)s.")

def view(count, name):
    _("Save")
    _(name)
    _(WORDS["not a message"])
    say("nor this")
    pgettext("a court", "Bundle")
    return ngettext("%(count)s case", "%(count)s cases", count)
"""
TEMPLATE = """{% load i18n %}
<ul>
    <li title="{% translate 'Open' %}">{% translate "Save" %}</li>
      <li>{% blocktranslate with n=x.y %}Page {{ n }} of 100 %{% endblocktranslate %}</li>
  <li>{% blocktranslate count counter=n trimmed %}
      {{ counter }} item
    {% plural %}
      {{ counter }} items
  {% endblocktranslate %}</li>
</ul>
"""
SPANISH = {
    "The file hashes to %(received)s.": "El archivo da %(received)s.",
    "Save": "Guardar",
    "Open": "Abrir",
    "a court\x04Bundle": "Legajo",
    "Page %(n)s of 100 %%": "Página %(n)s de 100 %%",
    "%(count)s case": ["%(count)s caso", "%(count)s casos"],
    "%(counter)s item": ["%(counter)s elemento", "%(counter)s elementos"],
}


@pytest.fixture
def messages(tool, tmp_path, monkeypatch):
    module = tool("messages")
    package = tmp_path / "amparo"
    (package / "web" / "templates").mkdir(parents=True)
    (package / "code.py").write_text(PYTHON)
    (package / "web" / "templates" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(module, "PACKAGE", package)
    monkeypatch.setattr(module, "LOCALE", package / "web" / "locale")
    return module


@pytest.fixture
def fill(messages, tmp_path):
    def run(strings, language="es"):
        (tmp_path / "new.json").write_text(json.dumps(strings))
        return messages.main(["fill", language, str(tmp_path / "new.json")])

    return run


def test_finds_every_message_of_code_and_templates(messages):
    found = messages.extract()
    assert set(found) == set(SPANISH)
    assert found["Save"].places == ("code.py", "web/templates/page.html")
    assert found["%(counter)s item"].plural == "%(counter)s items"
    assert found["a court\x04Bundle"].context == "a court"


def test_files_are_the_same_on_every_run_and_carry_no_date(messages, fill):
    assert messages.main(["update"]) == 0
    assert fill(SPANISH) == 0
    first = messages.path_of("es").read_bytes()
    assert messages.main(["update"]) == 0
    assert messages.path_of("es").read_bytes() == first
    assert b"-Date" not in first
    assert b"native reviewer is still wanted" in first


def test_missing_lists_what_fill_reads(messages, fill, capsys):
    messages.main(["update"])
    fill({"Save": "Guardar"})
    capsys.readouterr()
    assert messages.main(["missing", "es", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(SPANISH) - {"Save"}


def test_check_passes_only_when_all_is_translated(messages, fill, monkeypatch, capsys):
    monkeypatch.setattr(messages, "PLURALS", {"es": messages.PLURALS["es"]})
    messages.main(["update"])
    assert messages.main(["check"]) == 1
    assert "no translation: 'Open'" in capsys.readouterr().err
    fill(SPANISH)
    assert messages.main(["check"]) == 0


def test_check_finds_a_fuzzy_and_an_outdated_entry(messages, fill, monkeypatch, capsys):
    monkeypatch.setattr(messages, "PLURALS", {"es": messages.PLURALS["es"]})
    messages.main(["update"])
    fill(SPANISH)
    path = messages.path_of("es")
    text = path.read_text().replace('msgid "Open"', '#, fuzzy\nmsgid "Open"')
    path.write_text(text + '\nmsgid "Gone"\nmsgstr "Ido"\n')
    assert messages.main(["check"]) == 1
    said = capsys.readouterr().err
    assert "fuzzy: 'Open'" in said
    assert "no longer in the source, run update: 'Gone'" in said


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        pytest.param("The file hashes to %(received)s.", "El archivo.", "placeholders differ", id="fact-lost"),
        pytest.param("Save", "Guardar %(x)s", "placeholders differ", id="fact-made-up"),
        pytest.param("Save", "<b>Guardar</b>", "markup differs", id="markup"),
        pytest.param("Save", "Guardar ", "blank signs", id="blank"),
        pytest.param("%(count)s case", ["%(count)s caso"], "1 of 2 strings", id="plural-form-lost"),
        pytest.param("No such", "Nada", "no such message", id="unknown"),
    ],
)
def test_fill_refuses_and_writes_nothing(messages, fill, capsys, key, value, fault):
    messages.main(["update"])
    before = messages.path_of("es").read_bytes()
    assert fill({"Open": "Abrir", key: value}) == 1
    assert fault in capsys.readouterr().err
    assert messages.path_of("es").read_bytes() == before


def test_a_broken_file_is_refused_in_words(messages, tmp_path, capsys):
    (tmp_path / "bad.json").write_text("{")
    assert messages.main(["fill", "es", str(tmp_path / "bad.json")]) == 1
    assert capsys.readouterr().err


@pytest.mark.parametrize(("n", "form"), [(0, 0), (1, 1), (2, 2), (3, 3), (10, 3), (11, 4), (99, 4), (100, 5), (103, 3)])
def test_arabic_has_its_six_plural_forms(messages, fill, n, form):
    forms = [f"%(count)s f{i}" for i in range(6)]
    messages.main(["update"])
    assert fill({"%(count)s case": forms}, "ar") == 0
    messages.main(["compile"])
    with messages.path_of("ar").with_suffix(".mo").open("rb") as stream:
        catalogue = gettext.GNUTranslations(stream)
    assert catalogue.ngettext("%(count)s case", "%(count)s cases", n) == forms[form]


def test_a_message_of_facts_only_needs_no_words(messages):
    assert messages.needs_no_words(messages.Message("", "%(what)s", "", ()))
    assert not messages.needs_no_words(messages.Message("", "%(what)s: no", "", ()))


@pytest.mark.parametrize("language", ["es", "fr", "ar", "pt", "sw"])
def test_the_court_report_and_the_desk_say_the_same_words(tool, language):
    """A bundle carries its own words, since it is built without Django; one thing has one name in both."""
    module = tool("messages")
    desk = module.translations(module.read(module.path_of(language)))
    report = json.loads((module.PACKAGE / "bundle" / "catalogue" / f"{language}.json").read_text())
    shared = {key: (desk[key][0], text) for key, text in report.items() if key in desk}
    assert len(shared) > 50
    assert {key: both for key, both in shared.items() if both[0] != both[1]} == {}
