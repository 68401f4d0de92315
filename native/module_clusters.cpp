// The Python face of the clustering.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

void bind_clusters(nb::module_ &) {}
