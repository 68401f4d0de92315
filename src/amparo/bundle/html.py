"""The report as one HTML file: no script, nothing loaded from anywhere, good on paper and on a small screen."""

import base64
from collections.abc import Mapping
from html import escape
from typing import Any, Final

STYLE: Final = """
:root{color-scheme:light}*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,"Noto Sans","Noto Sans Arabic",sans-serif;color:#111;background:#fff;max-width:60rem;
margin:0 auto;padding:1rem}
h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem;border-block-end:2px solid #111}
h3{font-size:1.05rem;margin:1rem 0 .25rem}p,ul{margin:.35rem 0}
table{border-collapse:collapse;width:100%;font-size:.85rem;margin:.5rem 0}
th,td{border:1px solid #767676;padding:.25rem .4rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}
th{background:#eee;overflow-wrap:normal}
.wide{overflow-x:auto}.wide table{min-width:40rem}
code,.mono{font-family:ui-monospace,monospace;font-size:.85em;overflow-wrap:anywhere;unicode-bidi:isolate;direction:ltr}
.claim{font-size:1.1rem;font-weight:600}
.exercise,.placeholder{border:3px double #111;padding:.5rem .75rem;margin:.75rem 0}
.exercise{font-weight:700}.finding{border-inline-start:4px solid #767676;padding-inline-start:.75rem}
.picture{overflow-x:auto;border:1px solid #767676;direction:ltr}img{display:block;max-width:none}
@media print{.wide table{min-width:0}
body{max-width:none;padding:0;font-size:10pt}.finding{break-before:page}table,img{break-inside:auto}.picture{overflow:visible}img{max-width:100%;height:auto}
tr{break-inside:avoid}}
"""


def html_report(view: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    """Return the whole page for a view (view.report_view). `pictures`: name -> SVG, shown as data images."""
    head = (
        f'<!DOCTYPE html>\n<html lang="{escape(view["language"])}" dir="{view["dir"]}">\n<head>\n'
        '<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{escape(view['title'])} {escape(view['case'][0][1])}</title>\n<style>{STYLE}</style>\n</head>\n"
    )
    body = "\n".join([_front(view), _findings(view, pictures), _lists(view), _custody(view)])
    return f"{head}<body>\n<main>\n{body}\n</main>\n</body>\n</html>\n"


def _front(view: Mapping[str, Any]) -> str:
    labels, verify = view["labels"], view["verify"]
    return "\n".join(
        [
            f'<p class="exercise">{escape(view["exercise"])}</p>' if view["exercise"] else "",
            f"<h1>{escape(view['title'])}</h1>",
            _facts(view["case"]),
            f"<p>{escape(view['claims'])}</p>",
            _heading(labels["totals"]),
            *(f"<p>{_say(each)}</p>" for each in view["totals"]),
            _heading(labels["keys"]),
            f"<p>{_say(view['keys']['compare'])}</p>",
            _table(view["keys"]["table"], view["nothing"]),
            _heading(labels["verify"]),
            f"<p>{_say(verify['need'])} {_say(verify['verifier'])}</p>\n<p><code>{escape(verify['sha256'])}</code></p>",
            f"<p>{_say(verify['run'])}</p>\n<p><code>{escape(verify['command'])}</code></p>",
            f"<p>{_say(verify['answers'])} {_say(view['attached'])}</p>",
            _heading(labels["notes"]),
            _bullets(view["notes"] or [view["nothing"]]),
        ]
    )


def _findings(view: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    sections = [_finding(each, view["labels"], pictures) for each in view["findings"]]
    return "\n".join([_heading(view["labels"]["findings"]), *(sections or [f"<p>{_say(view['nothing'])}</p>"])])


def _finding(each: Mapping[str, Any], labels: Mapping[str, str], pictures: Mapping[str, str]) -> str:
    recipe = each["recipe"]
    reviewers = ", ".join(f"<bdi>{escape(name)}</bdi>" for name in each["reviewers"]) or _say(each["not_reviewed"])
    how = f"{_facts(recipe['rows'])}\n<p>{_say(recipe['rerun'])}</p>" if recipe else f"<p>{_say(each['no_recipe'])}</p>"
    return "\n".join(
        [
            f'<section class="finding">\n<h3>{_say(each["heading"])} <code>{escape(each["id"])}</code></h3>',
            f'<p class="claim">{_say(each["claim"])}</p>',
            f"<p>{escape(labels['level'])}: {escape(each['level'])}</p>",
            *(_placeholder(hidden) for hidden in each["placeholders"]),
            _picture(each["picture"], each, pictures) if each["picture"] is not None else "",
            f"<h3>{escape(labels['supports'])}</h3>\n{_bullets(each['supports'])}",
            f"<h3>{escape(labels['against'])}</h3>\n{_bullets(each['against'])}",
            f"<h3>{escape(labels['known_error'])}</h3>\n<p>{_say(each['known_error'])}</p>",
            *(_section(part) for part in each["sections"]),
            f"<h3>{escape(labels['how'])}</h3>\n{how}",
            f"<h3>{escape(labels['cites'])}</h3>",
            "<ul>" + "".join(f"<li><code>{escape(ref)}</code></li>" for ref in each["cites"]) + "</ul>",
            f"<p>{escape(labels['author'])}: <bdi>{escape(each['author'])}</bdi></p>",
            f"<p>{escape(labels['reviewers'])}: {reviewers}</p>",
            *(_picture(name, each, pictures) for name in each["sheets"]),
            "</section>",
        ]
    )


def _placeholder(hidden: Mapping[str, Any]) -> str:
    return (
        f'<div class="placeholder"><p><code>{escape(hidden["ref"])}</code></p><p>{_say(hidden["words"])}</p>'
        f"<p>SHA-256 <code>{escape(hidden['sha256'])}</code></p></div>"
    )


def _section(part: Mapping[str, Any]) -> str:
    pairs = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td>{_say(said)}</td></tr>' for label, said in part["pairs"]
    )
    lines = [f"<table>{pairs}</table>" if pairs else "", _bullets(part["lines"]) if part["lines"] else ""]
    if part["table"] is not None:
        lines.append(_said_table(part["table"]))
    return "\n".join([f"<h3>{escape(part['title'])}</h3>", *lines, *(f"<p>{_say(each)}</p>" for each in part["after"])])


def _said_table(table: Mapping[str, Any]) -> str:
    """A table whose cells are sentences."""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in table["head"])
    rows = "".join(
        "<tr>"
        + "".join(f"<td>{_code(cell) if n in table['mono'] else _say(cell)}</td>" for n, cell in enumerate(row))
        + "</tr>"
        for row in table["rows"]
    )
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _code(sentence: list[list[Any]]) -> str:
    return f"<code>{escape(''.join(text for text, _ in sentence))}</code>"


