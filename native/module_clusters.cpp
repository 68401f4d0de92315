// The Python face of the clustering: checks shapes, releases the interpreter lock, hands results over.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <stdexcept>

#include "change.hpp"
#include "coinjoin.hpp"
#include "union_find.hpp"

namespace nb = nanobind;

namespace {

template <class T>
using In1 = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Rows3 = nb::ndarray<const std::uint32_t, nb::shape<-1, 3>, nb::c_contig, nb::device::cpu>;
template <class T>
using Out1 = nb::ndarray<nb::numpy, T, nb::ndim<1>>;
using OutRows3 = nb::ndarray<nb::numpy, std::uint32_t, nb::shape<-1, 3>>;

using U8 = std::uint8_t;
using U16 = std::uint16_t;
using U32 = std::uint32_t;
using U64 = std::uint64_t;
using I64 = std::int64_t;

void want(bool fits, const char *message) {
    if (!fits) throw std::invalid_argument(message);
}

template <class T, class Values>
T *kept(Values &&values, nb::capsule &owner) {
    auto *held = new Values(std::move(values));
    owner = nb::capsule(held, [](void *it) noexcept { delete static_cast<Values *>(it); });
    return reinterpret_cast<T *>(held->data());
}

template <class T>
Out1<T> column(std::vector<T> &&values) {
    const std::size_t count = values.size();
    nb::capsule owner;
    T *data = kept<T>(std::move(values), owner);
    return Out1<T>(data, {count}, owner);
}

OutRows3 forest_rows(amparo::ForestRows &&rows) {
    const std::size_t count = rows.size();
    nb::capsule owner;
    U32 *data = kept<U32>(std::move(rows), owner);
    return OutRows3(data, {count, 3}, owner);
}

const amparo::ForestRow *as_rows(const Rows3 &rows) { return reinterpret_cast<const amparo::ForestRow *>(rows.data()); }

Out1<U32> roots_of(amparo::UnionFind &sets) {
    amparo::Numbers32 *roots;
    {
        nb::gil_scoped_release unlocked;
        sets.flatten();
        roots = sets.release();
    }
    nb::capsule owner(roots, [](void *it) noexcept { delete static_cast<amparo::Numbers32 *>(it); });
    return Out1<U32>(roots->data(), {roots->size()}, owner);
}

template <class Offset>
void add(amparo::UnionFind &sets, In1<Offset> offsets, In1<U32> members, U32 first_tx, nb::object skip,
         nb::object extra) {
    want(offsets.shape(0) > 0, "one offset more than lists");
    const std::size_t lists = offsets.shape(0) - 1;
    In1<U8> skipped;
    Rows3 extras;
    if (!skip.is_none()) {
        skipped = nb::cast<In1<U8>>(skip, false);
        want(skipped.shape(0) == lists, "one skip mark a list");
    }
    if (!extra.is_none()) extras = nb::cast<Rows3>(extra, false);
    const auto *edges = extra.is_none() ? nullptr : reinterpret_cast<const amparo::ExtraEdge *>(extras.data());
    const std::size_t count = extra.is_none() ? 0 : extras.shape(0);
    const U8 *marks = skip.is_none() ? nullptr : skipped.data();
    nb::gil_scoped_release unlocked;
    sets.add(offsets.data(), lists, members.data(), members.shape(0), marks, first_tx, edges, count);
}

nb::tuple take_forest(amparo::UnionFind &sets) {
    amparo::ForestRows rows;
    std::vector<U8> kinds;
    rows.swap(sets.rows);
    kinds.swap(sets.kinds);
    return nb::make_tuple(forest_rows(std::move(rows)), column(std::move(kinds)));
}

template <class Offset>
nb::tuple cluster(In1<Offset> offsets, In1<U32> members, std::size_t n, bool forest) {
    want(offsets.shape(0) > 0, "one offset more than lists");
    amparo::UnionFind sets(n, forest, nullptr, 0);
    {
        nb::gil_scoped_release unlocked;
        if (forest) sets.rows.reserve(std::min<std::size_t>(members.shape(0), n)), sets.kinds.reserve(sets.rows.capacity());
        sets.add(offsets.data(), offsets.shape(0) - 1, members.data(), members.shape(0), nullptr, 0, nullptr, 0);
    }
    nb::object roots = nb::cast(roots_of(sets));
    return nb::make_tuple(roots, forest_rows(std::move(sets.rows)));
}

nb::tuple forest_tree(In1<U32> root, Rows3 rows) {
    const std::size_t n = root.shape(0);
    std::vector<U32> parent(n), row(n);
    {
        nb::gil_scoped_release unlocked;
        amparo::forest_tree(root.data(), n, as_rows(rows), rows.shape(0), parent.data(), row.data());
    }
    return nb::make_tuple(column(std::move(parent)), column(std::move(row)));
}

nb::object tree_path(In1<U32> parent, In1<U32> row, U32 a, U32 b) {
    want(parent.shape(0) == row.shape(0), "one row an address");
    std::vector<U32> nodes, rows;
    bool joined;
    {
        nb::gil_scoped_release unlocked;
        joined = amparo::tree_path(parent.data(), row.data(), parent.shape(0), a, b, nodes, rows);
    }
    if (!joined) return nb::none();
    return nb::make_tuple(column(std::move(nodes)), column(std::move(rows)));
}

nb::tuple group_members(In1<U32> root) {
    amparo::Groups found;
    {
        nb::gil_scoped_release unlocked;
        found = amparo::group_members(root.data(), root.shape(0));
    }
    return nb::make_tuple(column(std::move(found.roots)), column(std::move(found.starts)),
                          column(std::move(found.members)));
}

nb::ndarray<nb::numpy, U32, nb::shape<-1, 4>> merge_alarms(std::size_t n, Rows3 rows, U32 limit, In1<U32> tag_address,
                                                           In1<U32> tag_actor) {
    want(tag_address.shape(0) == tag_actor.shape(0), "one actor a tagged address");
    std::vector<amparo::Alarm> found;
    {
        nb::gil_scoped_release unlocked;
        found = amparo::merge_alarms(n, as_rows(rows), rows.shape(0), limit, tag_address.data(), tag_actor.data(),
                                     tag_actor.shape(0));
    }
    const std::size_t count = found.size();
    nb::capsule owner;
    U32 *data = kept<U32>(std::move(found), owner);
    return {data, {count, 4}, owner};
}

Out1<U8> guarded_merge(nb::ndarray<U32, nb::ndim<1>, nb::c_contig, nb::device::cpu> root, In1<U32> a, In1<U32> b,
                       U32 limit, In1<U32> tag_address, In1<U32> tag_actor) {
    want(a.shape(0) == b.shape(0) && tag_address.shape(0) == tag_actor.shape(0), "columns of one length");
    std::vector<U8> why(a.shape(0));
    {
        nb::gil_scoped_release unlocked;
        amparo::guarded_merge(root.data(), root.shape(0), a.data(), b.data(), a.shape(0), limit, tag_address.data(),
                              tag_actor.data(), tag_actor.shape(0), why.data());
    }
    return column(std::move(why));
}

amparo::Run run_of(const In1<U64> &first_in, const In1<U64> &first_out, const In1<U32> &in_addr,
                   const In1<I64> &in_value, const In1<U8> &in_stype, const In1<U32> &out_addr,
                   const In1<I64> &out_value, const In1<U8> &out_stype) {
    want(first_in.shape(0) > 0 && first_in.shape(0) == first_out.shape(0), "one first input and output a transaction");
    want(in_addr.shape(0) == in_value.shape(0) && in_addr.shape(0) == in_stype.shape(0), "inputs of one length");
    want(out_addr.shape(0) == out_value.shape(0) && out_addr.shape(0) == out_stype.shape(0), "outputs of one length");
    return {first_in.data(),  first_out.data(), first_in.shape(0) - 1, in_addr.data(),
            in_value.data(),  in_stype.data(),  in_addr.shape(0),      out_addr.data(),
            out_value.data(), out_stype.data(), out_addr.shape(0)};
}

Out1<U16> coinjoin_shapes(In1<U64> first_in, In1<U64> first_out, In1<U32> in_addr, In1<I64> in_value,
                          In1<U8> in_stype, In1<U32> out_addr, In1<I64> out_value, In1<U8> out_stype,
                          In1<U32> exchanges) {
    const amparo::Run run = run_of(first_in, first_out, in_addr, in_value, in_stype, out_addr, out_value, out_stype);
    std::vector<U16> shapes(run.txs);
    {
        nb::gil_scoped_release unlocked;
        amparo::coinjoin_shapes(run, exchanges.data(), exchanges.shape(0), shapes.data());
    }
    return column(std::move(shapes));
}

Out1<U16> change_run(amparo::ChangePass &pass, In1<U64> first_in, In1<U64> first_out, In1<U32> in_addr,
                     In1<I64> in_value, In1<U8> in_stype, In1<U32> out_addr, In1<I64> out_value, In1<U8> out_stype,
                     U32 first_tx, In1<U8> skip, In1<U32> spent_by, In1<U8> paid_once, In1<U32> locktime,
                     In1<U32> fee_rate, In1<std::int32_t> version, In1<U16> flags, In1<U64> all_first_in,
                     In1<U64> all_first_out) {
    const amparo::Run run = run_of(first_in, first_out, in_addr, in_value, in_stype, out_addr, out_value, out_stype);
    const std::size_t txs = locktime.shape(0);
    want(fee_rate.shape(0) == txs && version.shape(0) == txs && flags.shape(0) == txs &&
             all_first_in.shape(0) == txs + 1 && all_first_out.shape(0) == txs + 1,
         "habits of one length");
    want(skip.shape(0) == run.txs && spent_by.shape(0) == run.outputs, "marks as long as the run");
    want(paid_once.shape(0) == pass.addresses(), "one mark an address");
    const amparo::Habits habits{locktime.data(), fee_rate.data(),     version.data(),       flags.data(),
                                all_first_in.data(), all_first_out.data(), txs};
    std::vector<U16> bits(run.outputs);
    {
        nb::gil_scoped_release unlocked;
        pass.run(run, first_tx, habits, skip.data(), spent_by.data(), paid_once.data(), bits.data());
    }
    return column(std::move(bits));
}

void make_sets(amparo::UnionFind *self, std::size_t n, bool forest, nb::object roots) {
    if (roots.is_none()) {
        new (self) amparo::UnionFind(n, forest, nullptr, 0);
        return;
    }
    const auto known = nb::cast<In1<U32>>(roots, false);
    new (self) amparo::UnionFind(n, forest, known.data(), known.shape(0));
}

}  // namespace

