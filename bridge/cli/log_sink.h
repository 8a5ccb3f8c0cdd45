// The program's own log, and the tap's, as Airbyte LOG messages.
#pragma once

#include "airbyte/redactor.h"
#include "util/log.h"

#include <memory>
#include <string>

namespace tapbridge::cli {

// A log whose entries are redacted and appended to `out` as LOG messages. Entries below `least` are
// left out.
std::unique_ptr<Log> make_protocol_log(std::string& out, const airbyte::Redactor& redactor,
                                       Level least);

// A log whose entries are redacted and written to stderr, for people.
std::unique_ptr<Log> make_stderr_log(const airbyte::Redactor& redactor, Level least);

} // namespace tapbridge::cli
