// The Python face of the block walk.
#include <nanobind/nanobind.h>

namespace nb = nanobind;

void bind_blocks(nb::module_ &) {}
