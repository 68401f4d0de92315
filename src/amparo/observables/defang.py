"""Web addresses made harmless for the eye, and back: nobody should reach abuse material by a slip of the hand."""

import re


def defang(value: str) -> str:
    """`https://a.example/x.y` -> `hxxps://a[.]example/x.y`; an address without scheme or an e-mail likewise."""
    head, mark, rest = value.partition("://")
    if not mark:
        head, rest = "", value
    host, slash, tail = rest.partition("/")
    head = re.sub("^http", "hxxp", head, flags=re.IGNORECASE)
    return head + mark + host.replace(".", "[.]").replace("@", "[@]") + slash + tail


def refang(value: str) -> str:
    """Undo what people write to make addresses harmless: hxxp, [.], (.), [dot], [:]//."""
    value = (
        re.sub(r"\[\.\]|\(\.\)|\[dot\]", ".", value, flags=re.IGNORECASE).replace("[@]", "@").replace("[:]//", "://")
    )
    return re.sub("^hxxp", "http", value, flags=re.IGNORECASE)
