#include "translate/spec.h"

#include "airbyte/message.h"
#include "cli/commands.h"
#include "cli/run.h"
#include "cli/tap_facts.h"

namespace tapbridge::cli {

namespace {

// "/usr/bin/tap-x" is tap-x to its users.
std::string base_name(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

translate::Spec make_spec(Session& session)
{
    if (std::optional<translate::Spec> spec = spec_of_adapter(session.adapter())) {
        return std::move(*spec);
    }
    const TapFacts facts = ask_tap(session);
    return facts.spec ? *facts.spec
                      : translate::spec_from_missing_keys(base_name(session.tap_name()),
                                                          ask_missing_keys(session, facts));
}

} // namespace

int run_spec(Session& session)
{
    const translate::Spec spec = make_spec(session);
    for (const std::string& note : spec.notes) {
        session.log().info(note);
    }
    airbyte::append_spec(session.out(), spec.specification);
    return k_success;
}

} // namespace tapbridge::cli
