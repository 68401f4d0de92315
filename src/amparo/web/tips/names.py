"""Names of files inside a folder that is made here: each stands once, none can be read as another path's step."""

from amparo.decoders import escape_name


def free_name(taken: set[str], name: str) -> str:
    """`name` as a forensic path, numbered if `taken` holds it; it is added to `taken`."""
    plain = escape_name(name.encode("utf-8", "backslashreplace")).strip("/") or "unnamed"
    path, number = plain, 1
    while path in taken:
        number += 1
        path = f"{number}-{plain}"
    taken.add(path)
    return path
