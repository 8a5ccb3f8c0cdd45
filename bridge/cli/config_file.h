// The config file that the tap gets: the user's, as the adapter maps it. The tap may rewrite it:
// taps put rotated tokens there (tap-xero, tap-quickbooks, hotglue's SDK and others).
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
    // Throws config_error that names the setting that the tap could not be given.
    ConfigFile(Session& session, json::Value user_config, const translate::Spec* spec);
    // Looks a last time, however the command ends: a token that the tap got while it was being
    // stopped is the only one that is still good.
    ~ConfigFile();
    ConfigFile(const ConfigFile&) = delete;
    ConfigFile& operator=(const ConfigFile&) = delete;

    const std::string& path() const { return m_path; }

    // When to look at the file next.
    std::optional<Clock::time_point> deadline() const { return m_look_at; }
    void on_deadline(Clock::time_point now);
    // Sends a CONTROL message with the full config where the tap has changed it. What is half
    // written is looked at again later; what is no regular file in the place of ours (a link, a
    // pipe), longer than 64 MiB or no JSON object is nothing that a user could be given.
    void look();

private:
    // The content, where the file may have changed since it was last read.
    std::optional<std::string> changed_content();
    void take(json::Value config);

    Session& m_session;
    json::Value map(const json::Value& parsed) const;

    json::Value m_user_config; // as the user would have to write it now
    const translate::Spec* m_spec;
    json::Value m_parsed;     // the same, the texts of JSON settings parsed
    json::Value m_tap_config; // as it stands in the file
    std::string m_path;
    struct ::stat m_seen {};
    Clock::time_point m_seen_at;
    // It had been left alone for long enough when it was read that any later change shows.
    bool m_settled = false;
    Clock::time_point m_look_at;
};

} // namespace tapbridge::cli
