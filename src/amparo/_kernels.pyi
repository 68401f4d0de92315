from typing import Any, Final

import numpy as np
import numpy.typing as npt

__doc__: Final[str]

def cpu() -> str: ...
def cpu_paths() -> tuple[str, ...]: ...
def use_cpu(name: str) -> None: ...
def pdq(pixels: npt.NDArray[np.uint8]) -> tuple[tuple[bytes, ...], int]: ...
def jpeg_pdq(data: bytes, max_pixels: int) -> tuple[tuple[bytes, ...], int] | None: ...
def hamming(bank: npt.NDArray[np.uint8], queries: npt.NDArray[np.uint8], threshold: int) -> npt.NDArray[np.uint32]: ...

_Bytes = npt.NDArray[np.uint8]
_Numbers = npt.NDArray[np.uint32]

def near_flat(
    digests: _Bytes, entries: _Numbers, queries: _Bytes, threshold: int, cap: int
) -> tuple[_Numbers, _Numbers]: ...
def near_ring(
    digests: _Bytes,
    entries: _Numbers,
    offsets: _Numbers,
    positions: _Numbers,
    next: npt.NDArray[np.uint16],
    heaviest: int,
    queries: _Bytes,
    threshold: int,
    cap: int,
) -> tuple[_Numbers, _Numbers]: ...
def ring_chunk(digests: _Bytes, chunk: int) -> tuple[_Numbers, _Numbers, npt.NDArray[np.uint16]]: ...
def ring_heaviest(offsets: _Numbers, distinct: int) -> int: ...
def sort_records(records: _Bytes) -> tuple[_Bytes, _Numbers]: ...
def count_prefixes(digests: _Bytes, bits: int, counts: _Numbers) -> None: ...
def map_bytes(path: str) -> _Bytes: ...
def find_exact(digests: _Bytes, starts: _Numbers, bits: int, queries: _Bytes) -> _Numbers: ...

_Long = npt.NDArray[np.uint64]
_Money = npt.NDArray[np.int64]

# The block kernels (module_blocks.cpp).
def walk_blocks(
    data: _Bytes, start: _Long, length: _Long, at: _Long, hashes: _Bytes | None, mask: bytes
) -> tuple[dict[str, Any], tuple[int, int, int, int, int, int] | None]: ...
def sha256(data: bytes) -> bytes: ...
def dsha256(messages: list[bytes]) -> bytes: ...
def ripemd160(data: bytes) -> bytes: ...
def has_sha_instructions() -> bool: ...
def resolve_part(
    slots: _Long,
    low: int,
    bits: int,
    seed: int,
    txid: _Bytes,
    first_out: _Long,
    first_in: _Long,
    value: _Money,
    start: int,
    stop: int,
    look: int,
    prev_txid: _Bytes,
    prev_vout: _Numbers,
    prev_out: _Long,
    base: int,
    spent_by: _Numbers,
) -> tuple[int, int, int]: ...
def first_created(
    txid: _Bytes,
    first_out: _Long,
    first_in: _Long,
    value: _Money,
    start: int,
    stop: int,
    prev_out: _Long,
    given: _Money | None,
) -> tuple[int, int, int] | None: ...
def count_distinct(registers: _Bytes, stype: _Bytes, payload: _Bytes) -> None: ...
def first_outputs(
    slots: _Long, low: int, bits: int, seed: int, stype: _Bytes, payload: _Bytes, base: int, first: _Long
) -> bool: ...
def number_addresses(first: _Long, base: int, addr: _Numbers, next: int) -> int: ...
def count_outputs(addr: _Numbers, counts: _Long) -> None: ...
def place_outputs(addr: _Numbers, base: int, low: int, cursor: _Long, cut: int, ends: _Long, outs: _Long) -> None: ...
def key_candidates(slots: _Long, bits: int, seed: int, key: bytes, kind: int) -> list[int]: ...

# Entities: sets of addresses, CoinJoin shapes, change (module_clusters.cpp).
_Shorts = npt.NDArray[np.uint16]

