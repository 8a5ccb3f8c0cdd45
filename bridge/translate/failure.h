// Whose fault a failure is, and what to tell the user.
#pragma once

#include "airbyte/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// One pattern that recognises a failure in what a tap said.
struct ErrorPattern {
    std::string match; // found anywhere in the text, without case
    airbyte::FailureType type = airbyte::FailureType::system_error;
    std::string message; // replaces the tap's words where not empty
};

struct Classified {
    airbyte::FailureType type = airbyte::FailureType::system_error;
    bool known =
        false; // a pattern matched; a user's "check" then answers FAILED with exit status 0
    std::string message; // the pattern's own message, or ""
};

// By `patterns` first, then built-in ones: config_error (bad credentials, 401, 403, permission
// denied, missing settings, no such file, unknown database, ...), transient_error (429, 5xx,
// timeouts, connection refused, reset, name resolution, too many connections, ...), system_error
// otherwise. Numbers such as 401 count only where they read as an HTTP status ("401 Client Error",
// "status 429", "HTTP 503",
// "(403)"), not in "row 401".
Classified classify(std::string_view tap_words, const std::vector<ErrorPattern>& patterns);

// The tap ended well, but sent no message at all.
airbyte::Error silent_tap_error();

// The tap's catalog is empty.
airbyte::Error no_stream_error();

} // namespace tapbridge::translate
