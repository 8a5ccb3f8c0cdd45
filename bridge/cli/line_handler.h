// Hands a running tap's stdout on line by line and its stderr to the log.
#pragma once

#include "cli/config_file.h"
#include "cli/session.h"
#include "cli/tap_stderr.h"
#include "process/supervisor.h"
#include "singer/line_splitter.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace tapbridge::cli {

class LineHandler : public process::TapHandler {
public:
    // `config` may be null: a run that is given no config file. `quiet`: see TapStderr.
    LineHandler(Session& session, ConfigFile* config, bool quiet = false);

    const singer::LastWords& last_words() const { return m_stderr.last_words(); }

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
    virtual void on_long_line(std::size_t limit) = 0; // a line has grown beyond the adapter's limit

    Session& session() { return m_session; }

private:
    // Before anything of the tap's is logged: a token that it has just got is secret.
    void look_at_config();

    Session& m_session;
    ConfigFile* m_config;
    TapStderr m_stderr;
    singer::LineSplitter m_lines;
    bool m_too_long = false;
};

// The earlier of two moments, either of which may be none.
std::optional<Clock::time_point> earlier(std::optional<Clock::time_point> a,
                                         std::optional<Clock::time_point> b);

} // namespace tapbridge::cli
