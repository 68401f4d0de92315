"""/api/v1/ledger: addresses in loaded chains; traces of the cases that the token's maker is a member of."""

import functools
from collections.abc import Callable
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest
from django_scopes import scope
from ninja import Field, Query, Router, Schema, Status
from pydantic import ConfigDict

from amparo.base import AmparoError
from amparo.web.accounts.models import ApiToken
from amparo.web.cases.authorisation import OutsideAuthorisation
from amparo.web.common.errors import NotAllowed, NotFound, say
from amparo.web.common.models import Job
from amparo.web.traces.actions import asked
from amparo.web.traces.errors import AskedTooOften, TokenForOthers
from amparo.web.traces.models import ChainWindow, Trace, TraceResult
from amparo.web.traces.picture import is_over_accounts
from amparo.web.traces.tags import Said
from amparo.web.traces.worklist import Party

ledger = Router(tags=["ledger"])
MOST_ROWS: Final = 1000
MOST_TAGS: Final = 100
MOST_STARTS: Final = 1000
#: Error -> status; all others of ours answer 400.
STATUS: Final[dict[type[AmparoError], int]] = {
    NotAllowed: 403, OutsideAuthorisation: 403, TokenForOthers: 403, NotFound: 404, AskedTooOften: 429,
}  # fmt: skip


class LedgerProblem(Schema):
    code: str
    sentence: str
    advice: str


REFUSALS: Final = dict.fromkeys((400, 403, 404, 429), LedgerProblem)


class ChainOut(Schema):
    """`window`: the name of a part of a chain whose spent outputs may be missing; null for a whole chain."""

    id: UUID
    name: str
    network: str
    window: str | None
    first_height: int | None
    last_height: int | None
    tip: str
    has_entities: bool


class LedgerTagOut(Schema):
    label: str
    kind: str
    actor: str
    publisher: str
    confidence: str
    source: str
    day: date | None
    own: bool
    reviewed: bool


class AddressOut(Schema):
    """Satoshi, in the loaded blocks. `entity_size`: addresses that co-spending joins, an inference; null: not computed.

    `tag_count` counts all tags, of which the most trusted are given.
    """

    address: str
    outputs: int
    received: int
    unspent: int
    first_output: str | None
    last_output: str | None
    entity_size: int | None
    tags: list[LedgerTagOut]
    tag_count: int


class TraceIn(Schema):
    """`chain` null: through the books of the case and the joins a person accepted; then `floor`, `direction`, stops at
    mixers and dormant outputs have no meaning and are refused.
    """

    case: UUID
    chain: UUID | None = None
    starts: list[str] = Field(min_length=1, max_length=MOST_STARTS)
    rules: list[Literal["poison", "haircut", "fifo", "lifo", "tiho"]] = Field(min_length=1, max_length=5)
    direction: Literal["forward", "backward"] | None = None
    max_hops: int | None = Field(None, ge=1, le=1_000_000)
    floor: int | None = Field(None, ge=0, le=2**62)
    until: date | None = None
    dormant_days: int | None = Field(None, ge=1, le=100_000)
    at_services: bool = False
    at_mixers: bool | None = None
    side: Literal["received", "sent", "balance"] | None = None
    unknown: Literal["least", "gap"] | None = None
    question: str = Field("", max_length=300)

    model_config = ConfigDict(extra="forbid")


class TraceOut(Schema):
    """`state` of its job: waiting, running, done, failed or stopped. `results`: rules that are there already."""

    id: UUID
    case: UUID
    number: str
    chain: UUID | None
    starts: list[str]
    left_out: list[str]
    rules: list[str]
    state: str
    error: str
    results: list[str]


class ResultOut(Schema):
    """`rows`: outputs of a chain, or transfers of books, as the engine gives them; `count` of them there are.

    `digest` and `recipe` let anybody run it again.
    """

    rule: str
    kind: Literal["outputs", "transfers"]
    conserves: bool
    totals: Any
    notes: list[dict[str, Any]]
    digest: str
    recipe: dict[str, Any]
    count: int
    offset: int
    rows: list[dict[str, Any]]


class ItemToAskOut(Schema):
    time: str
    account: str
    amount: str
    fiat: str
    ref: str
    state: str


class PartyOut(Schema):
    """`item_count` counts all movements, of which the first are given. `said`: who calls it so, and how sure."""

    name: str
    total: str
    said: list[str]
    items: list[ItemToAskOut]
    item_count: int


def _answered(view: Callable[..., Any]) -> Callable[..., Any]:
    """Give a view its token inside the agency's scope, and answer an error with its status."""

    @functools.wraps(view)
    def wrapped(request: HttpRequest, **given: Any) -> Any:
        token: ApiToken = request.auth  # type: ignore[attr-defined]
        with scope(agency=token.agency):
            try:
                return view(request, **given)
            except AmparoError as error:
                said = say(error)
                problem = LedgerProblem(code=said.code, sentence=said.sentence, advice=said.advice)
                return Status(STATUS.get(type(error), 400), problem)

    return wrapped


