"""The same expressions on Spark (extra `spark`): in the session there is, or on this machine in local mode."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_prep.engine import Table, put
from virality.atomic import aside
from virality.errors import ViralityError

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 50_000


class Spark:
    """An engine on a Spark session.

    Args:
        folder: where results go; every executor must see it.
        memory: of the driver, in MB, where this process starts Spark.
        threads: of local mode.

    Raises:
        ViralityError: pyspark is not installed, or there is no Java.
    """

    def __init__(self, folder: Path, *, memory: int = 1800, threads: int = 2) -> None:
        """Join the session there is, or start one."""
        import ibis

        try:
            from pyspark.sql import SparkSession
        except ImportError as error:
            raise ViralityError(
                "machine.engine = spark: pyspark is not installed; pip install -e '.[spark]'"
            ) from error
        if shutil.which("java") is None:
            raise ViralityError(
                "machine.engine = spark: there is no `java` on this machine; install a JRE of 17 or newer"
            )
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.joined = SparkSession.getActiveSession() is not None
        self.session: Any = (
            SparkSession.builder.appName("virality prepare")
            .master(f"local[{threads}]")
            .config("spark.driver.memory", f"{memory}m")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.shuffle.partitions", str(4 * threads))
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.ansi.enabled", "false")  # an element past the end of a list is null, as on DuckDB
            .getOrCreate()
        )
        self.session.conf.set("spark.sql.ansi.enabled", "false")
        self.session.conf.set("spark.sql.session.timeZone", "UTC")
        self.connection = ibis.pyspark.connect(self.session)

    def read(self, paths: Sequence[Path]) -> Table:
        """Parquet files of one schema as one table."""
        import ibis

        frame = self.session.read.parquet(*(str(path.resolve()) for path in paths))
        name = ibis.util.gen_name("virality")
        frame.createOrReplaceTempView(name)
        return self.connection.table(name)

    def keep(self, table: Table, name: str) -> Table:
        """The table made, kept as the folder `<name>.parquet` and read back; one that lies there is not made again."""
        path = self.folder / f"{name}.parquet"
        if not path.is_dir():
            with aside(path) as temporary:
                self._frame(table).write.parquet(str(temporary.resolve()))
        return self.read([path])

    def put(self, table: pa.Table, name: str) -> Table:
        """A table in memory as `<name>.arrow.parquet`, read back."""
        return self.read([put(table, self.folder / f"{name}.arrow.parquet")])

    def batches(self, table: Table) -> Iterator[pa.RecordBatch]:
        """The table's rows; ordered tables keep their order."""
        yield from self._frame(table).toArrow().to_batches(max_chunksize=_BATCH)

    def close(self) -> None:
        """Stop the session, if it was started here."""
        if not self.joined:
            self.session.stop()

    def _frame(self, table: Table) -> Any:
        self.connection._run_pre_execute_hooks(table)
        return self.session.sql(self.connection.compile(table))
