"""data/report.html: one page that leads to the report in each language."""

from collections.abc import Sequence
from html import escape

from amparo.bundle.render import Translate
from amparo.bundle.words import LANGUAGE_NAMES, RIGHT_TO_LEFT, TITLE


def index_page(languages: Sequence[str], case_ref: str, translate: Translate) -> str:
    rows = "\n".join(
        f'<li lang="{language}" dir="{"rtl" if language in RIGHT_TO_LEFT else "ltr"}">'
        f"{escape(LANGUAGE_NAMES[language])}: {escape(translate(language, TITLE))} "
        f'<a href="report.{language}.html">HTML</a> <a href="report.{language}.pdf">PDF</a></li>'
        for language in languages
    )
    first = languages[0]
    title = f"{escape(translate(first, TITLE))} <bdi>{escape(case_ref)}</bdi>"
    return (
        f'<!DOCTYPE html>\n<html lang="{first}" dir="{"rtl" if first in RIGHT_TO_LEFT else "ltr"}">\n<head>\n'
        '<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(case_ref)}</title>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n<ul>\n{rows}\n</ul>\n</main>\n"
        "</body>\n</html>\n"
    )
