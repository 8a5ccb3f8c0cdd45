// The `config` of an adapter: one rule per setting of the tap, saying where its value comes from.
#pragma once

#include "util/json/value.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tapbridge::adapter {

// Steps into objects: "credentials.access_token" is {"credentials", "access_token"}.
using SettingPath = std::vector<std::string>;

// A distance in time: calendar months and the rest. "-365d", "1mo".
struct Shift {
    std::int64_t months = 0; // years are 12 of them
    std::int64_t seconds = 0;
};

// {now: -365d}: the moment of the start, shifted.
struct Now {
    Shift shift;
};

enum class As : std::uint8_t {
    same,    // as it is
    string,  // a number by its digits, true and false, a list or an object as JSON text
    number,  // from a text that holds one, digits kept
    integer, // the same, without a fraction
    boolean, // from "true" and "false" in any case, 1 and 0
    json,    // a text that holds JSON is parsed
    file     // the content of a file (0600) whose path the tap is given
};

struct MappedSetting {
    std::string key;                  // the tap's setting
    std::vector<SettingPath> from;    // the first that the user has set, and not to null
    std::string template_text;        // "https://{host}/"; "" = none. {{ and }} stand for braces
    std::optional<json::Value> value; // the same for all
    // Where neither gives a value; without it the tap's setting is left out.
    std::variant<std::monostate, json::Value, Now> fallback;
    std::optional<Shift> shift; // of a date
    std::string format;         // strftime, in UTC, of a date; "" = none
    As as = As::same;
    std::string suffix; // of the file
};

struct ConfigMapping {
    std::vector<MappedSetting> settings;
    bool pass = false; // "*": settings of the user that no rule reads go to the tap as they are
};

struct MappingPlace {
    std::int64_t now_ms = 0; // since the epoch
    std::string path;        // of the user's config file, for messages
    // Writes a private file and returns its path.
    std::function<std::string(const std::string& name, std::string_view content)> write_file;
};

// The tap's config. Throws config_error that names the user's setting and what it has to be.
json::Value map_config(const ConfigMapping& mapping, const json::Value& user_config,
                       const MappingPlace& place);

// The user's config with what the tap has changed in its own (rotated tokens). What came by a plain
// `from` goes back to where it came from; what was formatted, shifted, put into a template or into
// a file, and constants, stay the user's, as does what the tap's config lacks (see completed() in
// config_mapping.h). What was set and is null now goes back as null.
json::Value map_back(const ConfigMapping& mapping, const json::Value& tap_config,
                     const json::Value& given_to_tap, const json::Value& user_config);

// The names between the braces of a template, as paths; none where it is malformed (`problem`
// says how).
std::optional<std::vector<SettingPath>> template_settings(std::string_view template_text,
                                                          std::string& problem);

// "-365d", "+1mo", "90m": a sign or none, a whole number, a unit of s, m, h, d, w, mo, y. None
// where it is something else.
std::optional<Shift> parse_shift(std::string_view text);

// Every path that the mapping reads from the user's config.
std::vector<SettingPath> settings_read(const ConfigMapping& mapping);

} // namespace tapbridge::adapter
