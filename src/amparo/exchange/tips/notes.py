"""What was wrong with a report, and what of it had no place: collected while it is mapped."""

from dataclasses import dataclass, field

from amparo.base import ObservedTime, Skipped
from amparo.exchange.tips.gather import Part, Unknown
from amparo.exchange.tips.values import moment, yes_or_no


@dataclass(slots=True)
class Notes:
    unknown: Unknown = field(default_factory=list)
    problems: list[Skipped] = field(default_factory=list)

    def problem(self, what: str, why: str, detail: str) -> None:
        self.problems.append(Skipped(what, why, detail))

    def time(self, text: str | None, where: str) -> ObservedTime | None:
        """Read a time; say so where it gives no instant."""
        if text is None:
            return None
        found = moment(text)
        if found.instant is None:
            self.problem(where, "unclear-time", text)
        return found

    def decision(self, part: Part, name: str, where: str) -> bool | None:
        """Read a yes or no. Contradicting answers count as not said; other words are kept as unknown."""
        answers = {yes_or_no(leaf.text) for leaf in part.leaves.get(name, ())}
        for leaf in part.leaves.get(name, ()):
            if yes_or_no(leaf.text) is None:
                self.unknown.append((f"{where}/{leaf.name}", leaf.text))
        if answers >= {True, False}:
            self.problem(where, "contradicts-itself", name)
            return None
        return True if True in answers else False if False in answers else None

    def one(self, part: Part, name: str, where: str) -> str | None:
        """Return the first text of a field that should stand once; keep the others as unknown."""
        texts = part.texts(name)
        self.unknown.extend((f"{where}/{name}", each) for each in texts[1:])
        return texts[0] if texts else None
