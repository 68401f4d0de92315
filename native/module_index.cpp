// The Python face of the index kernels.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "index.hpp"

namespace nb = nanobind;

namespace {

using Bytes2 = nb::ndarray<const std::uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<const std::uint32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Numbers2 = nb::ndarray<const std::uint32_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Shorts2 = nb::ndarray<const std::uint16_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Counts = nb::ndarray<std::uint32_t, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

void want(bool fits, const char *message) {
    if (!fits) throw std::invalid_argument(message);
}

// A vector as a NumPy array that owns it.
template <class Array, class Number, class T>
Array given(std::vector<T> &&values, std::initializer_list<std::size_t> shape) {
    auto *held = new std::vector<T>(std::move(values));
    nb::capsule owner(held, [](void *it) noexcept { delete static_cast<std::vector<T> *>(it); });
    return Array(reinterpret_cast<Number *>(held->data()), shape, owner);
}

using Out1 = nb::ndarray<nb::numpy, std::uint32_t, nb::ndim<1>>;
using Out2 = nb::ndarray<nb::numpy, std::uint32_t, nb::ndim<2>>;
using OutShorts = nb::ndarray<nb::numpy, std::uint16_t, nb::ndim<1>>;
using OutBytes2 = nb::ndarray<nb::numpy, std::uint8_t, nb::ndim<2>>;

nb::tuple answers(amparo::Hits &&hits) {
    static_assert(sizeof(amparo::Hit) == 12, "three packed 32-bit columns");
    const std::size_t rows = hits.rows.size(), cut = hits.cut.size();
    return nb::make_tuple(given<Out2, std::uint32_t>(std::move(hits.rows), {rows, 3}),
                          given<Out1, std::uint32_t>(std::move(hits.cut), {cut}));
}

amparo::NearColumn column_of(const Bytes2 &digests, const Numbers &entries) {
    want(digests.shape(1) == 32, "near search wants rows of 32 bytes (256 bits)");
    want(entries.shape(0) == digests.shape(0), "one entry a digest");
    return {digests.data(), entries.data(), digests.shape(0)};
}

nb::tuple near_flat(Bytes2 digests, Numbers entries, Bytes2 queries, unsigned threshold, std::size_t cap) {
    const amparo::NearColumn column = column_of(digests, entries);
    want(queries.shape(1) == 32, "near search wants rows of 32 bytes (256 bits)");
    amparo::Hits hits;
    {
        nb::gil_scoped_release unlocked;
        hits = amparo::search_near(column, nullptr, queries.data(), queries.shape(0), threshold, cap);
    }
    return answers(std::move(hits));
}

nb::tuple near_ring(Bytes2 digests, Numbers entries, Numbers2 offsets, Numbers2 positions, Shorts2 next,
                    std::size_t heaviest, Bytes2 queries, unsigned threshold, std::size_t cap) {
    const amparo::NearColumn column = column_of(digests, entries);
    want(queries.shape(1) == 32, "near search wants rows of 32 bytes (256 bits)");
    want(offsets.shape(0) == 16 && offsets.shape(1) == amparo::RING_BUCKETS + 1 && positions.shape(0) == 16 &&
             next.shape(0) == 16 && next.shape(1) >= positions.shape(1) + 32,
         "the parts of the ring do not fit together");
    const amparo::Ring ring{offsets.data(),     positions.data(), next.data(),
                            positions.shape(1), next.shape(1),    heaviest};
    amparo::Hits hits;
    {
        nb::gil_scoped_release unlocked;
        hits = amparo::search_near(column, &ring, queries.data(), queries.shape(0), threshold, cap);
    }
    return answers(std::move(hits));
}

nb::tuple ring_chunk(Bytes2 digests, unsigned chunk) {
    want(digests.shape(1) == 32 && chunk < amparo::RING_CHUNKS, "rows of 32 bytes, chunk 0 to 15");
    std::vector<std::uint32_t> offsets(amparo::RING_BUCKETS + 1), positions(digests.shape(0));
    std::vector<std::uint16_t> next(digests.shape(0));
    std::size_t distinct;
    {
        nb::gil_scoped_release unlocked;
        distinct = amparo::ring_chunk(digests.data(), digests.shape(0), chunk, offsets.data(), positions.data(),
                                      next.data());
    }
    return nb::make_tuple(given<Out1, std::uint32_t>(std::move(offsets), {amparo::RING_BUCKETS + 1}),
                          given<Out1, std::uint32_t>(std::move(positions), {distinct}),
                          given<OutShorts, std::uint16_t>(std::move(next), {distinct}));
}

std::size_t ring_heaviest(Numbers2 offsets, std::size_t distinct) {
    want(offsets.shape(0) == 16 && offsets.shape(1) == amparo::RING_BUCKETS + 1, "16 rows of 65537 numbers");
    return amparo::check_ring(offsets.data(), distinct);
}

nb::tuple sort_records(Bytes2 records) {
    want(records.shape(1) > 4, "a record is a digest and a number of 4 bytes");
    const std::size_t count = records.shape(0), octets = records.shape(1) - 4;
    std::vector<std::uint8_t> digests(count * octets);
    std::vector<std::uint32_t> numbers(count);
    {
        nb::gil_scoped_release unlocked;
        amparo::sort_records(records.data(), count, octets, digests.data(), numbers.data());
    }
    return nb::make_tuple(given<OutBytes2, std::uint8_t>(std::move(digests), {count, octets}),
                          given<Out1, std::uint32_t>(std::move(numbers), {count}));
}

void count_prefixes(Bytes2 digests, unsigned bits, Counts counts) {
    want(bits <= 24 && counts.shape(0) >= std::size_t{1} << bits, "at most 24 bits, one count a prefix");
    amparo::count_prefixes(digests.data(), digests.shape(0), digests.shape(1), bits, counts.data());
}

Out2 find_exact(Bytes2 digests, Numbers starts, unsigned bits, Bytes2 queries) {
    want(bits <= 24 && starts.shape(0) == (std::size_t{1} << bits) + 1, "one start a prefix and the end");
    want(queries.shape(1) == digests.shape(1), "queries as long as the digests");
    std::vector<std::uint32_t> ranges(2 * queries.shape(0));
    {
        nb::gil_scoped_release unlocked;
        amparo::find_exact(digests.data(), digests.shape(1), starts.data(), bits, queries.data(), queries.shape(0),
                           ranges.data());
    }
    return given<Out2, std::uint32_t>(std::move(ranges), {queries.shape(0), 2});
}

// A file's bytes without reading them and, unlike Python's mmap, without keeping the file open: a worker may have
// hundreds of lists, and few files.
nb::ndarray<nb::numpy, const std::uint8_t, nb::ndim<1>> map_bytes(const std::string &path) {
    const auto fail = [&path](int file) {
        PyErr_SetFromErrnoWithFilename(PyExc_OSError, path.c_str());
        if (file >= 0) close(file);
        throw nb::python_error();
    };
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat facts;
    if (file < 0 || fstat(file, &facts) != 0) fail(file);
    const std::size_t size = static_cast<std::size_t>(facts.st_size);
    void *bytes = size ? mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0) : nullptr;
    if (bytes == MAP_FAILED) fail(file);
    close(file);
    struct Mapping {
        void *bytes;
        std::size_t size;
    };
    nb::capsule owner(new Mapping{bytes, size}, [](void *held) noexcept {
        auto *mapping = static_cast<Mapping *>(held);
        if (mapping->size) munmap(mapping->bytes, mapping->size);
        delete mapping;
    });
    return {static_cast<const std::uint8_t *>(bytes), {size}, owner};
}

}  // namespace

