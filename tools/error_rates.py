"""Write docs/reference/error-rates.md from the table that ships. `--check`: is it current?"""

import sys
from pathlib import Path

from amparo.ledger.calibrate import rates
from amparo.ledger.calibrate.page import page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "error-rates.md"


def main() -> int:
    wanted = page(rates())
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != wanted:
            print("docs/reference/error-rates.md is not current: run python tools/error_rates.py", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
