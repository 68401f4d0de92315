"""Hash databases of The Sleuth Kit and Autopsy, as SQLite: a table `hashes` with digests as bytes.

Such a database may as well list notable (bad) files, and does not say which it is: whoever adds it must know.
Source: sleuthkit, tsk/hashdb/sqlite_hdb.cpp (schema version 1).
"""

import sqlite3
from pathlib import Path

from amparo.media.lists.known_good.form import GoodExample, KnownGoodForm, OpenKnownGood
from amparo.media.lists.known_good.sqlite import SqliteKnownGood

_SCHEMA = """
CREATE TABLE db_properties (name TEXT NOT NULL, value TEXT);
INSERT INTO db_properties VALUES ('Schema Version', '1');
CREATE TABLE hashes (id INTEGER PRIMARY KEY AUTOINCREMENT, md5 BINARY(16) UNIQUE, sha1 BINARY(20), sha2_256 BINARY(32));
CREATE TABLE file_names (name TEXT NOT NULL, hash_id INTEGER NOT NULL);
CREATE TABLE comments (comment TEXT NOT NULL, hash_id INTEGER NOT NULL);
CREATE INDEX md5_index ON hashes(md5);
CREATE INDEX sha1_index ON hashes(sha1);
"""


class SleuthKit(KnownGoodForm):
    """The Sleuth Kit's hash database."""

    name = "sleuthkit"

    def open(self, path: Path) -> OpenKnownGood:
        columns = {"sha256": "sha2_256", "sha1": "sha1", "md5": "md5"}
        return SqliteKnownGood(path, ("hashes",), columns, text=False)

    def examples(self) -> list[GoodExample]:
        listed = {"md5": "c" * 32, "sha1": "b" * 40}
        database = sqlite3.connect(":memory:")
        database.executescript(_SCHEMA)
        database.execute("INSERT INTO hashes (md5) VALUES (?)", (bytes.fromhex(listed["md5"]),))
        database.commit()
        return [GoodExample(database.serialize(), listed, {"md5": "d" * 32})]
