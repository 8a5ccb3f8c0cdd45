// Hands a running tap's stdout on line by line and its stderr to the log.
#pragma once

#include "cli/config_file.h"
#include "cli/session.h"
#include "cli/tap_stderr.h"
#include "process/supervisor.h"
#include "singer/line_splitter.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tapbridge::cli {

class LineHandler : public process::TapHandler {
public:
    // `config` may be null: a run that is given no config file. `quiet`: see TapStderr.
    LineHandler(Session& session, ConfigFile* config, bool quiet = false);

    const singer::LastWords& last_words() const { return m_stderr.last_words(); }
    std::string last_log_line() const; // as an error message quotes it
    // What it said last, on stdout or stderr, as an error message names it: "line 3 of its output".
    std::string last_heard() const;

    std::span<char> stdout_space() final;
    void on_stdout(std::size_t bytes) final;
    void on_stdout_end() final;
    void on_stderr(std::string_view chunk) final;
    void on_stderr_end() final;
    std::optional<Clock::time_point> deadline() const override;
    void on_deadline() override;

protected:
    virtual void on_chunk() {}                        // before the lines of one read
    virtual void on_line(std::string_view line) = 0;  // without its newline
    virtual void on_long_line(std::size_t limit) = 0; // a line is longer, or has grown so far
    virtual std::size_t line_limit() const { return m_session.adapter().line_limit; }
    virtual std::string last_message() const { return {}; } // see translate::Run

    Session& session() { return m_session; }

private:
    // Before anything of the tap's is logged: a token that it has just got is secret.
    void look_at_config();
    void too_long();

    Session& m_session;
    ConfigFile* m_config;
    TapStderr m_stderr;
    singer::LineSplitter m_lines;
    std::uint64_t m_line = 0; // of stdout
    bool m_logged_last = false;
    bool m_too_long = false;
};

// The earlier of two moments, either of which may be none.
std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a,
                                         std::optional<Clock::time_point> b);

} // namespace tapbridge::cli
