#include "cli/prepare.h"

#include "adapter/config_mapping.h"

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

} // namespace

Prepared::Prepared(Session& session)
    : user_config(read_user_config(session)), facts(ask(session, user_config)),
      config(session, user_config, facts.spec_or_null())
{}

} // namespace tapbridge::cli
