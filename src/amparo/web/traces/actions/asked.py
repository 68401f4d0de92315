"""What the bearer of a token asks about chains and traces: counted, written down, and no more than its maker may.

Written down is what kind of question it was, never the address.
"""

from typing import Any, Final, NamedTuple
from uuid import UUID

from django.utils import timezone

from amparo.ledger import Store
from amparo.web.accounts.models import ApiToken, Person
from amparo.web.accounts.permissions import require_scope
from amparo.web.audit.actions import record
from amparo.web.audit.models import LogLine
from amparo.web.cases.authorisation import require_authorisation
from amparo.web.cases.models import Case
from amparo.web.cases.scope import case_for, cases_of
from amparo.web.common.errors import NotFound
from amparo.web.traces import news
from amparo.web.traces.actions.account_traces import start_account_trace
from amparo.web.traces.actions.chains import store_of
from amparo.web.traces.actions.traces import start_trace
from amparo.web.traces.addresses import totals_of
from amparo.web.traces.entities import entities_of, held_txs
from amparo.web.traces.errors import AskedTooOften, FieldWithoutMeaning, TokenForOthers
from amparo.web.traces.models import ChainWindow, Trace, TraceResult
from amparo.web.traces.tags import Said, tags_of
from amparo.web.traces.worklist import Party, parties

SEE: Final = "traces.see"
RUN: Final = "traces.run"
#: Questions of one token a day (UTC): tags must not be read out by trying addresses.
MOST_A_DAY: Final = 20_000
#: Traces of a case that are listed, newest first.
MOST_TRACES: Final = 200
#: Fields of a question about chains only, and about books of accounts only.
CHAIN_ONLY: Final = ("direction", "floor", "dormant_days", "at_mixers")
BOOKS_ONLY: Final = ("side", "unknown")


class Known(NamedTuple):
    """What the loaded blocks and the unit's tags say of an address. Amounts in satoshi.

    `entity`: addresses that co-spending joins with it, without what the unit holds back; None: not computed.
    """

    outputs: int
    received: int
    unspent: int
    first: str | None
    last: str | None
    entity: int | None
    tags: list[Said]


def ask(token: ApiToken, what: str, permission: str = SEE) -> Person:
    """Count and record one question; the person for whom the token asks.

    Raises NotAllowed, TokenForOthers, AskedTooOften.
    """
    require_scope(token, permission)
    if token.purpose != ApiToken.Purpose.INTERNAL:
        raise TokenForOthers(purpose=token.purpose)
    name = f"token:{token.pk}"
    today = LogLine.objects.filter(action=news.LEDGER_ASKED, object=name, day=timezone.now().date())
    if today.count() >= MOST_A_DAY:
        raise AskedTooOften(limit=MOST_A_DAY)
    record(
        news.LEDGER_ASKED,
        actor=token.person.actor,
        agency_id=token.agency_id,
        object=name,
        facts={"what": what, "purpose": token.purpose},
    )
    return token.person


def chains_open_to(token: ApiToken) -> list[ChainWindow]:
    """Raises as `ask`."""
    ask(token, "chains")
    return list(ChainWindow.of(token.agency))


def look_up_address(token: ApiToken, chain_id: UUID, address: str) -> Known:
    """Raises as `ask`, NotFound for a chain that is not the agency's, BadAddress."""
    ask(token, "address")
    chain = ChainWindow.of(token.agency).filter(pk=chain_id).first()
    if chain is None:
        raise NotFound
    store = store_of(chain)
    tags = tags_of([address]).get(address, [])
    return Known(*totals_of(store, address), _entity_size(chain, store, address), tags)


def _entity_size(chain: ChainWindow, store: Store, address: str) -> int | None:
    clusters = entities_of(chain, store)
    number = store.address_id(address)
    if clusters is None or number is None:
        return None
    held = held_txs(chain, store)
    if not held:
        return clusters.size(number)
    split = clusters.without(number, txs=list(held))
    return next(part.size for part in split.parts if part.root == split.part_of(number))


def start_asked(token: ApiToken, case_id: UUID, chain_id: UUID | None, question: dict[str, Any]) -> Trace:
    """Start a trace in a chain, or through the case's books where no chain is named, as its page would.

    Raises as `ask`, NotFound, FieldWithoutMeaning, and what `start_trace` and `start_account_trace` raise.
    """
    person = ask(token, "start", RUN)
    for name in CHAIN_ONLY if chain_id is None else BOOKS_ONLY:
        if name in question:
            raise FieldWithoutMeaning(field=name)
    case = case_for(person, case_id)
    if chain_id is None:
        return start_account_trace(actor=person, case=case, **question)
    chain = ChainWindow.of(token.agency).filter(pk=chain_id).first()
    if chain is None:
        raise NotFound
    return start_trace(actor=person, case=case, chain=chain, **question)


def traces_asked(token: ApiToken, case_id: UUID) -> list[Trace]:
    """Raises as `ask`, NotFound, OutsideAuthorisation."""
    case: Case = case_for(ask(token, "traces"), case_id)
    require_authorisation(case, "financial")
    return list(Trace.objects.filter(case=case).prefetch_related("results")[:MOST_TRACES])


def trace_asked(token: ApiToken, trace_id: UUID, what: str = "trace") -> Trace:
    """Raises as `ask`, NotFound, OutsideAuthorisation."""
    found = (
        Trace.objects.filter(pk=trace_id, case__in=cases_of(ask(token, what)))
        .select_related("case", "chain")
        .prefetch_related("results")
        .first()
    )
    if found is None:
        raise NotFound
    require_authorisation(found.case, "financial")
    return found


def result_asked(token: ApiToken, trace_id: UUID, rule: str) -> TraceResult:
    """One rule's result; the case's custody log says that it was taken. Raises as `trace_asked`."""
    found = _result(trace_asked(token, trace_id, "result"), rule)
    _take(token, found, news.TRACE_EXPORTED)
    return found


def worklist_asked(token: ApiToken, trace_id: UUID, rule: str) -> list[Party]:
    """Whom to ask; the case's custody log says that it was taken. Raises as `trace_asked`."""
    found = _result(trace_asked(token, trace_id, "worklist"), rule)
    _take(token, found, news.WORKLIST_EXPORTED)
    return parties(found)


def _result(trace: Trace, rule: str) -> TraceResult:
    found = trace.results.filter(rule=rule).select_related("trace__case").first()
    if found is None:
        raise NotFound
    return found


def _take(token: ApiToken, found: TraceResult, action: str) -> None:
    case = found.trace.case
    record(
        action,
        actor=token.person.actor,
        agency_id=case.agency_id,
        case_id=case.pk,
        object=f"trace:{found.trace_id}",
        auth=found.trace.authorisations,
        facts={"number": found.trace.number, "rule": found.rule, "token": str(token.pk)},
    )
