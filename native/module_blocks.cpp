// The Python face of the block kernels: checks shapes, releases the interpreter lock.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <vector>

#include "blocks_index.hpp"
#include "blocks_walk.hpp"
#include "sha256.hpp"

namespace nb = nanobind;

namespace {

template <class T> using In1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T> using Out1 = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Rows32 = nb::ndarray<const std::uint8_t, nb::shape<-1, 32>, nb::c_contig, nb::device::cpu>;
using U8 = std::uint8_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;

void want(bool fits, const char *message) {
    if (!fits) throw std::invalid_argument(message);
}

amparo::KeyTable table_of(const Out1<U64> &slots, U64 low, unsigned bits, U64 seed) {
    want(bits >= 1 && bits <= 40 && low + slots.shape(0) <= U64{1} << bits, "part of a table of 2^bits slots");
    const U64 run = std::min(U64{1} << bits, amparo::KeyTable::RUN);
    want(slots.shape(0) > 0 && slots.shape(0) % run == 0 && low % run == 0, "a part is whole runs");
    return {slots.data(), low, slots.shape(0), bits, seed};
}

amparo::Chain chain_of(const Rows32 &txid, const In1<U64> &first_out, const In1<U64> &first_in,
                       const In1<std::int64_t> &value) {
    const U64 n = txid.shape(0);
    want(first_out.shape(0) == n + 1 && first_in.shape(0) == n + 1, "one more row than transactions");
    want(first_out.data()[n] == value.shape(0), "one value an output");
    return {txid.data(), first_out.data(), first_in.data(), value.data(), n, value.shape(0)};
}

void want_range(const amparo::Chain &chain, U64 from, U64 to, U64 inputs_from) {
    want(from <= to && to <= chain.n_tx && inputs_from <= to, "a range of the chain's transactions");
    for (U64 tx = from; tx < to; ++tx)
        want(chain.first_in[tx] <= chain.first_in[tx + 1] && chain.first_out[tx] <= chain.first_out[tx + 1] &&
                 chain.first_out[tx + 1] <= chain.n_out,
             "rows rise");
}

nb::tuple resolve_part(Out1<U64> slots, U64 low, unsigned bits, U64 seed, Rows32 txid, In1<U64> first_out,
                       In1<U64> first_in, In1<std::int64_t> value, U64 from, U64 to, U64 look, Rows32 prev_txid,
                       In1<U32> prev_vout, Out1<U64> prev_out, U64 base, Out1<U32> spent_by) {
    const amparo::KeyTable table = table_of(slots, low, bits, seed);
    const amparo::Chain chain = chain_of(txid, first_out, first_in, value);
    want(spent_by.shape(0) == chain.n_out, "one row an output");
    const U64 count = prev_txid.shape(0);
    want(prev_vout.shape(0) == count && prev_out.shape(0) == count, "columns of one length");
    amparo::Resolved result;
    {
        nb::gil_scoped_release unlocked;
        want_range(chain, from, to, 0);
        const U64 first = std::max(from, look);
        want(first >= to || (first_in.data()[first] >= base && first_in.data()[to] <= base + count), "inputs of the range");
        const amparo::Spends spends{prev_txid.data(), prev_vout.data(), base, count, prev_out.data()};
        result = amparo::resolve_part(table, chain, from, to, look, spends, spent_by.data());
    }
    return nb::make_tuple(result.found, static_cast<int>(result.fault), result.input);
}

nb::object first_created(Rows32 txid, In1<U64> first_out, In1<U64> first_in, In1<std::int64_t> value, U64 from, U64 to,
                         In1<U64> prev_out, std::optional<In1<std::int64_t>> given) {
    const amparo::Chain chain = chain_of(txid, first_out, first_in, value);
    U64 sums[4] = {}, found;
    {
        nb::gil_scoped_release unlocked;
        want_range(chain, from, to, 0);
        want(first_in.data()[to] - first_in.data()[from] == prev_out.shape(0), "inputs of the range");
        want(!given || given->shape(0) == prev_out.shape(0), "columns of one length");
        for (std::size_t row = 0; row < prev_out.shape(0); ++row)
            want(prev_out.data()[row] == ~U64{0} || prev_out.data()[row] < chain.n_out, "an output of the chain");
        found = amparo::first_created(chain, from, to, prev_out.data(), given ? given->data() : nullptr, sums);
    }
    if (found == to) return nb::none();
    const nb::object shift = nb::int_(64);
    const auto wide = [&](U64 low, U64 high) { return nb::int_(low) + (nb::int_(high) << shift); };
    return nb::make_tuple(found, wide(sums[0], sums[1]), wide(sums[2], sums[3]));
}

void count_distinct(Out1<U8> registers, In1<U8> stype, Rows32 payload) {
    want(registers.shape(0) == std::size_t{1} << amparo::DISTINCT_BITS, "2^14 registers");
    want(payload.shape(0) == stype.shape(0), "columns of one length");
    nb::gil_scoped_release unlocked;
    amparo::count_distinct(registers.data(), stype.data(), payload.data(), stype.shape(0));
}

bool first_outputs(Out1<U64> slots, U64 low, unsigned bits, U64 seed, In1<U8> stype, Rows32 payload, U64 base,
                   Out1<U64> first) {
    const amparo::KeyTable table = table_of(slots, low, bits, seed);
    want(payload.shape(0) == stype.shape(0) && base + first.shape(0) <= stype.shape(0), "rows of the chain's outputs");
    nb::gil_scoped_release unlocked;
    return amparo::first_outputs(table, stype.data(), payload.data(), base, first.shape(0), first.data());
}

U64 number_addresses(In1<U64> first, U64 base, Out1<U32> addr, U64 next) {
    want(base + first.shape(0) <= addr.shape(0), "rows of the chain's outputs");
    nb::gil_scoped_release unlocked;
    return amparo::number_addresses(first.data(), base, first.shape(0), addr.data(), next);
}

void count_outputs(In1<U32> addr, Out1<U64> counts) {
    nb::gil_scoped_release unlocked;
    for (std::size_t row = 0; row < addr.shape(0); ++row)
        want(addr.data()[row] == 0xFFFFFFFF || addr.data()[row] < counts.shape(0), "an address that is counted");
    amparo::count_outputs(addr.data(), addr.shape(0), counts.data());
}

void place_outputs(In1<U32> addr, U64 base, U64 low, Out1<U64> cursor, U64 cut, In1<U64> ends, Out1<U64> outs) {
    const U64 count = cursor.shape(0);
    want(ends.shape(0) == count && low + count <= 0xFFFFFFFF, "one cursor and one end an address");
    nb::gil_scoped_release unlocked;
    for (std::size_t row = 0; row < addr.shape(0); ++row) {
        const U64 address = U64{addr.data()[row]} - low;
        if (addr.data()[row] == 0xFFFFFFFF || address >= count) continue;
        const U64 place = cursor.data()[address]++;
        want(place < ends.data()[address] && place - cut < outs.shape(0), "as many rows as were counted");
        outs.data()[place - cut] = base + row;
    }
}

std::vector<U64> candidates(const In1<U64> &slots, unsigned bits, U64 seed, nb::bytes key, U8 kind) {
    want(bits >= 1 && bits <= 40 && slots.shape(0) == U64{1} << bits, "a table of 2^bits slots");
    want(key.size() == 32, "a key of 32 octets");
    const amparo::KeyTable table{const_cast<U64 *>(slots.data()), 0, slots.shape(0), bits, seed};
    std::vector<U64> found(64);
    found.resize(amparo::candidates_of(table, static_cast<const U8 *>(key.data()), kind, found.data(), found.size()));
    return found;
}

nb::list key_candidates(In1<U64> slots, unsigned bits, U64 seed, nb::bytes key, U8 kind) {
    nb::list told;
    for (U64 id : candidates(slots, bits, seed, key, kind)) told.append(id);
    return told;
}

// A vector handed over to NumPy without a copy.
template <class T> nb::object column(std::vector<T> &&values, std::size_t width = 1) {
    auto *held = new std::vector<T>(std::move(values));
    nb::capsule owner(held, [](void *it) noexcept { delete static_cast<std::vector<T> *>(it); });
    if (width == 1) return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(held->data(), {held->size()}, owner));
    return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<2>>(held->data(), {held->size() / width, width}, owner));
}

