// Runs a tap for what it prints as a whole: --help, --about, --discover.
#pragma once

#include "cli/line_handler.h"

#include <cstddef>
#include <string>
#include <string_view>

namespace tapbridge::cli {

class Capture : public LineHandler {
public:
    using LineHandler::LineHandler;

    // All of stdout.
    const std::string& output() const { return m_output; }
    // The first object of the output was a Singer message: the tap has started to sync instead. The
    // run was stopped then.
    bool is_syncing() const { return m_syncing; }
    bool is_too_long() const { return m_too_long; }

    bool wants_stop() const override { return m_syncing || m_too_long; }

protected:
    void on_line(std::string_view line) override;
    void on_long_line(std::size_t limit) override;
    // The adapter's limit is for messages; a catalog may be one line.
    std::size_t line_limit() const override;

private:
    std::string m_output;
    bool m_judged = false; // the first line that begins an object has been looked at
    bool m_syncing = false;
    bool m_too_long = false;
};

// Whether that line is a SCHEMA, RECORD, STATE, ACTIVATE_VERSION or BATCH message.
bool is_singer_message(std::string_view line);

} // namespace tapbridge::cli
