"""The engine `spark`: PySpark over the same Parquet, on this machine's cores or on the cluster that is configured.

`AMPARO_SPARK_MASTER` names the cluster ("spark://host:7077"); without it two local threads are used. Nothing
listens to other machines in local mode.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from amparo.ledger.transforms.errors import NoSpark

MASTER: Final = "AMPARO_SPARK_MASTER"
LOCAL: Final = "local[2]"
_LOOPBACK: Final = "127.0.0.1"


class SparkEngine:
    def __init__(self, work: Path) -> None:
        self.session = _session(work)

    def table(self, name: str, path: Path) -> None:
        self.session.read.parquet(str(path)).createOrReplaceTempView(name)

    def write(self, sql: str, path: Path) -> None:
        self.session.sql(sql).write.option("compression", "zstd").parquet(str(path))

    def row(self, sql: str) -> Sequence[Any]:
        rows = self.session.sql(sql).collect()
        return tuple(rows[0]) if rows else ()

    def count(self, table: str) -> int:
        return int(self.session.table(table).count())

    def close(self) -> None:
        self.session.stop()


def _session(work: Path) -> Any:
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise NoSpark(why=f"the module {error.name} is not installed") from error
    master = os.environ.get(MASTER, LOCAL)
    builder = SparkSession.builder.appName("amparo ledger").master(master)
    builder = builder.config("spark.sql.warehouse.dir", str(work / "warehouse")).config("spark.ui.enabled", "false")
    if master.startswith("local"):
        for name, value in _LOCAL_SETTINGS:
            builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise NoSpark(why=str(error).splitlines()[0] if str(error) else type(error).__name__) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


_LOCAL_SETTINGS: Final = (
    ("spark.driver.bindAddress", _LOOPBACK),
    ("spark.driver.host", _LOOPBACK),
    ("spark.sql.shuffle.partitions", "2"),
    ("spark.driver.memory", "2g"),
)
