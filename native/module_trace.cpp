// The Python face of the taint and trace walks.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>

#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include "walk.hpp"

namespace nb = nanobind;

namespace {

template <class T> using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T> using Maybe = std::optional<Column<T>>;

void want(bool fits, const char *message) {
    if (!fits) throw std::invalid_argument(message);
}

template <class T> nb::object given(std::vector<T> &&values) {
    auto *held = new std::vector<T>(std::move(values));
    nb::capsule owner(held, [](void *it) noexcept { delete static_cast<std::vector<T> *>(it); });
    return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(held->data(), {held->size()}, owner));
}

nb::object whole(amparo::trace::Wide value) {
    const nb::int_ high(static_cast<std::int64_t>(value >> 64)), low(static_cast<std::uint64_t>(value));
    return high.attr("__lshift__")(64).attr("__or__")(low);
}

// A few buffers whose results are gone: fresh pages from the system would cost a short walk more than the walk itself.
template <class T> struct Spare {
    static constexpr std::size_t kBuffers = 4, kBytes = std::size_t{32} << 20;

    static std::vector<T> take() {
        const std::lock_guard<std::mutex> held(lock());
        std::vector<T> found;
        if (!kept().empty()) {
            found = std::move(kept().back());
            kept().pop_back();
        }
        return found;
    }

    static void give(std::vector<T> &&done) noexcept {
        if (done.capacity() * sizeof(T) > kBytes) return;
        const std::lock_guard<std::mutex> held(lock());
        if (kept().size() >= kBuffers) return;
        done.clear();
        kept().push_back(std::move(done));
    }

   private:
    static std::mutex &lock() {
        static std::mutex one;
        return one;
    }
    static std::vector<std::vector<T>> &kept() {
        static std::vector<std::vector<T>> *all = [] {
            auto *made = new std::vector<std::vector<T>>();  // never destroyed: results may outlive the module
            made->reserve(kBuffers);
            return made;
        }();
        return *all;
    }
};

// The arrays of one store, kept alive; see amparo/ledger/trace/graph.py.
struct Graph {
    Column<std::int64_t> value;
    Column<std::uint32_t> spent_by;
    Column<std::uint8_t> stype;
    Column<std::uint64_t> first_out, first_in, prev_out, first_tx;
    Column<std::int64_t> block_time;
    Maybe<std::uint32_t> addr;
    Maybe<std::int64_t> given_value;
    amparo::trace::Chain chain;

    Graph(Column<std::int64_t> value_, Column<std::uint32_t> spent_by_, Column<std::uint8_t> stype_,
          Column<std::uint64_t> first_out_, Column<std::uint64_t> first_in_, Column<std::uint64_t> prev_out_,
          Column<std::uint64_t> first_tx_, Column<std::int64_t> block_time_, Maybe<std::uint32_t> addr_,
          Maybe<std::int64_t> given_)
        : value(value_), spent_by(spent_by_), stype(stype_), first_out(first_out_), first_in(first_in_),
          prev_out(prev_out_), first_tx(first_tx_), block_time(block_time_), addr(addr_), given_value(given_) {
        const std::size_t outputs = value.size(), txs = first_out.size() - 1, blocks = block_time.size();
        want(first_out.size() > 0 && first_in.size() == txs + 1 && first_tx.size() == blocks + 1 && blocks > 0,
             "one row more than transactions and blocks");
        want(spent_by.size() == outputs && stype.size() == outputs && (!addr || addr->size() == outputs),
             "one row an output");
        want(!given_value || given_value->size() == prev_out.size(), "one row an input");
        want(txs < amparo::trace::kUnspent, "too many transactions");
        chain = {value.data(), spent_by.data(), stype.data(), addr ? addr->data() : nullptr, outputs,
                 first_out.data(), first_in.data(), txs, prev_out.data(), given_value ? given_value->data() : nullptr,
                 prev_out.size(), first_tx.data(), block_time.data(), blocks};
    }
};

// A walk with what it reads from. `graph` keeps the arrays alive.
struct Trace {
    nb::object graph, keys;
    Maybe<std::uint64_t> mixers;
    Maybe<std::uint16_t> mixer_bits;
    Maybe<std::uint8_t> addr_stop;
    std::unique_ptr<amparo::trace::Walk> walk;
    std::uint64_t fault_at = 0;
};