void bind_index(nb::module_ &m) {
    m.def("near_flat", &near_flat, nb::arg("digests").noconvert(), nb::arg("entries").noconvert(),
          nb::arg("queries").noconvert(), nb::arg("threshold"), nb::arg("cap"),
          "(rows (query, entry, distance), queries with more than `cap`) by comparing every row; cap 0: all.");
    m.def("near_ring", &near_ring, nb::arg("digests").noconvert(), nb::arg("entries").noconvert(),
          nb::arg("offsets").noconvert(), nb::arg("positions").noconvert(), nb::arg("next").noconvert(),
          nb::arg("heaviest"), nb::arg("queries").noconvert(), nb::arg("threshold"), nb::arg("cap"),
          "As near_flat, through the ring. IndexError if the ring points outside of the rows.");
    m.def("ring_chunk", &ring_chunk, nb::arg("digests").noconvert(), nb::arg("chunk"),
          "(offsets, positions, next) of one chunk of the ring over sorted rows.");
    m.def("ring_heaviest", &ring_heaviest, nb::arg("offsets").noconvert(), nb::arg("distinct"),
          "Entries of the fullest bucket. IndexError if the offsets do not rise from 0 to `distinct`.");
    m.def("sort_records", &sort_records, nb::arg("records").noconvert(),
          "(digests, numbers) of records (digest, u32 little-endian), sorted by digest, then as they came.");
    m.def("count_prefixes", &count_prefixes, nb::arg("digests").noconvert(), nb::arg("bits"),
          nb::arg("counts").noconvert(), "Adds the rows of each prefix of `bits` bits to `counts`.");
    m.def("find_exact", &find_exact, nb::arg("digests").noconvert(), nb::arg("starts").noconvert(), nb::arg("bits"),
          nb::arg("queries").noconvert(), "Rows (first, end) of the sorted digests equal to each query.");
    m.def("map_bytes", &map_bytes, nb::arg("path"),
          "The bytes of a file, mapped, read-only; no open file is kept. OSError as open gives.");
}