class UnionFind:
    def __init__(self, n: int, forest: bool = True, roots: _Numbers | None = None) -> None: ...
    def add(
        self,
        offsets: _Long | _Numbers,
        members: _Numbers,
        first_tx: int = 0,
        skip: _Bytes | None = None,
        extra: _Numbers | None = None,
    ) -> None: ...
    def add_edges(self, rows: _Numbers) -> None: ...
    def take_forest(self) -> tuple[_Numbers, _Bytes]: ...
    def finish(self) -> _Numbers: ...

def cluster(offsets: _Long | _Numbers, members: _Numbers, n: int, forest: bool = True) -> tuple[_Numbers, _Numbers]: ...
def forest_tree(root: _Numbers, rows: _Numbers) -> tuple[_Numbers, _Numbers]: ...
def tree_path(parent: _Numbers, row: _Numbers, a: int, b: int) -> tuple[_Numbers, _Numbers] | None: ...
def group_members(root: _Numbers) -> tuple[_Numbers, _Long, _Numbers]: ...
def merge_alarms(n: int, rows: _Numbers, limit: int, tag_address: _Numbers, tag_actor: _Numbers) -> _Numbers: ...
def guarded_merge(
    root: _Numbers, a: _Numbers, b: _Numbers, limit: int, tag_address: _Numbers, tag_actor: _Numbers
) -> _Bytes: ...
def coinjoin_shapes(
    first_in: _Long,
    first_out: _Long,
    in_addr: _Numbers,
    in_value: _Money,
    in_stype: _Bytes,
    out_addr: _Numbers,
    out_value: _Money,
    out_stype: _Bytes,
    exchanges: _Numbers,
) -> _Shorts: ...

class ChangePass:
    def __init__(self, addresses: int) -> None: ...
    def run(
        self,
        first_in: _Long,
        first_out: _Long,
        in_addr: _Numbers,
        in_value: _Money,
        in_stype: _Bytes,
        out_addr: _Numbers,
        out_value: _Money,
        out_stype: _Bytes,
        first_tx: int,
        skip: _Bytes,
        spent_by: _Numbers,
        paid_once: _Bytes,
        locktime: _Numbers,
        fee_rate: _Numbers,
        version: npt.NDArray[np.int32],
        flags: _Shorts,
        all_first_in: _Long,
        all_first_out: _Long,
    ) -> _Shorts: ...

class RecordReader:
    def __init__(self, list_key: str, record_limit: int) -> None: ...
    def feed(self, data: bytes) -> None: ...
    def finish(self) -> None: ...
    def take(self) -> dict[str, Any]: ...
    @property
    def pending(self) -> int: ...
    @property
    def pending_skips(self) -> int: ...
    @property
    def fault(self) -> tuple[str, int, int, str] | None: ...
    @property
    def head(self) -> bytes: ...

_Longs = npt.NDArray[np.uint64]
_Amounts = npt.NDArray[np.int64]

class TraceGraph:
    def __init__(
        self,
        value: _Amounts,
        spent_by: _Numbers,
        stype: _Bytes,
        first_out: _Longs,
        first_in: _Longs,
        prev_out: _Longs,
        first_tx: _Longs,
        block_time: _Amounts,
        addr: _Numbers | None,
        given: _Amounts | None,
    ) -> None: ...

class TraceStops:
    max_hops: int
    floor: int
    first_tx: int
    end_tx: int
    first_time: int
    last_time: int
    dormant: int
    max_steps: int
    def __init__(self) -> None: ...

class TraceKeys:
    def __init__(self, keys: _Longs, stops: _Bytes) -> None: ...

class TraceWalk:
    def seed(self, outputs: _Longs, amounts: _Amounts) -> str: ...
    def advance(self, steps: int) -> str: ...
    @property
    def fault_at(self) -> int: ...
    @property
    def steps(self) -> int: ...
    def totals(self) -> dict[str, Any]: ...
    def columns(self) -> dict[str, npt.NDArray[Any]]: ...

def trace_walk(
    graph: TraceGraph,
    rule: int,
    fee: int,
    backward: bool,
    stops: TraceStops,
    keys: TraceKeys | None = None,
    mixers: _Longs | None = None,
    mixer_bits: npt.NDArray[np.uint16] | None = None,
    addr_stop: _Bytes | None = None,
) -> TraceWalk: ...