const char *name_of(amparo::trace::Fault::Kind kind) {
    switch (kind) {
        case amparo::trace::Fault::value_created: return "value-created";
        case amparo::trace::Fault::ambiguous: return "ambiguous";
        case amparo::trace::Fault::not_conserved: return "not-conserved";
        case amparo::trace::Fault::too_large: return "too-large";
        default: return "damaged";
    }
}

struct Ask {
    std::int64_t max_hops = -1, floor = -1;
    std::uint32_t first_tx = 0, end_tx = amparo::trace::kUnspent;
    std::int64_t first_time = INT64_MIN, last_time = INT64_MAX, dormant = -1;
    std::uint64_t max_steps = 100000;
};

std::unique_ptr<Trace> begin(nb::object graph, unsigned rule, unsigned fee, bool backward, const Ask &ask,
                             nb::object keys, Maybe<std::uint64_t> mixers, Maybe<std::uint16_t> mixer_bits,
                             Maybe<std::uint8_t> addr_stop) {
    const auto &held = nb::cast<const Graph &>(graph);
    want(rule <= 4 && fee <= 2, "rule 0 to 4, fee 0 to 2");
    want(!mixer_bits || mixer_bits->size() == held.chain.txs, "one row a transaction");
    want(!backward || rule != static_cast<unsigned>(amparo::trace::Rule::tiho), "tiho has no way back");
    amparo::trace::Stops stops;
    stops.max_hops = ask.max_hops;
    stops.floor = ask.floor;
    stops.first_tx = ask.first_tx;
    stops.end_tx = ask.end_tx;
    stops.first_time = ask.first_time;
    stops.last_time = ask.last_time;
    stops.dormant = ask.dormant;
    stops.max_steps = ask.max_steps;
    auto made = std::make_unique<Trace>();
    made->graph = graph;
    if (!keys.is_none()) {
        made->keys = keys;
        stops.keys = &nb::cast<const amparo::trace::StopKeys &>(keys);
    }
    if (addr_stop) {
        made->addr_stop = addr_stop;
        stops.addr_stop = addr_stop->data();
        stops.addresses = addr_stop->size();
    }
    if (mixers) {
        made->mixers = mixers;
        stops.mixers = mixers->data();
        stops.mixer_count = mixers->size();
    }
    if (mixer_bits) {
        made->mixer_bits = mixer_bits;
        stops.mixer_bits = mixer_bits->data();
    }
    const auto how = static_cast<amparo::trace::Rule>(rule);
    const auto take = static_cast<amparo::trace::FeeTake>(fee);
    if (backward)
        made->walk = std::make_unique<amparo::trace::BackwardWalk>(held.chain, how, take, std::move(stops));
    else
        made->walk = std::make_unique<amparo::trace::ForwardWalk>(held.chain, how, take, std::move(stops));
    made->walk->reached.rows = Spare<amparo::trace::ReachRow>::take();
    made->walk->steps = Spare<amparo::trace::StepRow>::take();
    return made;
}

template <class Work> const char *guarded(Trace &trace, Work work) {
    nb::gil_scoped_release unlocked;
    try {
        return work();
    } catch (const amparo::trace::Fault &fault) {
        trace.fault_at = fault.at;
        return name_of(fault.kind);
    }
}

const char *seed(Trace &trace, Column<std::uint64_t> outputs, Column<std::int64_t> amounts) {
    want(outputs.size() == amounts.size() && trace.walk->reached.rows.empty(), "one amount an output, once");
    return guarded(trace, [&] {
        trace.walk->seed(outputs.data(), amounts.data(), outputs.size());
        return "more";
    });
}

const char *advance(Trace &trace, std::uint64_t steps) {
    return guarded(trace, [&] {
        if (!trace.walk->advance(steps)) return "more";
        trace.walk->close();
        return "done";
    });
}

nb::dict totals(const Trace &trace) {
    const amparo::trace::WalkTotals &from = trace.walk->totals;
    nb::dict out;
    out["claims"] = whole(from.claims);
    out["held"] = whole(from.held);
    out["fee"] = whole(from.fee);
    out["absorbed"] = whole(from.absorbed);
    out["destroyed"] = whole(from.destroyed);
    out["gap"] = whole(from.gap);
    out["minted"] = whole(from.minted);
    nb::list stopped;
    for (const amparo::trace::Wide each : from.stopped) stopped.append(whole(each));
    out["stopped"] = stopped;
    return out;
}