void bind_clusters(nb::module_ &m) {
    nb::class_<amparo::UnionFind>(m, "UnionFind", "Sets of addresses 0..n-1; the root of a set is its smallest member.")
        .def("__init__", &make_sets, nb::arg("n"), nb::arg("forest") = true, nb::arg("roots").none() = nb::none())
        .def("add", &add<U64>, nb::arg("offsets").noconvert(), nb::arg("members").noconvert(), nb::arg("first_tx") = 0,
             nb::arg("skip").none() = nb::none(), nb::arg("extra").none() = nb::none(),
             "Join the members of each list (one list a transaction; 0xffffffff is passed over), unless skip[t].\n"
             "`extra`: rows (a, b, tx), ascending tx, each joined after the list of its tx.")
        .def("add", &add<U32>, nb::arg("offsets").noconvert(), nb::arg("members").noconvert(), nb::arg("first_tx") = 0,
             nb::arg("skip").none() = nb::none(), nb::arg("extra").none() = nb::none())
        .def("add_edges",
             [](amparo::UnionFind &sets, Rows3 rows) {
                 nb::gil_scoped_release unlocked;
                 sets.add_edges(as_rows(rows), rows.shape(0));
             },
             nb::arg("rows").noconvert(), "Join a and b of each row (a, b, tx), in the order given.")
        .def("take_forest", &take_forest,
             "(rows (a, b, tx), kinds) of the merges since the last call; kind 0 spent together, 1 same key.")
        .def("finish", &roots_of, "The root of every address. The object is empty afterwards.");
    m.def("cluster", &cluster<U64>, nb::arg("offsets").noconvert(), nb::arg("members").noconvert(), nb::arg("n"),
          nb::arg("forest") = true, "(root, forest rows (a, b, tx)) of lists of members, one list a transaction.");
    m.def("cluster", &cluster<U32>, nb::arg("offsets").noconvert(), nb::arg("members").noconvert(), nb::arg("n"),
          nb::arg("forest") = true);
    m.def("forest_tree", &forest_tree, nb::arg("root").noconvert(), nb::arg("rows").noconvert(),
          "(parent, row) of each address in its tree, 0xffffffff at roots. ValueError if the rows are no forest.");
    m.def("tree_path", &tree_path, nb::arg("parent").noconvert(), nb::arg("row").noconvert(), nb::arg("a"),
          nb::arg("b"), "(addresses, rows) on the path from a to b; None where no path is.");
    m.def("group_members", &group_members, nb::arg("root").noconvert(),
          "(roots, starts, members) of the sets of two and more.");
    m.def("merge_alarms", &merge_alarms, nb::arg("n"), nb::arg("rows").noconvert(), nb::arg("limit"),
          nb::arg("tag_address").noconvert(), nb::arg("tag_actor").noconvert(),
          "Rows (forest row, size, size, why) of merges of two sets both larger than `limit` (1) or with tags of "
          "different actors (2).");
    m.def("guarded_merge", &guarded_merge, nb::arg("root").noconvert(), nb::arg("a").noconvert(),
          nb::arg("b").noconvert(), nb::arg("limit"), nb::arg("tag_address").noconvert(),
          nb::arg("tag_actor").noconvert(),
          "Merge a and b into `root` in place, edge by edge; why an edge was refused: 1 sizes, 2 actors, 0 taken.");
    m.def("coinjoin_shapes", &coinjoin_shapes, nb::arg("first_in").noconvert(), nb::arg("first_out").noconvert(),
          nb::arg("in_addr").noconvert(), nb::arg("in_value").noconvert(), nb::arg("in_stype").noconvert(),
          nb::arg("out_addr").noconvert(), nb::arg("out_value").noconvert(), nb::arg("out_stype").noconvert(),
          nb::arg("exchanges").noconvert(), "The CoinJoin shapes of each transaction of a run, as a set of bits.");
    nb::class_<amparo::ChangePass>(m, "ChangePass", "Change tests over all transactions, in chain order, one pass.")
        .def(nb::init<std::size_t>(), nb::arg("addresses"))
        .def("run", &change_run, nb::arg("first_in").noconvert(), nb::arg("first_out").noconvert(),
             nb::arg("in_addr").noconvert(), nb::arg("in_value").noconvert(), nb::arg("in_stype").noconvert(),
             nb::arg("out_addr").noconvert(), nb::arg("out_value").noconvert(), nb::arg("out_stype").noconvert(),
             nb::arg("first_tx"), nb::arg("skip").noconvert(), nb::arg("spent_by").noconvert(),
             nb::arg("paid_once").noconvert(), nb::arg("locktime").noconvert(), nb::arg("fee_rate").noconvert(),
             nb::arg("version").noconvert(), nb::arg("flags").noconvert(), nb::arg("all_first_in").noconvert(),
             nb::arg("all_first_out").noconvert(), "The bits of each output of the next run of transactions.");
}
