"""The tools are scripts beside the package; this loads one as a module."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="session")
def tool():
    """Return a function name -> module of tools/name.py."""

    def load(name: str) -> ModuleType:
        key = f"amparo_tools_{name}"
        if key not in sys.modules:
            spec = importlib.util.spec_from_file_location(key, TOOLS / f"{name}.py")
            module = importlib.util.module_from_spec(spec)
            sys.modules[key] = module
            spec.loader.exec_module(module)
        return sys.modules[key]

    return load