// Rows of numbers as bytes, read by NumPy as a structured array. Their memory serves the next walk afterwards.
template <class T> nb::object bytes_of(std::vector<T> &&rows) {
    auto *held = new std::vector<T>(std::move(rows));
    nb::capsule owner(held, [](void *it) noexcept {
        auto *done = static_cast<std::vector<T> *>(it);
        Spare<T>::give(std::move(*done));
        delete done;
    });
    return nb::cast(nb::ndarray<nb::numpy, std::uint8_t, nb::ndim<1>>(reinterpret_cast<std::uint8_t *>(held->data()),
                                                                      {held->size() * sizeof(T)}, owner));
}

nb::dict columns(Trace &trace) {
    amparo::trace::Reached &from = trace.walk->reached;
    nb::dict out;
    out["rows"] = bytes_of(std::move(from.rows));
    out["steps"] = bytes_of(std::move(trace.walk->steps));
    out["claim"] = given(std::move(from.claim));
    out["absorbed"] = given(std::move(from.absorbed));
    out["spans_at"] = given(std::move(from.spans_at));
    out["span_count"] = given(std::move(from.span_count));
    out["spans"] = bytes_of(std::move(from.spans));
    return out;
}

void stop_keys(amparo::trace::StopKeys *made, Column<std::uint64_t> keys, Column<std::uint8_t> stops) {
    want(keys.size() == stops.size(), "one stop a key");
    new (made) amparo::trace::StopKeys();
    made->fill(keys.data(), stops.data(), keys.size());
}

}  // namespace

void bind_trace(nb::module_ &m) {
    nb::class_<Graph>(m, "TraceGraph", "The mapped arrays a trace reads; `addr` and `given` may be None.")
        .def(nb::init<Column<std::int64_t>, Column<std::uint32_t>, Column<std::uint8_t>, Column<std::uint64_t>,
                      Column<std::uint64_t>, Column<std::uint64_t>, Column<std::uint64_t>, Column<std::int64_t>,
                      Maybe<std::uint32_t>, Maybe<std::int64_t>>(),
             nb::arg("value").noconvert(), nb::arg("spent_by").noconvert(), nb::arg("stype").noconvert(),
             nb::arg("first_out").noconvert(), nb::arg("first_in").noconvert(), nb::arg("prev_out").noconvert(),
             nb::arg("first_tx").noconvert(), nb::arg("block_time").noconvert(), nb::arg("addr").none(),
             nb::arg("given").none());
    nb::class_<Ask>(m, "TraceStops", "Stop rules as numbers; -1 and the full range mean: none.")
        .def(nb::init<>())
        .def_rw("max_hops", &Ask::max_hops)
        .def_rw("floor", &Ask::floor)
        .def_rw("first_tx", &Ask::first_tx)
        .def_rw("end_tx", &Ask::end_tx)
        .def_rw("first_time", &Ask::first_time)
        .def_rw("last_time", &Ask::last_time)
        .def_rw("dormant", &Ask::dormant)
        .def_rw("max_steps", &Ask::max_steps);
    nb::class_<amparo::trace::StopKeys>(
        m, "TraceKeys",
        "Addresses (outputs, where the graph has no addresses) a trace ends at, with the number of the reason.")
        .def("__init__", &stop_keys, nb::arg("keys").noconvert(), nb::arg("stops").noconvert());
    nb::class_<Trace>(m, "TraceWalk", "One walk over a graph.")
        .def("seed", &seed, nb::arg("outputs").noconvert(), nb::arg("amounts").noconvert(), "\"more\" or a fault.")
        .def("advance", &advance, nb::arg("steps"), "\"more\", \"done\" or the name of a fault, which ends the walk.")
        .def_ro("fault_at", &Trace::fault_at, "The transaction or output a fault is about.")
        .def_prop_ro("steps", [](const Trace &trace) { return trace.walk->steps.size(); })
        .def("totals", &totals)
        .def("columns", &columns, "Hands the columns over; once.");
    m.def("trace_walk", &begin, nb::arg("graph"), nb::arg("rule"), nb::arg("fee"), nb::arg("backward"),
          nb::arg("stops"), nb::arg("keys").none() = nb::none(), nb::arg("mixers").none() = nb::none(),
          nb::arg("mixer_bits").none() = nb::none(), nb::arg("addr_stop").none() = nb::none(),
          "rule: 0 poison, 1 haircut, 2 fifo, 3 lifo, 4 tiho; fee: 0 last, 1 first, 2 prorata.");
}
