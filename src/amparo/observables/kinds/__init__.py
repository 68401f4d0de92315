"""One file a kind. Adding one: its module, its test, one line in the registry."""
