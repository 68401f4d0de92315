"""NSRL RDS, version 3: NIST's database of the files that come with software, as SQLite.

The table FILE (in some editions METADATA, with FILE a view of it) has sha256, sha1 and md5 in uppercase hex. Its
primary key begins with sha256, so that is what it can be searched by; an index of one's own makes sha1 or md5 do too.
"Known" is not "good": it lists programs for breaking in as well. Editions are tens of gigabytes; nothing is copied.
Source: NIST, "RDSv3 format", as described by users; a real edition was not at hand, so the schema is unverified.
"""

import sqlite3
from pathlib import Path

from amparo.media.lists.known_good.form import GoodExample, KnownGoodForm, OpenKnownGood
from amparo.media.lists.known_good.sqlite import SqliteKnownGood

_SCHEMA = (
    "CREATE TABLE FILE (sha256 VARCHAR NOT NULL, sha1 VARCHAR NOT NULL, md5 VARCHAR NOT NULL, crc32 VARCHAR, "
    "file_name VARCHAR NOT NULL, file_size INTEGER NOT NULL, package_id INTEGER NOT NULL, "
    "CONSTRAINT PK_FILE PRIMARY KEY (sha256, sha1, md5, file_name, file_size, package_id))"
)


class NsrlRds(KnownGoodForm):
    """NSRL RDS 3 as SQLite."""

    name = "nsrl-rds"

    def open(self, path: Path) -> OpenKnownGood:
        columns = {signal: signal for signal in ("sha256", "sha1", "md5")}
        return SqliteKnownGood(path, ("FILE", "METADATA"), columns, text=True)

    def examples(self) -> list[GoodExample]:
        listed = {"sha256": "a" * 64, "sha1": "b" * 40, "md5": "c" * 32}
        database = sqlite3.connect(":memory:")
        database.execute(_SCHEMA)
        row = (*(digest.upper() for digest in listed.values()), "", "calc.exe", 1, 1)
        database.execute("INSERT INTO FILE VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        database.commit()
        return [GoodExample(database.serialize(), listed, {"sha256": "d" * 64})]
