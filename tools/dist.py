"""`make dist`: one archive that installs Amparo without network and without compiler, on the same Debian and Python.

dist/amparo-VERSION-PLATFORM.tar holds our wheel, the wheels of everything it needs (checked by hash when they are
fetched), install.sh and SHA256SUMS. It is then installed into an empty environment with --no-index and tried.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "-q"]
INSTALL = """#!/bin/sh
# Install Amparo into a folder (default /opt/amparo) from the wheels beside this script. No network, no compiler.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/amparo}
python=${PYTHON:-python3}
"$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (@MAJOR@, @MINOR@))' || {
    echo "This archive needs Python @MAJOR@.@MINOR@ with venv: apt-get install python3 python3-venv" >&2
    exit 3
}
(cd "$here" && sha256sum --quiet -c SHA256SUMS)
"$python" -m venv "$target"
"$target/bin/pip" install -q --disable-pip-version-check --no-index --find-links "$here/wheels" \\
    --require-hashes -r "$here/requirements.txt"
"$target/bin/pip" install -q --disable-pip-version-check --no-index --no-deps "$here"/wheels/amparo-*.whl
echo "Installed. Next: $target/bin/amparo init --help"
"""


def main() -> None:
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="amparo-dist-") as scratch:
        folder = Path(scratch) / "amparo"
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        gather(wheels)
        name = next(wheels.glob("amparo-*.whl")).name.removesuffix(".whl")
        shutil.copy(ROOT / "requirements" / "main.txt", folder / "requirements.txt")
        write_installer(folder)
        archive = pack(folder, DIST / f"{name}.tar")
        try_out(archive, Path(scratch) / "try")
    print(f"{archive.relative_to(ROOT)}: {archive.stat().st_size / 1e6:.0f} MB, installs and answers without network")


def gather(wheels: Path) -> None:
    """Fetch the pinned wheels and build ours."""
    run(
        [
            *PIP,
            "download",
            "--require-hashes",
            "--only-binary=:all:",
            "-d",
            wheels,
            "-r",
            ROOT / "requirements/main.txt",
        ]
    )
    run([*PIP, "wheel", "--no-build-isolation", "--no-deps", "-w", wheels, ROOT])


def write_installer(folder: Path) -> None:
    major, minor = sys.version_info[:2]
    script = folder / "install.sh"
    script.write_text(INSTALL.replace("@MAJOR@", str(major)).replace("@MINOR@", str(minor)), encoding="utf-8")
    script.chmod(0o755)
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder)}\n" for path in files]
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def pack(folder: Path, target: Path) -> Path:
    partial = target.with_suffix(".partial")
    with tarfile.open(partial, "w") as archive:
        archive.add(folder, "amparo")
    partial.replace(target)
    return target


def try_out(archive: Path, scratch: Path) -> None:
    """Install into an empty environment where no index can be reached and no compiler is found; use a kernel."""
    scratch.mkdir()
    with tarfile.open(archive) as packed:
        packed.extractall(scratch)  # our own archive, made a moment ago
    (scratch / "bin").mkdir()
    for program in ("sh", "dirname", "sha256sum", "pwd", "env"):
        (scratch / "bin" / program).symlink_to(shutil.which(program) or program)
    home = {"HOME": str(scratch), "PATH": str(scratch / "bin"), "PYTHON": sys._base_executable}  # type: ignore[attr-defined]
    no_index = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    run(["sh", scratch / "amparo/install.sh", scratch / "installed"], {**home, **no_index})
    binary = scratch / "installed" / "bin" / "amparo"
    run([binary, "--version"], home)
    installed = {**home, "AMPARO_HOME": str(scratch / "home")}
    run([binary, "init", "--agency", "Dist", "--country", "KE", "--json"], installed)
    run([binary.with_name("python"), "-c", "import amparo._kernels"], home)


def run(command: list[object], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-3000:], done.stderr[-3000:], sep="\n", file=sys.stderr)
        raise SystemExit(f"failed: {' '.join(str(word) for word in command[:6])}")


if __name__ == "__main__":
    main()
