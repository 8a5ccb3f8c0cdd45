// Whether a tap has changed a stream's schema, and how.
#pragma once

#include <string>
#include <string_view>

namespace tapbridge::translate {

// Whether two schemas, by their source text, say the same. The order of members and of the names in
// a list of types says nothing: singer-python moves "null" to the end of them while it transforms
// records, so that its taps repeat a schema in another order. What is too long to be compared
// (16 MiB together) is taken for another.
bool is_same_schema(std::string_view before, std::string_view after);

// Which properties came and went, for a log line.
std::string changes_between(std::string_view before, std::string_view after);

} // namespace tapbridge::translate
