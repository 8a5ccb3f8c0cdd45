// The config file that the tap gets, and may rewrite: taps put rotated tokens there (tap-xero,
// tap-quickbooks, hotglue's SDK and others).
#pragma once

#include "cli/session.h"
#include "translate/spec.h"
#include "util/json/value.h"
#include "util/time.h"

#include <sys/stat.h>

#include <optional>
#include <string>

namespace tapbridge::cli {

class ConfigFile {
public:
    // Writes the tap's config into the work folder. `spec` may be null; it must outlive this.
    ConfigFile(Session& session, json::Value user_config, const translate::Spec* spec);

    const std::string& path() const { return m_path; }

    // When to look at the file next.
    std::optional<Clock::time_point> deadline() const { return m_look_at; }
    void on_deadline(Clock::time_point now);
    // Sends a CONTROL message with the full config where the tap has changed it. A file that is
    // half written is looked at again later.
    void look();

private:
    bool is_untouched();

    Session& m_session;
    json::Value m_user_config; // as the user would have to write it now
    const translate::Spec* m_spec;
    json::Value m_tap_config; // as it stands in the file
    std::string m_path;
    struct ::stat m_seen {};
    Clock::time_point m_look_at;
};

} // namespace tapbridge::cli
