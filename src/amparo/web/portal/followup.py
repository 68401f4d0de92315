"""Coming back with a code: how the report stands, messages, writing back, withdrawing.

One path again: the code is posted, and from then on a hidden token (two hours) carries the report's key. A wrong,
an unknown and a malformed code get the very same page.
"""

from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from amparo.base import AmparoError, gettext_noop
from amparo.web.common.errors import say
from amparo.web.portal.errors import TokenBroken
from amparo.web.portal.forms import CodeForm, MessageForm
from amparo.web.portal.page import Page, public
from amparo.web.portal.tokens import make_token, read_token
from amparo.web.reports.actions import open_report_by_code, withdraw, write_message_as_reporter
from amparo.web.reports.answers import ANSWERS
from amparo.web.reports.models import Report
from amparo.web.reports.reporter import Opened, messages_for
from amparo.web.reports.states import PUBLIC

WRONG = gettext_noop("This code does not open a report. Check each sign; a report may also have been erased.")


@public
def come_back(page: Page) -> HttpResponse:
    sent = page.request.POST
    if "opened" in sent:
        return _follow(page, sent)
    if page.request.method != "POST":
        return page.render("portal/return.html", {"form": CodeForm()})
    opened = open_report_by_code(page.agency, sent.get("code", ""))
    if opened is None:
        return _wrong_code(page)
    return _status(page, opened)


def _wrong_code(page: Page) -> HttpResponse:
    """The same bytes for every code that does not open: what was typed is not repeated."""
    form = CodeForm({"code": ""})
    form.full_clean()
    form.errors.clear()
    form.add_error("code", _(WRONG))
    return page.render("portal/return.html", {"form": form}, 400)


def _follow(page: Page, sent: QueryDict) -> HttpResponse:
    token = read_token("opened", sent["opened"])
    report = Report.objects.filter(agency=page.agency, pk=UUID(token["report"])).select_related("agency").first()
    if report is None:
        raise TokenBroken
    opened = Opened(report, bytes.fromhex(token["key"]))
    if sent.get("go") == "withdraw":
        return page.render("portal/withdraw.html", {"opened": _token(opened)})
    if sent.get("go") == "withdraw-now":
        return _withdraw(page, opened)
    if sent.get("go") == "write":
        return _write(page, opened, sent, after=token["after"])
    return _status(page, opened)


def _write(page: Page, opened: Opened, sent: QueryDict, *, after: int) -> HttpResponse:
    form = MessageForm(sent)
    if not form.is_valid():
        return _status(page, opened, form=form)
    text = form.cleaned_data["text"]
    if not _was_sent(opened, text, after):
        try:
            write_message_as_reporter(opened, text=text)
        except AmparoError as error:
            form.add_error("text", str(say(error)))
            return _status(page, opened, form=form)
    return _status(page, opened, notice=_("Your message has arrived."))


def _was_sent(opened: Opened, text: str, after: int) -> bool:
    """Was this page sent already? Then the same words stand after what the page showed."""
    return any(each.text == text for each in messages_for(opened) if each.mine and each.seq > after)


def _withdraw(page: Page, opened: Opened) -> HttpResponse:
    if opened.report.state != Report.State.WITHDRAWN:
        withdraw(opened)
    return _status(page, opened, notice=_("You withdrew your report."))


def _token(opened: Opened) -> str:
    last = max((each.seq for each in messages_for(opened)), default=0)
    return make_token("opened", {"report": str(opened.report.pk), "key": opened.key.hex(), "after": last})


def _status(page: Page, opened: Opened, *, form: MessageForm | None = None, notice: str = "") -> HttpResponse:
    messages = [
        {"mine": each.mine, "day": each.day, "text": each.text if each.mine else _(ANSWERS[each.template].text)}
        for each in messages_for(opened)
    ]
    context = {
        "opened": _token(opened),
        "day": opened.report.day,
        "state": _(PUBLIC[opened.report.state]),
        "withdrawn": opened.report.state == Report.State.WITHDRAWN,
        "messages_shown": messages,
        "form": form or MessageForm(),
        "notice": notice,
    }
    return page.render("portal/status.html", context, 400 if form is not None else 200)
