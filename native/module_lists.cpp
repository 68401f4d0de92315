// The Python face of the list reader.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "vics.hpp"

namespace nb = nanobind;

namespace {

// A vector handed over to NumPy, without a copy.
template <class T> nb::object array_of(std::vector<T> &&values, std::size_t width = 0) {
    auto *held = new std::vector<T>(std::move(values));
    nb::capsule owner(held, [](void *p) noexcept { delete static_cast<std::vector<T> *>(p); });
    if (width == 0) return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<1>>(held->data(), {held->size()}, owner));
    return nb::cast(nb::ndarray<nb::numpy, T, nb::ndim<2>>(held->data(), {held->size() / width, width}, owner));
}

void feed(amparo::RecordReader &reader, nb::bytes data) {
    nb::gil_scoped_release unlocked;
    reader.feed(static_cast<const std::uint8_t *>(data.data()), data.size());
}

nb::object fault(const amparo::RecordReader &reader) {
    const amparo::ListFault &found = reader.fault();
    if (!found.kind) return nb::none();
    const nb::object why = nb::bytes(found.why.data(), found.why.size()).attr("decode")("utf-8", "backslashreplace");
    return nb::make_tuple(found.kind, found.offset, found.record, why);
}

nb::dict take(amparo::RecordReader &reader) {
    amparo::RecordBatch batch = reader.take();
    nb::dict digests, out;
    for (std::size_t k = 0; k < batch.columns.size(); ++k) {
        amparo::DigestColumn &column = batch.columns[k];
        if (!column.entries.empty())
            digests[amparo::kDigestNames[k].data()] =
                nb::make_tuple(array_of(std::move(column.digests), amparo::kDigestOctets[k]), array_of(std::move(column.entries)));
    }
    nb::list skipped;
    for (const amparo::RecordSkip &skip : batch.skipped) {
        const nb::object detail = nb::bytes(skip.detail.data(), skip.detail.size()).attr("decode")("utf-8", "backslashreplace");
        skipped.append(nb::make_tuple(skip.record, skip.reason, detail));
    }
    out["count"] = batch.count;
    out["digests"] = digests;
    out["lines"] = nb::bytes(batch.lines.data(), batch.lines.size());
    out["ends"] = array_of(std::move(batch.ends));
    out["records"] = array_of(std::move(batch.records));
    out["skipped"] = skipped;
    return out;
}

}  // namespace

void bind_lists(nb::module_ &m) {
    using amparo::RecordReader;
    nb::class_<RecordReader>(m, "RecordReader",
                             "Records of a JSON list, fed in chunks of any size. `list_key` \"value\": the VICS shape.")
        .def(nb::init<std::string, std::size_t>(), nb::arg("list_key"), nb::arg("record_limit"))
        .def("feed", &feed, nb::arg("data"))
        .def("finish", &RecordReader::finish)
        .def("take", &take, "What was read since the last call: count, digests, lines, ends, records, skipped.")
        .def_prop_ro("pending", &RecordReader::pending, "Bytes of lines waiting to be taken.")
        .def_prop_ro("pending_skips", &RecordReader::pending_skips)
        .def_prop_ro("fault", &fault, "None, or (kind, byte offset, records before it, why).")
        .def_prop_ro("head", [](const RecordReader &reader) {
            return nb::bytes(reader.head().data(), reader.head().size());
        }, "The members beside the list so far, as they were written, without the braces.");
}
