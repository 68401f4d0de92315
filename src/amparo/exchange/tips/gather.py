"""Walks a report's tree by a Form and collects what it knows; what it does not know is kept with its path.

The order of fields and the depth of their containers never matter; only the part they stand in does.
"""

from dataclasses import dataclass, field
from typing import Final

from amparo.exchange.tips.forms import PREFIXES, REPORT, Form
from amparo.exchange.tips.tree import Node

#: Children and attributes that hold the text of a field.
_VALUE: Final = frozenset({"value", "text", "content", "number", "address", "name", "reason"})
#: What a field may say about itself.
_ABOUT: Final = frozenset({"verified", "type", "kind", "hashtype", "isverified"})
#: Names of list elements that say nothing.
_ITEMS: Final = frozenset({"item", "items", "li", "element", "entry", "string", "value", "list"})

Unknown = list[tuple[str, str]]


@dataclass(slots=True)
class Leaf:
    text: str
    name: str
    about: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """What was found in one part. `flat`: it was made of loose fields, not of a part of the report."""

    leaves: dict[str, list[Leaf]] = field(default_factory=dict)
    parts: dict[str, list["Part"]] = field(default_factory=dict)
    captured: list[tuple[str, str]] = field(default_factory=list)
    flat: bool = False

    def texts(self, name: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(leaf.text for leaf in self.leaves.get(name, ())))

    def first(self, name: str) -> str | None:
        leaves = self.leaves.get(name)
        return leaves[0].text if leaves else None

    def all(self, name: str) -> list["Part"]:
        return self.parts.get(name, [])


def gather(node: Node, form: Form, unknown: Unknown) -> Part:
    """Collect the part that `node` is. What no name of `form` fits goes to `unknown` as (path, text)."""
    part = Part()
    if node.text is not None:
        _own_text(node, form, part, unknown)
    _Walk(form, part, unknown).inside(node, node.name, True)
    return part


def _own_text(node: Node, form: Form, part: Part, unknown: Unknown) -> None:
    if form.bare is not None and node.text is not None:
        part.leaves.setdefault(form.bare, []).append(Leaf(node.text, node.key))
    elif node.text is not None:
        unknown.append((node.name, node.text))


@dataclass(slots=True)
class _Walk:
    form: Form
    part: Part
    unknown: Unknown

    def inside(self, node: Node, path: str, direct: bool) -> None:
        for child in node.children:
            self.take(child, f"{path}/{child.name}", direct)

    def take(self, node: Node, path: str, direct: bool, key: str | None = None) -> None:
        """Put `node` where it belongs. `key`: the name of the list it is an element of."""
        key = key if key is not None else node.key
        if self._is_list(node, key):
            for child in node.children:
                self.take(child, f"{path}/{child.name}", direct, key if child.key in _ITEMS else None)
        elif key in self.form.sections and not (node.elements == [] and key in self.form.leaves):
            self._section(node, key)
        elif (name := self._field(key, direct)) is not None and not (node.elements and key in self.form.neutral):
            self._leaf(node, name, path)
        elif node.elements:
            self._container(node, path, direct and key in self.form.neutral)
        else:
            self._stray(node, path, key)

    def _is_list(self, node: Node, key: str) -> bool:
        """True for <files><file/><file/></files> and <emails><item/></emails>: a list, not a thing."""
        inside = node.elements
        if not inside or node.text is not None:
            return False
        if all(child.key in _ITEMS for child in inside) and (len(inside) > 1 or inside[0].key in {"item", "li"}):
            return key in self.form.sections or self._field(key, True) is not None
        section = self.form.sections.get(key)
        if section is None:
            return False
        inner = [self.form.sections.get(child.key) for child in inside]
        return all(each is not None and each[0] == section[0] for each in inner) and not self._is_thing(inside, section)

    def _is_thing(self, inside: list[Node], section: tuple[str, Form]) -> bool:
        """<deviceId><deviceId>x</deviceId></deviceId> is one device; so is anything whose children are its fields."""
        return all(child.key in section[1].leaves and not child.elements for child in inside)

    def _section(self, node: Node, key: str) -> None:
        name, form = self.form.sections[key]
        self.part.parts.setdefault(name, []).append(gather(node, form, self.unknown))

    def _field(self, key: str, direct: bool) -> str | None:
        return self.form.leaves.get(key) or (self.form.direct.get(key) if direct else None)

    def _leaf(self, node: Node, name: str, path: str) -> None:
        leaf = Leaf(node.text or "", node.key)
        for child in node.children:
            if child.key in _ABOUT and child.text is not None:
                leaf.about[child.key] = child.text
            elif not leaf.text and child.text is not None and (child.key in _VALUE or self._same(child, name)):
                leaf.text = child.text
            else:
                self.take(child, f"{path}/{child.name}", False)
        if leaf.text:
            self.part.leaves.setdefault(name, []).append(leaf)

    def _same(self, child: Node, name: str) -> bool:
        return self.form.leaves.get(child.key) == name

    def _container(self, node: Node, path: str, direct: bool) -> None:
        if node.text is not None:
            self._stray(Node(node.name, node.text), path, node.key)
        for child in node.children:
            self.take(child, f"{path}/{child.name}", direct)

    def _stray(self, node: Node, path: str, key: str) -> None:
        if node.text is None:
            if self.form.presence and not node.children:
                self.part.captured.append((node.name, "true"))
            return
        if self.form.capture:
            self.part.captured.append((node.name, node.text))
        elif not (self.form is REPORT and self._flat(key, node)):
            self.unknown.append((path, node.text))
        for child in node.children:
            self.take(child, f"{path}/{child.name}", False)

    def _flat(self, key: str, node: Node) -> bool:
        """Loose fields of a person at the top of a report: "suspectEmail", "victimAge", or plain "screenName"."""
        prefix = next((each for each in PREFIXES if key.startswith(each) and len(key) > len(each)), "")
        section = PREFIXES.get(prefix, "reported")
        form = self.form.sections[_ANY[section]][1]
        rest = key.removeprefix(prefix)
        name = form.leaves.get(rest) or (form.direct.get(rest) if prefix else None)
        if name is None or node.text is None:
            return False
        people = self.part.parts.setdefault(section, [])
        flat = next((each for each in people if each.flat), None)
        if flat is None:
            flat = Part(flat=True)
            people.append(flat)
        about = {child.key: child.text for child in node.children if child.text is not None}
        flat.leaves.setdefault(name, []).append(Leaf(node.text, node.key, about))
        return True


_ANY: Final = {"reported": "suspect", "victims": "victim", "recipients": "recipient"}