def _token(request: HttpRequest) -> ApiToken:
    token: ApiToken = request.auth  # type: ignore[attr-defined]
    return token


@ledger.get("/chains", response={200: list[ChainOut], **REFUSALS}, summary="Chains that were loaded")
@_answered
def chains(request: HttpRequest) -> Any:
    return [_chain(each) for each in asked.chains_open_to(_token(request))]


@ledger.get(
    "/chains/{chain_id}/addresses/{address}",
    response={200: AddressOut, **REFUSALS},
    summary="What the loaded blocks and the unit's tags say of an address",
)
@_answered
def address(request: HttpRequest, chain_id: UUID, address: str) -> Any:
    known = asked.look_up_address(_token(request), chain_id, address[:200])
    return AddressOut(
        address=address, outputs=known.outputs, received=known.received, unspent=known.unspent,
        first_output=known.first, last_output=known.last, entity_size=known.entity,
        tags=[_tag(each) for each in known.tags[:MOST_TAGS]], tag_count=len(known.tags),
    )  # fmt: skip


@ledger.post("/traces", response={201: TraceOut, **REFUSALS}, summary="Start a trace in a case")
@_answered
def start(request: HttpRequest, body: TraceIn) -> Any:
    question = body.model_dump(exclude={"case", "chain", "starts"}, exclude_none=True)
    question["seed"] = "\n".join(body.starts)
    trace = asked.start_asked(_token(request), body.case, body.chain, question)
    return Status(201, _trace(trace))


@ledger.get("/traces", response={200: list[TraceOut], **REFUSALS}, summary="The newest traces of a case")
@_answered
def traces(request: HttpRequest, case: UUID) -> Any:
    return [_trace(each) for each in asked.traces_asked(_token(request), case)]


@ledger.get("/traces/{trace_id}", response={200: TraceOut, **REFUSALS}, summary="How far a trace is")
@_answered
def trace(request: HttpRequest, trace_id: UUID) -> Any:
    return _trace(asked.trace_asked(_token(request), trace_id))


@ledger.get(
    "/traces/{trace_id}/results/{rule}",
    response={200: ResultOut, **REFUSALS},
    summary="A trace by one rule, its rows page by page",
)
@_answered
def result(
    request: HttpRequest,
    trace_id: UUID,
    rule: str,
    offset: int = Query(0, ge=0),
    limit: int = Query(MOST_ROWS, ge=1, le=MOST_ROWS),
) -> Any:
    return _result(asked.result_asked(_token(request), trace_id, rule), offset, limit)


@ledger.get(
    "/traces/{trace_id}/worklist/{rule}",
    response={200: list[PartyOut], **REFUSALS},
    summary="Services and books that a trace reached, with what a request to them needs",
)
@_answered
def worklist(request: HttpRequest, trace_id: UUID, rule: str) -> Any:
    return [_party(each) for each in asked.worklist_asked(_token(request), trace_id, rule)[:MOST_ROWS]]


def _chain(each: ChainWindow) -> ChainOut:
    return ChainOut(
        id=each.pk, name=each.name, network=each.network, window=each.window, first_height=each.first_height,
        last_height=each.last_height, tip=each.tip, has_entities=each.has_entities,
    )  # fmt: skip


def _tag(said: Said) -> LedgerTagOut:
    return LedgerTagOut(**{name: part for name, part in said._asdict().items() if name != "rank"})


def _trace(each: Trace) -> TraceOut:
    job = Job.objects.filter(pk=each.job_id).first()
    return TraceOut(
        id=each.pk, case=each.case_id, number=each.number, chain=each.chain_id, starts=each.starts,
        left_out=each.left_out, rules=each.rules, state=job.state if job else "", error=job.error if job else "",
        results=[made.rule for made in each.results.all()],
    )  # fmt: skip


def _result(found: TraceResult, offset: int, limit: int) -> ResultOut:
    over_accounts = is_over_accounts(found)
    rows = found.result["steps" if over_accounts else "outputs"]
    return ResultOut(
        rule=found.rule, kind="transfers" if over_accounts else "outputs", conserves=found.result["conserves"],
        totals=found.totals, notes=found.result["notes"], digest=found.recipe["output"], recipe=found.recipe,
        count=len(rows), offset=offset, rows=rows[offset : offset + limit],
    )  # fmt: skip


def _party(each: Party) -> PartyOut:
    items = [ItemToAskOut(**item._asdict()) for item in each.items[:MOST_ROWS]]
    return PartyOut(name=each.name, total=each.total, said=each.said, items=items, item_count=len(each.items))
