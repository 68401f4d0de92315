// The Python face of the taint and trace walks.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

void bind_trace(nb::module_ &) {}
