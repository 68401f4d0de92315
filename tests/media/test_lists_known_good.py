"""Lists of harmless files: looked up as they come, and refused where they are not what they should be."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from amparo.media import LISTS
from amparo.media.lists import NotKnownGood, detect
from amparo.media.lists.known_good import KNOWN_GOOD, BloomFilter, KnownGoodForm, write_bloom
from amparo.media.lists.known_good.sqlite import SqliteKnownGood

FORMS = [pytest.param(form, id=form.name) for form in KNOWN_GOOD]


@pytest.mark.parametrize("form", FORMS)
def test_examples(form: KnownGoodForm, tmp_path: Path) -> None:
    for number, example in enumerate(form.examples()):
        path = tmp_path / str(number)
        path.write_bytes(example.data)
        assert detect(example.data[:8192]) == form.name
        with form.open(path) as good:
            assert good.holds(**example.listed)
            assert not good.holds(**example.unlisted)
            assert not good.holds()
            assert good.count == 1


def test_a_list_of_illegal_material_is_none_of_these_forms() -> None:
    assert not set(KNOWN_GOOD.names()) & set(LISTS.names())


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("data", [b"", b"x" * 5, b"\x01" + bytes(100), b"SQLite format 3\0" + bytes(500)])
def test_what_is_no_such_list_is_refused(form: KnownGoodForm, data: bytes, tmp_path: Path) -> None:
    (tmp_path / "list").write_bytes(data)
    with pytest.raises(NotKnownGood):
        form.open(tmp_path / "list")


@pytest.mark.parametrize("form", FORMS)
def test_cut_and_flipped_files_end_in_an_answer_or_an_error(form: KnownGoodForm, tmp_path: Path) -> None:
    example = form.examples()[0]
    for place in range(0, len(example.data), max(1, len(example.data) // 60)):
        for damaged in (example.data[:place], example.data[:place] + b"\xff" + example.data[place + 1 :]):
            path = tmp_path / "list"
            path.write_bytes(damaged)
            try:
                with form.open(path) as good:
                    good.holds(**example.listed)
            except NotKnownGood:
                continue


# The filter that DCSO/bloom tests itself with (testdata/test.bloom: "foo", "bar", "baz"), by the digest of its bytes.
PUBLISHED = {"n": 1000, "p": 0.000001, "sha256": "f49c7cd2901831410a329738ba98c3d193e2921e52133b6d67b885b17cfc89ab"}


def test_bits_are_those_of_the_published_filter(tmp_path: Path) -> None:
    from amparo.media.lists.known_good import bloom

    words, head = bloom._sized(int(PUBLISHED["n"]), float(PUBLISHED["p"]))
    for word in (b"foo", b"bar", b"baz"):
        bloom._set(words, word, head[3], head[4])
    data = bloom._HEAD.pack(*head[:5], 3) + words.astype("<u8").tobytes()
    assert hashlib.sha256(data).hexdigest() == PUBLISHED["sha256"]


def test_a_filter_holds_all_that_was_put_in_and_little_else(tmp_path: Path) -> None:
    digests = [hashlib.sha1(str(number).encode(), usedforsecurity=False).hexdigest() for number in range(4000)]
    assert write_bloom(tmp_path / "f", digests[:2000], 2000, 0.01) >= 1970
    with BloomFilter(tmp_path / "f") as good:
        assert all(good.holds(sha1=digest) for digest in digests[:2000])
        assert sum(good.holds(sha1=digest) for digest in digests[2000:]) < 60
        assert not good.holds(md5="a" * 32)
        assert good.false_rate == 0.01


def test_a_filter_says_which_digests_it_is_of(tmp_path: Path) -> None:
    write_bloom(tmp_path / "f", ["a" * 64], 10, signal="sha256")
    with BloomFilter(tmp_path / "f") as good:
        assert good.holds(sha256="a" * 64)
        assert not good.holds(sha1="a" * 40)


def nsrl(path: Path, *statements: str) -> Path:
    database = sqlite3.connect(path)
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()
    return path


PLAIN = "CREATE TABLE FILE (sha256 TEXT, sha1 TEXT, md5 TEXT)"
ROW = f"INSERT INTO FILE VALUES ('{'A' * 64}', '{'B' * 40}', '{'C' * 32}')"


def test_without_an_index_a_database_is_refused_and_with_one_of_ones_own_it_serves(tmp_path: Path) -> None:
    path = nsrl(tmp_path / "rds.db", PLAIN, ROW)
    with pytest.raises(NotKnownGood, match="no index"):
        KNOWN_GOOD["nsrl-rds"].open(path)
    nsrl(path, "CREATE INDEX i ON FILE (md5)")
    with KNOWN_GOOD["nsrl-rds"].open(path) as good:
        assert good.holds(md5="c" * 32)
        assert good.holds(md5="c" * 32, sha256="a" * 64)
        assert not good.holds(md5="c" * 32, sha256="b" * 64)  # the same MD5, other bytes
        assert not good.holds(sha256="a" * 64)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW FILE AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) "
        "SELECT x sha256, x sha1, x md5 FROM n",
        "CREATE VIRTUAL TABLE FILE USING fts5(sha256, sha1, md5)",
        "CREATE TABLE FILE (sha256 TEXT, sha1 TEXT)",
        "CREATE TABLE OTHER (sha256 TEXT)",
    ],
)
def test_only_a_real_table_is_asked(statement: str, tmp_path: Path) -> None:
    with pytest.raises(NotKnownGood, match="no table"):
        KNOWN_GOOD["nsrl-rds"].open(nsrl(tmp_path / "rds.db", statement))


def test_where_file_is_a_view_its_table_is_asked(tmp_path: Path) -> None:
    table = PLAIN.replace("FILE", "METADATA")
    path = nsrl(tmp_path / "rds.db", table, ROW.replace("FILE", "METADATA"), "CREATE INDEX i ON METADATA (sha1)",
                "CREATE VIEW FILE AS SELECT * FROM METADATA")  # fmt: skip
    with KNOWN_GOOD["nsrl-rds"].open(path) as good:
        assert good.holds(sha1="b" * 40)


def test_an_open_database_answers_nothing_else(tmp_path: Path) -> None:
    path = nsrl(tmp_path / "a?b%#.db", PLAIN, ROW, "CREATE INDEX i ON FILE (md5)", "CREATE TABLE OTHER (x)")
    good: Any = KNOWN_GOOD["nsrl-rds"].open(path)
    assert isinstance(good, SqliteKnownGood)
    for query in ("SELECT * FROM OTHER", "DELETE FROM FILE", "ATTACH ':memory:' AS x", "SELECT hex(md5) FROM FILE"):
        with pytest.raises(sqlite3.Error):
            good._database.execute(query)
    good.close()
