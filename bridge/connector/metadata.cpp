#include "connector/parts.h"
#include "translate/spec_scalar.h"
#include "util/yaml_text.h"

#include <algorithm>
#include <set>

namespace tapbridge::connector {

namespace {

constexpr std::size_t k_most_suggested = 10;

// Airbyte sorts connectors by it; by what the tap asks for.
std::string subtype(const json::Value& form)
{
    const json::Value* const properties = form.find("properties");
    const auto has = [&](std::string_view key) {
        return properties != nullptr && properties->find(key) != nullptr;
    };
    if (has("sqlalchemy_url") || (has("host") && (has("dbname") || has("database")))) {
        return "database";
    }
    const bool is_file = has("path") || has("paths") || has("files") || has("folder") ||
                         has("folders") || has("file_path") || has("bucket");
    return is_file ? "file" : "api";
}

std::string title(const Facts& facts)
{
    return translate::title_of(facts.name.substr(facts.name.find('-') + 1));
}

std::vector<std::string> suggested(const Facts& facts)
{
    std::vector<std::string> names;
    for (const translate::Stream& stream : facts.streams) {
        if (names.size() < k_most_suggested) {
            names.push_back(stream.descriptor.name);
        }
    }
    return names;
}

} // namespace

std::string metadata(const Facts& facts)
{
    std::string out =
        "# What Airbyte's tools know of the connector.\n"
        "metadataSpecVersion: \"1.0\"\n"
        "data:\n"
        "  name: " +
        yaml::scalar(title(facts)) +
        "\n  connectorType: source\n  connectorSubtype: " + subtype(facts.form) +
        " # api, database, file, ...\n  definitionId: " + yaml::scalar(facts.definition_id) +
        "\n  # The image's name and tag: the same as in the Dockerfile's LABEL.\n"
        "  dockerRepository: " +
        yaml::scalar(facts.name) + "\n  dockerImageTag: \"" + k_version + "\"\n";
    out += "  githubIssueLabel: " + yaml::scalar(facts.name) + '\n';
    if (!facts.documentation_url.empty()) {
        out += "  documentationUrl: " + yaml::scalar(facts.documentation_url) + '\n';
    }
    if (!facts.package.license.empty()) {
        out += "  license: " + yaml::scalar(facts.package.license) + " # of the tap\n";
    }
    out += "  supportLevel: community\n"
           "  releaseStage: alpha\n"
           "  # Airbyte's tools know no native programs. Of the languages they know, this one has "
           "tests that only run the image.\n"
           "  tags: [\"language:java\"]\n";
    if (!facts.streams.empty()) {
        out += "  suggestedStreams:\n    streams: " + yaml::list(suggested(facts)) + '\n';
    }
    return out;
}

std::string acceptance_tests(const Facts& facts)
{
    std::string out =
        "# What Airbyte's standard tests try. A check that has to fail: an entry with a "
        "config_path of its own and status: failed.\n"
        "connector_image: " +
        yaml::scalar(facts.name) + ":" + k_version + "\nacceptance_tests:\n";
    for (const char* const section :
         {"spec", "connection", "discovery", "basic_read", "full_refresh"}) {
        out += std::string("  ") + section + ":\n    tests:\n" +
               "      - config_path: secrets/config.json\n";
        if (std::string_view(section) == "connection") {
            out += "        status: succeed\n";
        }
    }
    return out;
}

} // namespace tapbridge::connector