def _picture(name: str, each: Mapping[str, Any], pictures: Mapping[str, str]) -> str:
    data = base64.b64encode(pictures[name].encode()).decode()
    alt = escape("".join(text for text, _ in each["claim"]))
    return f'<p class="picture" tabindex="0"><img src="data:image/svg+xml;base64,{data}" alt="{alt}"></p>'


def _lists(view: Mapping[str, Any]) -> str:
    tables = ("exhibits", "authorisations", "completeness")
    return "\n".join(f"{_heading(view['labels'][key])}\n{_table(view[key], view['nothing'])}" for key in tables)


def _custody(view: Mapping[str, Any]) -> str:
    return "\n".join(
        [
            _heading(view["labels"]["custody"]),
            *(
                f"<p>{_say(log['shown'])}</p>\n{_table(log['table'], view['nothing'])}\n"
                f"<p>{_say(log['head_words'])}</p>\n<p><code>{escape(log['head'])}</code></p>"
                for log in view["custody"]
            ),
        ]
    )


def _heading(words: str) -> str:
    return f"<h2>{escape(words)}</h2>"


def _say(sentence: list[list[Any]]) -> str:
    return "".join(f"<bdi>{escape(text)}</bdi>" if fact else escape(text) for text, fact in sentence)


def _bullets(sentences: list[list[list[Any]]]) -> str:
    return "<ul>" + "".join(f"<li>{_say(each)}</li>" for each in sentences) + "</ul>"


def _facts(rows: list[list[str]]) -> str:
    cells = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td><bdi>{escape(value)}</bdi></td></tr>' for label, value in rows
    )
    return f"<table>{cells}</table>"


def _table(table: Mapping[str, Any], nothing: list[list[Any]]) -> str:
    if not table["rows"]:
        return f"<p>{_say(nothing)}</p>"
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in table["head"])
    rows = "".join(f"<tr>{_cells(row, table['mono'])}</tr>" for row in table["rows"])
    return f'<div class="wide" tabindex="0"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _cells(row: list[str], mono: list[int]) -> str:
    return "".join(
        f"<td><code>{escape(cell)}</code></td>" if index in mono else f"<td><bdi>{escape(cell)}</bdi></td>"
        for index, cell in enumerate(row)
    )
