"""States of a report: which follows which, and what the reporter is told about each."""

from collections.abc import Mapping
from typing import Final

from amparo.base import gettext_noop
from amparo.web.reports.models import Report

S = Report.State
_OPEN: Final = (S.TRIAGED, S.ACTING, S.REFERRED, S.NEED_ANSWER, S.DONE, S.NOT_ILLEGAL, S.DUPLICATE, S.NO_ACTION)

#: What staff may still do with a withdrawn report that may be about danger: whoever found the code, an abuser too, can
#: withdraw it, so it stays in the queue until an officer has decided.
_WITHDRAWN_DANGER: Final = (S.ACTING, S.REFERRED, S.NO_ACTION)


def follows(report: Report) -> tuple[str, ...]:
    """Return the states staff may choose. A closed report can be taken up again; a withdrawn one rests."""
    if report.state == S.WITHDRAWN:
        return _WITHDRAWN_DANGER if report.is_danger else ()
    return tuple(each for each in _OPEN if each != report.state)


#: What a reporter reads. Plain, no promise we can't keep, never "safe".
PUBLIC: Final[Mapping[str, str]] = {
    S.RECEIVED: gettext_noop("Your report has arrived. Nobody has read it yet."),
    S.TRIAGED: gettext_noop("An officer has looked at your report. We are deciding what to do."),
    S.ACTING: gettext_noop("We are working on your report."),
    S.REFERRED: gettext_noop("We passed your report on to those who can act on it."),
    S.NEED_ANSWER: gettext_noop("We have a question for you. Please read the message below and answer it."),
    S.DONE: gettext_noop("We finished our work on your report. Thank you for telling us."),
    S.NOT_ILLEGAL: gettext_noop("We looked into it. As far as we can tell, no law was broken."),
    S.DUPLICATE: gettext_noop("We know about this already and work on it. Your report helps."),
    S.NO_ACTION: gettext_noop("We could not do anything with this report. You can write to us again below."),
    S.WITHDRAWN: gettext_noop("You withdrew this report. We don't work on it any more."),
}
