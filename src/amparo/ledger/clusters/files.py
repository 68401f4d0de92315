"""The folder of built entities: raw little-endian arrays and a manifest with their digests, published in one step."""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from amparo.base import canonical
from amparo.ledger.clusters.errors import ClustersDamaged, ClustersNotWritten, ClustersVersion, NoClusters
from amparo.ledger.store import Store
from amparo.ledger.store.arrays import file_sha256

FORMAT: Final = "amparo-ledger-clusters/1"
MANIFEST: Final = "manifest.json"
NO_ROW: Final = 0xFFFFFFFF


class _Array:
    def __init__(self, dtype: str, width: int = 1) -> None:
        self.dtype, self.width = np.dtype(dtype), width


ARRAYS: Final = {
    "shapes": _Array("<u2"),  # tx -> Shape bits
    "root": _Array("<u4"),  # address -> smallest address of its entity
    "forest": _Array("<u4", 3),  # a, b, tx of each merge, ascending tx
    "kind": _Array("u1"),  # forest row -> heuristic
    "same_key": _Array("<u4", 3),  # a, b, tx of every same-key edge, ascending tx
    "parent": _Array("<u4"),  # address -> the next one towards its root, NO_ROW at roots
    "row": _Array("<u4"),  # address -> the forest row between it and its parent
    "group_root": _Array("<u4"),  # roots of entities of two and more, ascending
    "group_start": _Array("<u8"),  # where their members begin; one more at the end
    "member": _Array("<u4"),  # their members, ascending within an entity
    "block": _Array("<u8"),  # first eight bytes of the hashes of the blocks this stands on
    "first_tx": _Array("<u8"),  # block -> its first tx; one more row at the end
}
Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Held:
    """An edge a person holds back: all that `heuristic` says by transaction `tx` is left out."""

    tx: int
    heuristic: str  # "co-spend" or "same-key"
    reason: str
    txid: str | None = None  # filled in where the store knows it


@dataclass(frozen=True, slots=True)
class Settings:
    """What a build depends on besides the chain. Two builds with other settings are two results."""

    exchanges: tuple[int, ...] = ()  # addresses tagged as an exchange
    held: tuple[Held, ...] = ()
    gates: bool = True  # named CoinJoin shapes count only since their wallet exists

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "exchanges": list(self.exchanges), "held": [asdict(each) for each in self.held]}

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> "Settings":
        return cls(tuple(value["exchanges"]), tuple(Held(**each) for each in value["held"]), value["gates"])


@dataclass(frozen=True, slots=True)
class Basis:
    """The chain the entities stand on. Digest and tip are None for bare arrays."""

    network: str
    transactions: int
    addresses: int  # of the store
    given: int  # known only from what a source says of inputs
    tip: str | None
    data_digest: str | None


@dataclass(frozen=True, slots=True)
class Manifest:
    basis: Basis
    settings: Settings
    files: Mapping[str, tuple[int, str]]  # name -> rows, sha256

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        path = folder / MANIFEST
        if not path.is_file():
            raise NoClusters(folder=folder.name)
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            found = value["format"]
        except (ValueError, KeyError, TypeError):
            raise NoClusters(folder=folder.name) from None
        if found != FORMAT:
            raise ClustersVersion(folder=folder.name, found=found, known=FORMAT)
        files = {name: (rows, sha256) for name, (rows, sha256) in value["files"].items()}
        return cls(Basis(**value["basis"]), Settings.from_dict(value["settings"]), files)

    def write(self, folder: Path) -> None:
        value = {
            "format": FORMAT,
            "basis": asdict(self.basis),
            "settings": self.settings.as_dict(),
            "files": {name: list(each) for name, each in self.files.items()},
        }
        (folder / MANIFEST).write_text(canonical(value) + "\n", encoding="utf-8")


def basis_of(store: Store | None, network: str, n_tx: int, stored: int, addresses: int) -> Basis:
    digest = None if store is None else store.manifest.data_digest
    return Basis(network, n_tx, stored, addresses - stored, None if store is None else store.tip, digest)


def map_array(folder: Path, name: str, rows: int) -> NDArray[Any]:
    """Map one array read-only. Raises ClustersDamaged where its size is not what the manifest says."""
    kind, path = ARRAYS[name], folder / f"{name}.bin"
    shape = (rows,) if kind.width == 1 else (rows, kind.width)
    if not path.is_file() or path.stat().st_size != rows * kind.width * kind.dtype.itemsize:
        raise ClustersDamaged(folder=folder.name, file=path.name)
    return np.memmap(path, kind.dtype, "r", shape=shape) if rows else np.zeros(shape, kind.dtype)


def map_all(folder: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    return {name: map_array(folder, name, manifest.files[name][0]) for name in ARRAYS}


def verify(folder: Path, manifest: Manifest) -> None:
    """Hash every array against the manifest. Raises ClustersDamaged, naming the first that differs."""
    for name, (_, sha256) in manifest.files.items():
        if file_sha256(folder / f"{name}.bin") != sha256:
            raise ClustersDamaged(folder=folder.name, file=f"{name}.bin")


def publish(folder: Path, arrays: Arrays, basis: Basis, settings: Settings) -> None:
    """Write all beside `folder` and put it in its place; an older build there is replaced.

    Raises ClustersNotWritten; then the older build, if any, is still there.
    """
    partial = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.partial"
    try:
        partial.mkdir(parents=True)
        for name, kind in ARRAYS.items():
            np.ascontiguousarray(arrays[name], kind.dtype).tofile(partial / f"{name}.bin")
        files = {name: (len(arrays[name]), file_sha256(partial / f"{name}.bin")) for name in ARRAYS}
        Manifest(basis, settings, files).write(partial)
        _to_disk(partial)
        _replace(partial, folder)
    except OSError as error:
        raise ClustersNotWritten(folder=folder.name, why=error.strerror or type(error).__name__) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _replace(partial: Path, folder: Path) -> None:
    """A folder cannot be replaced by a rename while it holds files: the old one steps aside first."""
    old = folder.parent / f".{folder.name}.{secrets.token_hex(4)}.old"
    if folder.exists():
        folder.rename(old)
    try:
        partial.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _to_disk(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
