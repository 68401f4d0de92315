"""The checksums the kinds share: pure functions, each from its standard."""
