"""One file a form of exhibit. Adding one: its module, its test, one line in the registry."""
