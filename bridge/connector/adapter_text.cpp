#include "connector/parts.h"
#include "util/text.h"
#include "util/yaml_text.h"

namespace tapbridge::connector {

namespace {

constexpr const char* k_settings_advice =
    "# TODO: name the tap's settings here, as its README does, or run init again with "
    "--config-sample FILE.\n";

std::string spec_head(const Facts& facts)
{
    switch (facts.settings_from) {
    case SettingsFrom::tap:
        return "# The settings that users are asked for come from the tap's --about. To word them "
               "yourself, write a\n# connectionSpecification here:\n"
               "# spec:\n#   type: object\n#   required: [api_key]\n#   properties:\n"
               "#     api_key: {title: API key, type: string, airbyte_secret: true}\n";
    case SettingsFrom::sample:
        return "# What users are asked for (Airbyte's connectionSpecification). Types are guessed "
               "from a sample config,\n# secrets are told by their names.\n"
               "# TODO: see that the types and secrets are right, and add descriptions.\n";
    case SettingsFrom::missing_keys:
        return std::string("# What users are asked for (Airbyte's connectionSpecification): what "
                           "the tap refuses to start without.\n") +
               k_settings_advice;
    case SettingsFrom::nothing:
        break;
    }
    return std::string("# What users are asked for (Airbyte's connectionSpecification). The tap "
                       "does not say which settings it takes.\n") +
           k_settings_advice;
}

std::string spec_part(const Facts& facts)
{
    std::string out = spec_head(facts);
    if (facts.settings_from == SettingsFrom::tap) {
        return out;
    }
    out += "spec:\n";
    if (facts.settings_from == SettingsFrom::sample && !facts.says_what_it_needs) {
        out += "  # TODO: list the settings that must be given: required: [NAME, ...]\n";
    }
    yaml::append_members(out, 2, facts.form);
    return out;
}

std::string config_part(const Facts& facts)
{
    std::string out =
        "\n# The tap gets the settings as users give them. Where a name or a form differs, say "
        "where each comes from:\n";
    if (facts.json_settings.empty()) {
        return out + "# config:\n"
                     "#   access_token: {from: credentials.access_token}\n"
                     "#   start_date: {from: start_date, default: {now: -365d}, format: "
                     "\"%Y-%m-%dT%H:%M:%SZ\"}\n"
                     "#   \"*\": pass\n";
    }
    out += "config:\n";
    for (const std::string& key : facts.json_settings) {
        const std::string name = yaml::scalar(key);
        out.append("  ").append(name).append(": {from: [").append(name).append("], as: json}\n");
    }
    return out + "  \"*\": pass\n";
}

std::string streams_part()
{
    return "\n# What the tap does not say of its streams, or says wrongly:\n"
           "# streams:\n"
           "#   orders: {primary_key: [id], cursor: updated_at}\n"
           "#   debug_*: {exclude: true}\n";
}

std::string catalog_flag(const std::vector<std::string>& flags)
{
    return flags.empty() ? "none" : flags.size() > 1 ? "both" : flags.front();
}

// What a tap with --about can do is told by its --help each time: it is asked anyway.
std::string tap_part(const Facts& facts)
{
    std::string out = "tap:\n  command: [" + yaml::scalar("/opt/tap/bin/" + facts.tap) + "]\n";
    if (facts.settings_from != SettingsFrom::tap) {
        out += "  # As its --help says:\n  catalog_flag: " + catalog_flag(facts.catalog_flags) +
               "\n  state_flag: " + (facts.state_flag.empty() ? "none" : facts.state_flag) + '\n';
    }
    if (facts.discover.empty()) {
        return out +
               "  from_sync: true # it cannot discover: streams are known from what a sync sends\n";
    }
    if (facts.settings_from != SettingsFrom::tap) {
        out += "  discover: " + yaml::list(facts.discover) + '\n';
    }
    return out;
}

} // namespace

std::string adapter_text(const Facts& facts)
{
    std::string out = "# How Tapbridge makes " + short_line(facts.tap) +
                      " an Airbyte source. What is not said here it finds out by itself.\n"
                      "# Every key: docs/adapters.md of Tapbridge.\n"
                      "version: 1\n"
                      "name: " +
                      yaml::scalar(facts.name) + '\n';
    if (!facts.documentation_url.empty()) {
        out += "documentation_url: " + yaml::scalar(facts.documentation_url) + '\n';
    }
    return out + tap_part(facts) + '\n' + spec_part(facts) + config_part(facts) + streams_part();
}

} // namespace tapbridge::connector