nb::dict told(amparo::BlockRows &&rows) {
    nb::dict out;
    out["hash"] = column(std::move(rows.hash), 32);
    out["prev"] = column(std::move(rows.prev), 32);
    out["time"] = column(std::move(rows.time));
    out["height"] = column(std::move(rows.height));
    out["n_tx"] = column(std::move(rows.n_tx));
    out["txid"] = column(std::move(rows.txid), 32);
    out["version"] = column(std::move(rows.version));
    out["locktime"] = column(std::move(rows.locktime));
    out["at"] = column(std::move(rows.at));
    out["size"] = column(std::move(rows.size));
    out["weight"] = column(std::move(rows.weight));
    out["flags"] = column(std::move(rows.flags));
    out["n_out"] = column(std::move(rows.n_out));
    out["n_in"] = column(std::move(rows.n_in));
    out["value"] = column(std::move(rows.value));
    out["stype"] = column(std::move(rows.stype));
    out["payload"] = column(std::move(rows.payload), 32);
    out["prev_txid"] = column(std::move(rows.prev_txid), 32);
    out["prev_vout"] = column(std::move(rows.prev_vout));
    out["sequence"] = column(std::move(rows.sequence));
    return out;
}

nb::tuple walk_blocks(Out1<U8> data, In1<U64> start, In1<U64> length, In1<U64> at, std::optional<Rows32> hashes,
                      nb::bytes mask) {
    const std::size_t count = start.shape(0);
    want(length.shape(0) == count && at.shape(0) == count && (!hashes || hashes->shape(0) == count), "one row a block");
    want(mask.size() == 8, "a mask of 8 octets");
    amparo::BlockRows rows;
    {
        const auto *key = static_cast<const U8 *>(mask.data());
        nb::gil_scoped_release unlocked;
        U64 before = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const U64 from = start.data()[i], size = length.data()[i];
            want(from >= before && from <= data.shape(0) && size <= data.shape(0) - from, "blocks inside of the bytes");
            before = from + size;
            if (std::any_of(key, key + 8, [](U8 octet) { return octet != 0; }))
                amparo::unmask(data.data() + from, size, at.data()[i], key);
        }
        const amparo::BlockBytes blocks{data.data(), start.data(), length.data(), at.data(),
                                        hashes ? hashes->data() : nullptr, count};
        rows = amparo::walk_blocks(blocks);
    }
    const nb::object fault =
        rows.fault == amparo::BlockFault::none
            ? nb::none()
            : nb::object(nb::make_tuple(static_cast<int>(rows.fault), rows.fault_block, rows.fault_at, rows.facts[0],
                                        rows.facts[1], rows.facts[2]));
    return nb::make_tuple(told(std::move(rows)), fault);
}

