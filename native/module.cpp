// The Python face of the kernels: checks shapes, releases the interpreter lock, copies results out.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>

#include "cpu.hpp"
#include "kernels.hpp"

namespace nb = nanobind;

namespace {

using Bytes2 = nb::ndarray<const std::uint8_t, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using AnyBytes = nb::ndarray<const std::uint8_t, nb::c_contig, nb::device::cpu>;

nb::tuple told(const amparo::PdqResult &result) {
    nb::list hashes;
    for (const auto &hash : result.hashes) hashes.append(nb::bytes(hash.data(), hash.size()));
    return nb::make_tuple(nb::tuple(hashes), result.quality);
}

nb::tuple pdq(AnyBytes pixels) {
    const std::size_t dims = pixels.ndim();
    if (dims != 2 && !(dims == 3 && pixels.shape(2) == 3))
        throw std::invalid_argument("pdq wants uint8 pixels of shape (height, width) or (height, width, 3)");
    amparo::PdqResult result;
    {
        nb::gil_scoped_release unlocked;
        result = amparo::pdq(pixels.data(), pixels.shape(0), pixels.shape(1), dims == 3 ? 3 : 1);
    }
    return told(result);
}

nb::object jpeg_pdq(nb::bytes data, std::size_t max_pixels) {
    amparo::PdqResult result;
    bool whole;
    {
        const auto *bytes = static_cast<const std::uint8_t *>(data.data());
        const std::size_t size = data.size();
        nb::gil_scoped_release unlocked;
        whole = amparo::jpeg_pdq(bytes, size, max_pixels, result);
    }
    return whole ? nb::object(told(result)) : nb::none();
}

nb::ndarray<nb::numpy, std::uint32_t, nb::ndim<2>> hamming(Bytes2 bank, Bytes2 queries, unsigned threshold) {
    if (bank.shape(1) != 32 || queries.shape(1) != 32)
        throw std::invalid_argument("hamming wants rows of 32 bytes (256 bits)");
    auto *found = new std::vector<amparo::Near>();
    nb::capsule owner(found, [](void *held) noexcept { delete static_cast<std::vector<amparo::Near> *>(held); });
    {
        nb::gil_scoped_release unlocked;
        *found = amparo::hamming(bank.data(), bank.shape(0), queries.data(), queries.shape(0), threshold);
    }
    static_assert(sizeof(amparo::Near) == 12, "three packed 32-bit columns");
    return {reinterpret_cast<std::uint32_t *>(found->data()), {found->size(), 3}, owner};
}

nb::tuple cpu_paths() {
    nb::list names;
    for (amparo::Cpu path : amparo::present_paths()) names.append(nb::str(amparo::name_of(path)));
    return nb::tuple(names);
}

}  // namespace

void bind_index(nb::module_ &m);  // module_index.cpp
void bind_lists(nb::module_ &m);  // module_lists.cpp
void bind_blocks(nb::module_ &m);    // module_blocks.cpp
void bind_clusters(nb::module_ &m);  // module_clusters.cpp
void bind_trace(nb::module_ &m);     // module_trace.cpp

NB_MODULE(_kernels, m) {
    m.doc() = "Amparo's native kernels. AMPARO_CPU=baseline|avx2|avx512 chooses the instructions they use.";
    try {
        amparo::choose_cpu_from_environment();
    } catch (const std::invalid_argument &error) {
        throw nb::import_error(error.what());
    }
    m.def("cpu", [] { return amparo::name_of(amparo::cpu()); }, "Name of the path in use: baseline, avx2 or avx512.");
    m.def("cpu_paths", &cpu_paths, "Names of the paths this processor can run, slowest first.");
    m.def("use_cpu", &amparo::use_cpu, nb::arg("name"), "Use another path from now on (tests and benches compare them).");
    m.def("pdq", &pdq, nb::arg("pixels").noconvert(),
          "PDQ of uint8 pixels, grey (h, w) or RGB (h, w, 3): ((8 hashes of 32 bytes), quality 0..100).");
    m.def("jpeg_pdq", &jpeg_pdq, nb::arg("data"), nb::arg("max_pixels"),
          "PDQ of a plain, whole JPEG file, as `pdq` of its RGB pixels; None where a library must decode it.");
    m.def("hamming", &hamming, nb::arg("bank").noconvert(), nb::arg("queries").noconvert(), nb::arg("threshold"),
          "Rows (query, position, distance) with at most `threshold` differing bits of 256.");
    bind_index(m);
    bind_lists(m);
    bind_blocks(m);
    bind_clusters(m);
    bind_trace(m);
}
