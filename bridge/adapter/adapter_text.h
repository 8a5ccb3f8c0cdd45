// An adapter as text: all that holds, and where it comes from.
#pragma once

#include "adapter/adapter_file.h"

#include <string>

namespace tapbridge::adapter {

// A valid adapter that says the same as `file`, every default included. A comment names the origin
// of each value: `path` and the line, "default", or "detected from ..." for what the tap is asked.
std::string adapter_text(const AdapterFile& file, const std::string& path);

} // namespace tapbridge::adapter
