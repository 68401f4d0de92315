"""Pages of addresses, entities and transactions of a chain."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from amparo.base import AmparoError
from amparo.ledger import Store
from amparo.ledger.clusters import HEURISTICS, Clusters, explain, names
from amparo.web.accounts.permissions import require
from amparo.web.cases.scope import cases_of
from amparo.web.common.errors import NotFound, say
from amparo.web.traces import actions
from amparo.web.traces.addresses import totals_of
from amparo.web.traces.entities import (
    SHOWN,
    entities_of,
    held_txs,
    hops_of,
    members_of,
    parts_of,
    shape_words,
)
from amparo.web.traces.errors import NoEntities, NoSuchAddress
from amparo.web.traces.models import ChainWindow, HeldEdge
from amparo.web.traces.show import btc
from amparo.web.traces.tags import conflict_of, tags_of
from amparo.web.traces.views.chains import chain_for

ROWS = 50


def _number(store: Store, address: str) -> int:
    """Raises the engine's BadAddress, or NoSuchAddress."""
    number = store.address_id(address)
    if number is None:
        raise NoSuchAddress(address=address)
    return number


@login_required
def address(request: HttpRequest, chain_id: UUID, text: str) -> HttpResponse:
    """What loaded blocks and tags say of one address; never whose it is."""
    chain = chain_for(request, chain_id)
    store = actions.store_of(chain)
    number = _number(store, text)
    outputs, totals = store.outputs_to(text), totals_of(store, text)
    clusters = entities_of(chain, store)
    tags = tags_of([text])
    context = {
        "chain": chain,
        "address": text,
        "received": btc(totals.received),
        "unspent": btc(totals.unspent),
        "size": totals.count,
        "shown": len(outputs),
        "page": Paginator([(each, btc(each.value)) for each in outputs], ROWS).get_page(request.GET.get("page")),
        "tags": tags,
        "conflict": conflict_of(tags.get(text, [])),
        "entity": clusters.entity(number) if clusters else None,
        "cases": cases_of(request.user)[:ROWS],
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/address.html", context)


@login_required
def follow(request: HttpRequest, chain_id: UUID, text: str) -> HttpResponse:
    """From an address to the form of a new trace in one of the reader's cases."""
    chain_for(request, chain_id)
    case = next((each for each in cases_of(request.user) if str(each.pk) == request.GET.get("case")), None)
    if case is None:
        return redirect("traces:address", chain_id, text)
    return redirect(f"{reverse('traces:new', args=[case.pk])}?{urlencode({'seed': text, 'chain': chain_id})}")


@login_required
def entity(request: HttpRequest, chain_id: UUID, text: str) -> HttpResponse:
    """The entity of an address: members, why two of them are joined, and what if some evidence fell away."""
    chain = chain_for(request, chain_id)
    store = actions.store_of(chain)
    clusters = entities_of(chain, store)
    if clusters is None:
        raise NoEntities(name=chain.name)
    number = _number(store, text)
    held = held_txs(chain, store)
    found = clusters.entity(number)
    context = {
        "chain": chain,
        "address": text,
        "entity": found,
        "first": store.tx(found.first_merge) if found.first_merge is not None else None,
        "last": store.tx(found.last_merge) if found.last_merge is not None else None,
        "members": members_of(store, clusters, number),
        "shown": SHOWN,
        "heuristics": HEURISTICS,
        "held": held,
        **_why(request, store, clusters, number),
        **_what_if(request, store, clusters, number, held),
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/entity.html", context)


def _why(request: HttpRequest, store: Store, clusters: Clusters, number: int) -> dict[str, object]:
    """The path to the other address that was asked for, and the shortest one where it is shorter."""
    other = request.GET.get("with", "").strip()
    if not other:
        return {"with": ""}
    try:
        there = _number(store, other)
        why = clusters.why(number, there)
    except AmparoError as error:
        return {"with": other, "why_error": str(say(error))}
    if why is None:
        return {"with": other, "apart": True}
    short = clusters.shortest(number, there)
    shorter = short if short is not None and len(short) < len(why.hops) else ()
    joined = store.tx(why.joined_by) if why.hops else None
    return {
        "with": other,
        "hops": hops_of(store, why.hops, why.joined_by),
        "shorter": hops_of(store, shorter),
        "joined": joined,
    }


def _what_if(
    request: HttpRequest, store: Store, clusters: Clusters, number: int, held: dict[int, HeldEdge]
) -> dict[str, object]:
    """The parts left without the transactions and heuristics that were asked, and those the agency holds back."""
    asked = [each.strip() for each in request.GET.get("without", "").split() if each.strip()]
    heuristics = [each for each in request.GET.getlist("heuristic") if each in HEURISTICS]
    if not (asked or heuristics or held):
        return {"without": ""}
    try:
        txs = [store.find_tx(each).tx for each in asked]
    except AmparoError as error:
        return {"without": " ".join(asked), "without_error": str(say(error))}
    parts = parts_of(store, clusters, number, [*txs, *held], heuristics)
    return {"without": " ".join(asked), "dropped": heuristics, "parts": parts}


@login_required
def transaction(request: HttpRequest, chain_id: UUID, text: str) -> HttpResponse:
    """One transaction: what it spends and pays, where it lies, and whether it has the shape of a CoinJoin."""
    chain = chain_for(request, chain_id)
    store = actions.store_of(chain)
    row = store.find_tx(text)
    spent = [None if each is None else store.output(each) for each in store.inputs_of(row.tx)]
    made = [store.output(each) for each in row.outputs]
    clusters = entities_of(chain, store)
    facts = explain(store, row.tx, int(clusters.shapes[row.tx]) if clusters else None)
    tags = tags_of([each.address for each in (*spent, *made) if each is not None and each.address])
    context = {
        "chain": chain,
        "tx": row,
        "spent": [(each, btc(each.value) if each else "") for each in spent[:SHOWN]],
        "made": [(each, btc(each.value)) for each in made[:SHOWN]],
        "count_spent": len(spent),
        "count_made": len(made),
        "facts": facts,
        "repeated": btc(facts["repeated_amount"]) if facts["repeated_amount"] is not None else "",
        "reasons": [shape_words(each) for each in names_of(store, clusters, row.tx)],
        "tags": tags,
        "held": HeldEdge.objects.filter(chain=chain, txid=row.txid).select_related("held_by").first(),
        "may_run": request.user.may("traces.run"),
    }
    return render(request, "traces/transaction.html", context)


def names_of(store: Store, clusters: Clusters | None, tx: int) -> tuple[str, ...]:
    """Words of the shapes of a transaction."""
    return names(int(clusters.shapes[tx])) if clusters else tuple(explain(store, tx)["shapes"])


@login_required
@require_POST
def hold(request: HttpRequest, chain_id: UUID, text: str) -> HttpResponse:
    chain = chain_for(request, chain_id)
    require(request.user, "traces.run")
    try:
        reason = request.POST.get("reason", "")
        actions.hold_edge(actor=request.user, chain=chain, transaction_text=text, reason=reason)
    except AmparoError as error:
        messages.error(request, str(say(error)))
    else:
        messages.success(request, gettext("Held back: your unit's view of entities leaves this transaction out."))
    return redirect("traces:transaction", chain.pk, text)


@login_required
@require_POST
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    require(request.user, "traces.run")
    held = HeldEdge.objects.filter(pk=pk).first()
    if held is None:
        raise NotFound
    chain: ChainWindow = held.chain
    txid = held.txid
    actions.release_edge(actor=request.user, held=held)
    return redirect("traces:transaction", chain.pk, txid)
