"""The walk over several books at once: claims, carried through purses in the order of the lines.

A line waits until every join into it is known, so money never arrives before it left. What a join takes out of a
transfer is booked as converted in both assets; the rest of the transfer arrives as usual. A claim is never lost:
units that arrive where they are claimed already are booked as absorbed.
"""

from collections.abc import Mapping

from amparo.base import Progress, silent
from amparo.ledger.accounts.errors import AccountsNotConserved, AmbiguousTransferClaim, BalanceNotKnown
from amparo.ledger.accounts.join import TransferRef
from amparo.ledger.accounts.rules import AccountRule, Mark
from amparo.ledger.accounts.trace.book import BEHIND, Book, Key
from amparo.ledger.accounts.trace.gate import Gate
from amparo.ledger.accounts.trace.passages import Line, Passage, Passages
from amparo.ledger.accounts.trace.passed import Arrival, End, LeafKey, LeafState, Step
from amparo.ledger.accounts.trace.purse import Purse
from amparo.ledger.accounts.trace.stops import AccountStop, AccountStops
from amparo.ledger.accounts.trace.totals import AssetTotals
from amparo.ledger.accounts.transfer import Kind


class Walk:
    """One run. `least`: an unknown opening counts as the least possible one instead of a gap."""

    def __init__(
        self, books: Mapping[str, Book], passages: Passages, rule: AccountRule, stops: AccountStops, *, least: bool
    ) -> None:
        self.books = books
        self.passages = passages
        self.rule = rule
        self.stops = stops
        self.least = least
        self.gate = Gate(stops)
        self.purses: dict[Line, Purse] = {}
        self.claims: dict[Line, int] = {}
        self.balance_claims: dict[tuple[str, Key], int] = {}
        self.arrivals: dict[Line, list[Arrival]] = {}
        self.totals: dict[tuple[str, str], AssetTotals] = {}
        self._total_of: dict[Line, AssetTotals] = {}
        self.leaves: dict[LeafKey, int] = {}
        self.steps: list[Step] = []
        self.used: list[Passage] = []
        self.unknown: set[Line] = set()  # purses whose opening is not known and mattered
        self.overdrawn: set[Line] = set()

    def claim(self, line: Line, amount: int) -> None:
        self.claims[line] = amount
        book = self.books[line[0]]
        book.push(book.key(line[1]))

    def claim_balance(self, ledger: str, purse: int, row: int | None) -> None:
        """Claim what `purse` holds before `row` (None: at the end of the ledger)."""
        book = self.books[ledger]
        key = (book.end if row is None else book.key(row))._replace(claim=-1 - purse)
        self.balance_claims[ledger, key] = purse
        book.push(key)

    def run(self, progress: Progress = silent) -> None:
        went_on = True
        while went_on:
            went_on = sum(self._advance(book, progress) for book in self.books.values()) > 0
        if any(book.heap and not book.over for book in self.books.values()):
            self.passages.refuse_circle()
        self._close()
        self._check()

    def _reason_to_end(self, book: Book) -> AccountStop | None:
        if len(self.steps) >= self.stops.max_transfers:
            return AccountStop.BUDGET
        row = book.heap[0].row
        late = self.stops.until is not None and row != BEHIND and book.time(row) > self.stops.until
        return AccountStop.DATE if late else None

    def _advance(self, book: Book, progress: Progress) -> bool:
        """Work on a book's lines until one has to wait; whether any was worked on."""
        count = 0
        while book.heap:
            horizon = self.passages.horizon(book.ledger)
            if horizon is not None and book.heap[0] >= horizon:
                break
            if self._reason_to_end(book) is not None:
                book.over = True
                break
            self._line(book, book.pop())
            count += 1
            if not count & 0xFFF:
                progress(len(self.steps), None, "transfers")
        return count > 0

    def _line(self, book: Book, key: Key) -> None:
        if key.claim:
            self._balance_claim(book, key)
            return
        row, store = key.row, book.store
        line = (book.ledger, row)
        sender, receiver = book.sender(row), book.receiver(row)
        amount = store.amount(row)
        live = self._live(book, sender, receiver)
        step = Step(line, 0, 1 << 30, 0, 0, 0, 0, End.ARRIVED, None)
        mark = self._leave(book, sender, amount, step)
        mark = self._bring(line, amount, mark, step)
        mark = self._claim(line, amount, mark, step)
        step.traced = self.rule.size(mark, amount)
        rest = self._convert(line, amount, mark, step) if step.traced else mark
        self._arrive(key, receiver, amount, rest, step)
        if step.traced:
            self.steps.append(step)
        for purse in live:
            self._forget_if_clean(book, purse)
            if (book.ledger, purse.number) in self.purses:
                purse.passed()

    def _live(self, book: Book, sender: int | None, receiver: int | None) -> list[Purse]:
        found = (self.purses.get((book.ledger, purse)) for purse in {sender, receiver} if purse is not None)
        return [purse for purse in found if purse is not None]

    def _leave(self, book: Book, sender: int | None, amount: int, step: Step) -> Mark:
        """What is traced in the payment as it leaves its sender."""
        purse = None if sender is None else self.purses.get((book.ledger, sender))
        if purse is None:
            return self.rule.clean
        if not purse.known:
            self._gap(book, purse)
        had = purse.debt
        mark = purse.take(amount)
        if purse.debt > had:
            self.overdrawn.add((book.ledger, purse.number))
        if self.rule.size(mark, amount):
            step.hop = min(step.hop, purse.hop + 1)
        return mark

    def _gap(self, book: Book, purse: Purse) -> None:
        lost = purse.lose_all()
        if lost:
            self.unknown.add((book.ledger, purse.number))
            self._total(book, purse.number).gap += lost
            self._leaf(book, purse.number, LeafState.GAP, lost)

    def _bring(self, line: Line, amount: int, mark: Mark, step: Step) -> Mark:
        """Add what joins bring into this transfer."""
        arrivals = self.arrivals.pop(line, None)
        if not arrivals:
            return mark
        parts, at = [], 0
        for each in sorted(arrivals, key=lambda arrival: arrival.at):
            parts += [(each.at - at, self.rule.clean), (each.length, each.mark)]
            at = each.at + each.length
            step.converted_in += self.rule.size(each.mark, each.length)
            step.hop = min(step.hop, each.hop + 1)
        parts.append((amount - at, self.rule.clean))
        self._total(self.books[line[0]], self.books[line[0]].store.side(line[1])).converted_in += step.converted_in
        mark, twice = self.rule.overlay(self.rule.gather(parts), mark, amount)
        self._absorb(line, twice, step)
        return mark

    def _claim(self, line: Line, amount: int, mark: Mark, step: Step) -> Mark:
        claimed = self.claims.get(line)
        if claimed is None:
            return mark
        book = self.books[line[0]]
        made = self.rule.claim(amount, claimed)
        if book.backward:  # the first units are the last ones there
            made = self.rule.gather([(amount - claimed, self.rule.clean), (claimed, self.rule.claim(claimed, claimed))])
        step.claim = self.rule.size(made, amount)
        step.hop = 0
        self._total(book, book.store.side(line[1])).claims += step.claim
        merged = self.rule.merge(made, mark, amount, whole=claimed == amount)
        if merged is None:
            raise AmbiguousTransferClaim(transfer=str(TransferRef(book.ledger, book.store.position(line[1]))))
        self._absorb(line, merged[1], step)
        return merged[0]

    def _absorb(self, line: Line, twice: int, step: Step) -> None:
        if twice:
            step.absorbed += twice
            book = self.books[line[0]]
            self._total(book, book.store.side(line[1])).absorbed += twice

    def _convert(self, line: Line, amount: int, mark: Mark, step: Step) -> Mark:
        """Take out what joins lead on; return the mark of the transfer as it arrives at the receiver."""
        passages = self.passages.by_out.get(line)
        if not passages:
            return mark
        lengths: list[int] = []
        for each in passages:  # in order of their units; what lies between them arrives as usual
            lengths += [each.out_at - sum(lengths), each.amount_out]
        lengths.append(amount - sum(lengths))
        parts = self.rule.split(mark, lengths)
        for number, passage in enumerate(passages):
            traced = self.rule.size(parts[2 * number + 1], passage.amount_out)
            if traced:
                step.converted_out += traced
                self.used.append(passage)
                self._pass_on(passage, parts[2 * number + 1], step.hop)
            parts[2 * number + 1] = self.rule.clean
        book = self.books[line[0]]
        self._total(book, book.store.side(line[1])).converted_out += step.converted_out
        return self.rule.gather(list(zip(lengths, parts, strict=True)))

    def _pass_on(self, passage: Passage, part: Mark, hop: int) -> None:
        before, after = passage.amount_out, passage.amount_in
        mark = self.rule.convert(part, before, after) if after else self.rule.clean
        if passage.into is None:
            book = self.books[passage.out[0]]
            to = str(passage.join.out if book.backward else passage.join.into)
            traced = self.rule.size(part, before)
            self._leaf(book, book.store.side(passage.out[1]), LeafState.ELSEWHERE, traced, to=to)
            return
        self.arrivals.setdefault(passage.into, []).append(Arrival(passage.into_at, after, mark, hop, passage))
        book = self.books[passage.into[0]]
        book.push(book.key(passage.into[1]))

    def _arrive(self, key: Key, receiver: int | None, amount: int, mark: Mark, step: Step) -> None:
        book = self.books[step.line[0]]
        traced = self.rule.size(mark, amount)
        if traced:
            step.end, step.stop = self._end(book, key.row, receiver, traced, step.hop)
            if step.end is not End.ARRIVED:
                self._book_end(book, key.row, receiver, traced, step)
                mark = self.rule.clean
        elif step.traced:
            step.end = End.CONVERTED
        if receiver is not None:
            self._put((book, key, receiver), amount, mark, step.hop)

    def _end(self, book: Book, row: int, receiver: int | None, traced: int, hop: int) -> tuple[End, AccountStop | None]:
        if book.store.kind(row) is Kind.FEE:
            return End.FEE, None
        if receiver is None:
            return End.LEFT, None
        stop = self.gate.stop(book, receiver, traced, hop)
        return (End.ARRIVED, None) if stop is None else (End.STOPPED, stop)

    def _book_end(self, book: Book, row: int, receiver: int | None, traced: int, step: Step) -> None:
        side = book.store.side(row)
        total = self._total(book, side)
        if step.end is End.FEE:
            total.fee += traced
            self._leaf(book, None, LeafState.FEE, traced, of=side)
        elif step.stop is not None:
            total.stop(step.stop, traced)
            self._leaf(book, receiver, LeafState.STOPPED, traced, stop=step.stop)
        else:
            total.left += traced
            self._leaf(book, None, LeafState.LEFT, traced, of=side)

    def _put(self, place: tuple[Book, Key, int], amount: int, mark: Mark, hop: int) -> None:
        book, key, receiver = place
        traced = self.rule.size(mark, amount)
        purse = self.purses.get((book.ledger, receiver))
        if purse is None:
            if not traced:
                return
            purse = self._wake(book, receiver, key)
            if book.sender(key.row) == receiver:  # paid to itself: it left before it came back
                purse.take(amount)
        if traced:
            purse.hop = min(hop, purse.hop) if purse.queue.traced else hop
        repaid = purse.put(amount, mark)
        if repaid:
            self._total(book, receiver).left += repaid
            self._leaf(book, receiver, LeafState.REPAID, repaid)
        self._forget_if_clean(book, purse)

    def _wake(self, book: Book, number: int, key: Key) -> Purse:
        purse = Purse(book, number, self.rule, key, least=self.least)
        self.purses[book.ledger, number] = purse
        if purse.offset:
            self.unknown.add((book.ledger, number))
        return purse

    def _forget_if_clean(self, book: Book, purse: Purse) -> None:
        if not purse.queue.traced:
            self.purses.pop((book.ledger, purse.number), None)

    def _balance_claim(self, book: Book, key: Key) -> None:
        number = self.balance_claims[book.ledger, key]
        purse = self.purses.get((book.ledger, number)) or self._wake(book, number, key)
        if not purse.known:
            name = book.store.purse_name(number)
            raise BalanceNotKnown(account=name.account, asset=name.asset)
        total = self._total(book, number)
        total.claims += purse.queue.length
        total.absorbed += purse.queue.traced
        purse.queue.claim_all()
        purse.hop = 0
        self._forget_if_clean(book, purse)

    def _close(self) -> None:
        """Book what is still in purses, and what joins were about to bring, at the end of the walk."""
        for (ledger, number), purse in sorted(self.purses.items()):
            book = self.books[ledger]
            traced = purse.queue.traced
            reason = self._reason_to_end(book) if book.heap and purse.pays_later() else None
            if reason is None:
                self._total(book, number).held += traced
                self._leaf(book, number, LeafState.HELD, traced)
            else:
                self._total(book, number).stop(reason, traced)
                self._leaf(book, number, LeafState.STOPPED, traced, stop=reason)
        for (ledger, row), arrivals in sorted(self.arrivals.items()):
            self._close_arrivals(self.books[ledger], row, arrivals)

    def _close_arrivals(self, book: Book, row: int, arrivals: list[Arrival]) -> None:
        traced = sum(self.rule.size(each.mark, each.length) for each in arrivals)
        reason = self._reason_to_end(book) or AccountStop.DATE
        side = book.store.side(row)
        total = self._total(book, side)
        total.converted_in += traced
        total.stop(reason, traced)
        self._leaf(book, side, LeafState.STOPPED, traced, stop=reason)

    def _check(self) -> None:
        if not self.rule.conserves:
            return
        for total in self.totals.values():
            if total.came != total.found:
                raise AccountsNotConserved(asset=total.asset, ledger=total.ledger, claims=total.came, found=total.found)

    def _total(self, book: Book, purse: int) -> AssetTotals:
        found = self._total_of.get((book.ledger, purse))
        if found is None:
            name = book.store.purse_name(purse)
            key = (name.ledger, name.asset)
            found = self._total_of[book.ledger, purse] = self.totals.setdefault(key, AssetTotals(*key))
        return found

    def _leaf(
        self,
        book: Book,
        purse: int | None,
        state: LeafState,
        amount: int,
        *,
        stop: AccountStop | None = None,
        to: str | None = None,
        of: int | None = None,
    ) -> None:
        """Add to a leaf; `purse` None: outside the known books, and `of` names a purse of the same asset."""
        if not amount:
            return
        name = book.store.purse_name(purse if purse is not None else of or 0)
        key = LeafKey(name.ledger, None if purse is None else name.account, name.asset, state, stop, to)
        self.leaves[key] = self.leaves.get(key, 0) + amount
