"""The warehouse: one private DuckDB file that the loader writes, one published copy that everybody reads.

    <home>/state/work.duckdb   touched by `Warehouse` alone, under a file lock, for the length of one short transaction
    <home>/warehouse.duckdb    the last published state: what `open_reader`, the command line and every dashboard open, read-only

Records come in (`pipeline.records`), records and answers go out; nothing in this package asks the network or a clock. The SQL stands in
migrations/ (append-only), views/ (the stable face) and queries/.
"""

from __future__ import annotations

from warehouse.connections import open_reader, open_sealed
from warehouse.loading import Warehouse

__all__ = ["Warehouse", "open_reader", "open_sealed"]
