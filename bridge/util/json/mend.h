// JSON source text on its way out: what some reader could not take leaves in the nearest form that
// all of them can.
#pragma once

#include "util/json/scanner.h"

#include <functional>
#include <string>
#include <string_view>

namespace tapbridge::json {

// Appends `text`, which has been checked, with its defects mended: non-finite numbers and numbers
// of over 1,000 characters become null; lone surrogates become U+FFFD; U+0085, U+2028 and U+2029
// are escaped; a bare CR between tokens becomes a blank. Every other byte leaves as it came. It
// takes no memory beyond the output, however many defects there are.
void append_mended(std::string& out, std::string_view text);

// The same for an object. Tells, for each of its members in which something became null, the key
// (source text) and the first such defect.
using Nulled = std::function<void(std::string_view key, Defect why)>;
void append_mended(std::string& out, std::string_view object, const Nulled& nulled);

} // namespace tapbridge::json
