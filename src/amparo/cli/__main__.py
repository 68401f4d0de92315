"""`python -m amparo.cli` is `amparo` too."""

from amparo.cli import main

main()
