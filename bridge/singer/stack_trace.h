// Stack traces of Python and Java.
#pragma once

#include <string>
#include <string_view>

namespace tapbridge::singer {

// Whether the line begins a stack trace, wherever it stands.
bool begins_stack_trace(std::string_view line);

// Whether the line announces that another traceback of the same chain follows.
bool links_stack_traces(std::string_view line);

struct Raised {
    std::string last;  // "module.Type: message" of what reached the top; may be of several lines
    std::string cause; // the same of what it all began with; "" where there is nothing else
};

// The exceptions in a stack trace, also in one whose beginning or end is missing.
Raised find_raised(std::string_view stack_trace);

} // namespace tapbridge::singer
