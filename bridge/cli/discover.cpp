#include "airbyte/message.h"
#include "cli/commands.h"
#include "cli/discovery.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "translate/discovery.h"
#include "translate/failure.h"

namespace tapbridge::cli {

int run_discover(Session& session)
{
    Prepared prepared(session);
    std::optional<singer::Catalog> catalog =
        discover_catalog(session, prepared.facts, prepared.config, std::nullopt);
    if (!catalog) {
        catalog = discover_by_sync(session, prepared.facts, prepared.config);
    }
    const translate::Discovered discovered =
        translate::discover(*catalog, session.adapter().streams);
    for (const std::string& warning : discovered.warnings) {
        session.log().warn(warning);
    }
    if (discovered.streams.empty()) {
        throw airbyte::ErrorException(translate::no_stream_error());
    }
    airbyte::append_catalog(session.out(), translate::to_airbyte(discovered.streams));
    return k_success;
}

} // namespace tapbridge::cli
