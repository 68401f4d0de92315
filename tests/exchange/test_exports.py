import csv
import json
from io import StringIO

import pytest

from amparo.base import UnknownEntry
from amparo.bundle import IssuedFinding
from amparo.exchange import EXPORTS, safe_cell, write_csv
from amparo.findings import Finding, Level, Statement


@pytest.mark.parametrize("export", list(EXPORTS), ids=lambda each: each.name)
def test_examples(export):
    for finding, line in export.examples():
        stream = StringIO(newline="")
        assert export.write([finding], stream, language="en", translate=lambda _, words: words) == 1
        assert stream.getvalue().endswith(line)


def test_unknown_export():
    with pytest.raises(UnknownEntry):
        EXPORTS["xlsx"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("\r=1", "'\r=1"),
        (-5, "-5"),
        (None, ""),
        ("a=b", "a=b"),
        ("a\x00b", "a\ufffdb"),
        (True, "True"),
    ],
)
def test_cells_never_run(value, cell):
    assert safe_cell(value) == cell


def test_a_table_comes_back_as_it_was_written():
    stream = StringIO(newline="")
    rows = [["x, y", 'a "quoted" word'], ["two\nlines", "=cmd|' /C calc'!A0"]]
    assert write_csv(stream, ["a", "=b"], rows) == 2
    assert list(csv.reader(StringIO(stream.getvalue(), newline=""))) == [
        ["a", "'=b"],
        ["x, y", 'a "quoted" word'],
        ["two\nlines", "'=cmd|' /C calc'!A0"],
    ]


def test_findings_in_another_language():
    claim = Statement("trace.convention", {"rule": "fifo"})
    finding = IssuedFinding(Finding("F1", claim, Level.DERIVED, ("btc:9:0",), None), "r.diaz", ("a", "b"))
    stream = StringIO(newline="")
    from amparo.bundle import own_translate

    EXPORTS["json-findings"].write([finding], stream, language="es", translate=own_translate)
    value = json.loads(stream.getvalue())
    assert value["sentence"].startswith("La regla «fifo» es una convención contable")
    assert Finding.from_dict(value) == finding.finding
