"""README.txt: what the folder is and how to check it, in every language of ours."""

from amparo.bundle.render import Translate, fill, plain
from amparo.bundle.words import EXERCISE, LANGUAGE_NAMES, LANGUAGES, README, SENTENCES


def readme(translate: Translate, verifier_sha256: str, key_id: str, *, exercise: bool) -> str:
    """Return the whole text. It is the same for every case but for the two digests and the exercise line."""
    return "\n\n".join(
        _section(language, translate, verifier_sha256, key_id, exercise=exercise) for language in LANGUAGES
    )


def _section(language: str, translate: Translate, verifier_sha256: str, key_id: str, *, exercise: bool) -> str:
    def say(sentence: str) -> str:
        return plain(fill(translate(language, sentence), {}))

    title = f"{LANGUAGE_NAMES[language]}: {say(README['title'])}"
    lines = [
        title,
        "=" * len(title),
        *([say(EXERCISE)] if exercise else []),
        say(README["report"]),
        say(README["data"]),
        say(SENTENCES["need"]),
        say(SENTENCES["verifier"]),
        f"    {verifier_sha256}",
        say(SENTENCES["run"]),
        "    python3 verify.py BUNDLE",
        say(SENTENCES["answers"]),
        say(SENTENCES["compare"]),
        f"    {key_id}",
    ]
    return "\n".join(lines) + "\n"