nb::bytes sha256_of(nb::bytes data) {
    U8 digest[32];
    amparo::sha256(static_cast<const U8 *>(data.data()), data.size(), digest);
    return nb::bytes(digest, 32);
}

nb::bytes ripemd160_of(nb::bytes data) {
    U8 digest[20];
    amparo::ripemd160(static_cast<const U8 *>(data.data()), data.size(), digest);
    return nb::bytes(digest, 20);
}

// All digests in one row: the lanes are shared out among the messages.
nb::bytes dsha256_of(nb::list messages) {
    std::vector<nb::bytes> held;
    for (nb::handle each : messages) held.push_back(nb::cast<nb::bytes>(each));
    std::vector<U8> digests(32 * held.size());
    std::vector<amparo::Message> jobs;
    for (std::size_t i = 0; i < held.size(); ++i)
        jobs.push_back({static_cast<const U8 *>(held[i].data()), held[i].size(), digests.data() + 32 * i});
    amparo::dsha256_many(jobs.data(), jobs.size());
    return nb::bytes(digests.data(), digests.size());
}

}  // namespace

void bind_blocks(nb::module_ &m) {
    m.def("walk_blocks", &walk_blocks, nb::arg("data").noconvert(), nb::arg("start").noconvert(),
          nb::arg("length").noconvert(), nb::arg("at").noconvert(), nb::arg("hashes").none().noconvert(), nb::arg("mask"),
          "(columns, fault): whole blocks at start/length of `data`, at `at` of their file; the mask is undone in place.\n"
          "`fault` is None or (kind, block, byte of the file, three facts); the columns before it do not count then.");
    m.def("sha256", &sha256_of, nb::arg("data"));
    m.def("dsha256", &dsha256_of, nb::arg("messages"), "SHA-256 of the SHA-256 of each message, 32 octets each.");
    m.def("ripemd160", &ripemd160_of, nb::arg("data"));
    m.def("has_sha_instructions", &amparo::has_sha_instructions);
    m.def("resolve_part", &resolve_part, nb::arg("slots").noconvert(), nb::arg("low"), nb::arg("bits"), nb::arg("seed"),
          nb::arg("txid").noconvert(), nb::arg("first_out").noconvert(), nb::arg("first_in").noconvert(),
          nb::arg("value").noconvert(), nb::arg("start"), nb::arg("stop"), nb::arg("look"),
          nb::arg("prev_txid").noconvert(), nb::arg("prev_vout").noconvert(), nb::arg("prev_out").noconvert(),
          nb::arg("base"), nb::arg("spent_by").noconvert(),
          "(found, fault, input) of transactions [start, stop); fault 1: no such output, 2: spent twice, 3: table full.");
    m.def("first_created", &first_created, nb::arg("txid").noconvert(), nb::arg("first_out").noconvert(),
          nb::arg("first_in").noconvert(), nb::arg("value").noconvert(), nb::arg("start"), nb::arg("stop"),
          nb::arg("prev_out").noconvert(), nb::arg("given").none(),
          "(tx, taken, paid) of the first transaction that pays out more than it takes in, None where none does.");
    m.def("count_distinct", &count_distinct, nb::arg("registers").noconvert(), nb::arg("stype").noconvert(),
          nb::arg("payload").noconvert(), "Adds scripts to the registers of a HyperLogLog.");
    m.def("first_outputs", &first_outputs, nb::arg("slots").noconvert(), nb::arg("low"), nb::arg("bits"), nb::arg("seed"),
          nb::arg("stype").noconvert(), nb::arg("payload").noconvert(), nb::arg("base"), nb::arg("first").noconvert(),
          "Writes the first output of the same script to `first`; False if the table is full.");
    m.def("number_addresses", &number_addresses, nb::arg("first").noconvert(), nb::arg("base"),
          nb::arg("addr").noconvert(), nb::arg("next"), "Numbers addresses by first appearance; returns the next number.");
    m.def("count_outputs", &count_outputs, nb::arg("addr").noconvert(), nb::arg("counts").noconvert());
    m.def("place_outputs", &place_outputs, nb::arg("addr").noconvert(), nb::arg("base"), nb::arg("low"),
          nb::arg("cursor").noconvert(), nb::arg("cut"), nb::arg("ends").noconvert(), nb::arg("outs").noconvert(),
          "Writes the outputs of addresses low.. in order; cursors move on.");
    m.def("key_candidates", &key_candidates, nb::arg("slots").noconvert(), nb::arg("bits"), nb::arg("seed"),
          nb::arg("key"), nb::arg("kind"), "Ids whose key may be this one; the caller compares.");
}
