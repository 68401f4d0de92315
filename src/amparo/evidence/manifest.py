"""The two documents a deposited folder leaves in the store: names with digests, and times."""

from typing import Final

FIRST_LINE: Final = b'{"amparo-folder":1}\n'
TIMES_LINE: Final = b'{"amparo-folder-times":1}\n'
