"""Benches: one module a target; ours and the named peer in the same run on the same machine, told as a ratio."""
