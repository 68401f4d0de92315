"""Writing a report: what happened -> one question a screen -> check -> send -> receipt -> done.

Each step is the direct answer to a POST to one neutral path; the draft travels in the hidden token. So the browser's
history tells nothing but the one path, and there is nothing to keep here before the report is sent.
"""

from dataclasses import replace

import segno
from django.http import HttpResponse, QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from amparo.base import gettext_noop
from amparo.web.portal.errors import TokenBroken
from amparo.web.portal.forms import AnswerForm, LastFourForm
from amparo.web.portal.page import Page, public
from amparo.web.portal.tokens import Draft, make_token, read_token
from amparo.web.reports.actions import receive_report
from amparo.web.reports.codes import grouped, normalise_signs
from amparo.web.reports.forms import INTAKE_FORMS, IntakeForm, Question, Wrong
from amparo.web.reports.intake import warm_up


@public
def report(page: Page) -> HttpResponse:
    """All steps of a report. GET: choose what happened."""
    sent = page.request.POST
    if "receipt" in sent:
        return _after_receipt(page, sent)
    if "draft" in sent:
        return _step(page, Draft.read(sent["draft"]), sent)
    if (category := sent.get("category", "")) in INTAKE_FORMS:
        form = INTAKE_FORMS[category]
        return _ask(page, Draft(form.name, form.version), form.questions[0])
    warm_up()
    return page.render("portal/choose.html", {"forms": INTAKE_FORMS})


def _step(page: Page, draft: Draft, sent: QueryDict) -> HttpResponse:
    form = INTAKE_FORMS[draft.form]
    if form.version != draft.version:
        raise TokenBroken  # the questions were changed while the page was open
    go, question = sent.get("go", "next"), form.question(sent.get("question", ""))
    if question is not None:
        answer = question.clean(sent.get("answer", ""))
        draft = draft.with_answer(question.name, answer)
        if go == "next" and (wrong := form.check(question, answer)):
            return _ask(page, draft, question, wrong)
    if go == "send":
        return _send(page, draft, form)
    if (changed := form.question(go.removeprefix("change:"))) is not None:
        return _ask(page, draft, changed)
    return _neighbour(page, draft, form, question, back=go == "back")


def _neighbour(page: Page, draft: Draft, form: IntakeForm, question: Question | None, *, back: bool) -> HttpResponse:
    """The question before or after; before the first comes the choice, after the last the check."""
    if draft.checking or question is None:
        return _check(page, draft, form)
    place = form.questions.index(question) + (-1 if back else 1)
    if place < 0:
        return page.render("portal/choose.html", {"forms": INTAKE_FORMS})
    if place == len(form.questions):
        return _check(page, draft, form)
    return _ask(page, draft, form.questions[place])


def _ask(page: Page, draft: Draft, question: Question, wrong: Wrong | None = None) -> HttpResponse:
    form = INTAKE_FORMS[draft.form]
    context = {
        "draft": draft.token(),
        "checking": draft.checking,
        "intake_form": form,
        "question": question,
        "number": form.questions.index(question) + 1,
        "total": len(form.questions),
        "first": question is form.questions[0] and not draft.checking,
        "form": AnswerForm(question, draft.answers.get(question.name, ""), wrong),
    }
    return page.render("portal/question.html", context, 400 if wrong else 200)


def _check(page: Page, draft: Draft, form: IntakeForm, wrong: Wrong | None = None) -> HttpResponse:
    draft = replace(draft, checking=True)
    answers = [{"question": each, "answer": _shown(each, draft.answers.get(each.name, ""))} for each in form.questions]
    context = {
        "draft": draft.token(),
        "intake_form": form,
        "answers": answers,
        "wrong": _(wrong.sentence) % wrong.facts if wrong else "",
    }
    return page.render("portal/check.html", context, 400 if wrong else 200)


def _shown(question: Question, answer: str) -> str:
    return _(question.shown(answer)) if question.choices and answer else answer


def _send(page: Page, draft: Draft, form: IntakeForm) -> HttpResponse:
    if problems := form.wrong(form.clean(draft.answers)):
        name, wrong = next(iter(problems.items()))
        question = form.question(name)
        if draft.answers and question is not None:
            return _ask(page, replace(draft, checking=True), question, wrong)
        return _check(page, draft, form, wrong)
    receipt = receive_report(
        agency=page.agency,
        category=form.name,
        answers=draft.answers,
        language=page.language,
        key=draft.key,
        nonce=draft.nonce,
    )
    return _receipt(page, receipt.code, again=receipt.again)


def _receipt(page: Page, code: str, *, again: bool = False, error: str = "") -> HttpResponse:
    form = LastFourForm({"last_four": ""} if error else None)
    if error:
        form.full_clean()
        form.errors.clear()
        form.add_error("last_four", error)
    context = {
        "receipt": make_token("receipt", {"code": code}),
        "groups": grouped(code).split("-"),
        "qr": qr_of(grouped(code)),
        "again": again,
        "form": form,
    }
    return page.render("portal/receipt.html", context, 400 if error else 200)


def _after_receipt(page: Page, sent: QueryDict) -> HttpResponse:
    """Save the code as a file, or compare the last four signs; the code stays on the page until they agree."""
    code = read_token("receipt", sent["receipt"])["code"]
    if sent.get("go") == "save":
        return _as_file(code)
    if normalise_signs(sent.get("last_four", "")) != code[-4:]:
        problem = gettext_noop("These are not the last four signs of the code above. Look at its last group.")
        return _receipt(page, code, error=_(problem))
    return page.render("portal/done.html")


def _as_file(code: str) -> HttpResponse:
    """A text file with a name that says nothing."""
    response = HttpResponse(f"{grouped(code)}\r\n", content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="note.txt"'
    return response


def qr_of(text: str) -> SafeString:
    """The code as a QR picture inside the page; it holds the code alone, no address."""
    drawing = segno.make(text, error="m", micro=False).svg_inline(omitsize=True, border=2)
    return mark_safe(drawing)  # noqa: S308  (drawn here from our own code's signs)
