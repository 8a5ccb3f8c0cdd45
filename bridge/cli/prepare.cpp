#include "cli/prepare.h"

#include "adapter/config_mapping.h"
#include "cli/tap_failure.h"
#include "translate/config_check.h"
#include "util/text.h"

namespace tapbridge::cli {

namespace {

json::Value read_user_config(Session& session)
{
    const std::string& path = session.options().config;
    json::Value config = adapter::read_config(read_input_file(path, "Config"), path);
    adapter::collect_secrets(config, nullptr, session.redactor());
    return config;
}

TapFacts ask(Session& session, const json::Value& user_config)
{
    TapFacts facts = ask_tap(session);
    adapter::collect_secrets(user_config, facts.spec_or_null(), session.redactor());
    return facts;
}

// A mistake in the settings is the user's to mend: a check answers FAILED.
[[noreturn]] void throw_wrong_settings(airbyte::Error error)
{
    throw TapFailureException(understood_failure(std::move(error)));
}

std::vector<std::vector<std::string>> json_paths(const translate::Spec& spec)
{
    std::vector<std::vector<std::string>> paths;
    for (const translate::JsonSetting& setting : spec.json_settings) {
        paths.push_back(setting.path);
    }
    return paths;
}

void hold_against_spec(const Session& session, const json::Value& user_config,
                       const translate::Spec* spec)
{
    const json::Value* const wanted =
        spec != nullptr ? spec->specification.find("connectionSpecification") : nullptr;
    if (wanted == nullptr) {
        return;
    }
    const std::vector<std::string> problems =
        translate::problems_of_config(user_config, *wanted, json_paths(*spec));
    if (problems.empty()) {
        return;
    }
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.message = "Config file " + session.options().config + ": " + text::join(problems, " ");
    throw_wrong_settings(std::move(error));
}

ConfigFile write_for_tap(Session& session, const json::Value& user_config, const TapFacts& facts)
{
    hold_against_spec(session, user_config, facts.spec_or_null());
    try {
        return ConfigFile(session, user_config, facts.spec_or_null());
    } catch (const airbyte::ErrorException& exception) {
        if (exception.error().failure_type != airbyte::FailureType::config_error) {
            throw;
        }
        throw_wrong_settings(exception.error());
    }
}

} // namespace

Prepared::Prepared(Session& session)
    : user_config(read_user_config(session)), facts(ask(session, user_config)),
      config(write_for_tap(session, user_config, facts))
{}

} // namespace tapbridge::cli
