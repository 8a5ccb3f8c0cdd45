#include "translate/read.h"

#include "airbyte/configured_catalog.h"
#include "airbyte/state_input.h"
#include "cli/commands.h"
#include "cli/discovery.h"
#include "cli/line_handler.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "cli/tap_failure.h"
#include "translate/discovery.h"
#include "translate/plan.h"
#include "translate/run.h"
#include "translate/selection.h"

#include <utility>

namespace tapbridge::cli {

namespace {

using process::StopReason;

// Feeds one run of the tap to the translation.
class RunHandler : public LineHandler {
public:
    RunHandler(Session& session, ConfigFile& config, translate::Run& run)
        : LineHandler(session, &config), m_run(run)
    {}

    bool wants_stop() const override { return m_run.wants_stop(); }

    std::optional<Clock::time_point> deadline() const override
    {
        return earlier(LineHandler::deadline(), m_run.deadline());
    }
    void on_deadline() override
    {
        LineHandler::on_deadline();
        m_run.on_deadline(Clock::now());
    }

protected:
    void on_chunk() override { m_run.set_time(now_ms(), Clock::now()); }
    void on_line(std::string_view line) override { m_run.line(line); }
    void on_long_line(std::size_t limit) override { m_run.line_too_long(limit); }
    std::string last_message() const override { return m_run.last_message(); }

private:
    translate::Run& m_run;
};

// The streams that the tap has, and what is to be read of them.
struct Inventory {
    singer::Catalog catalog;
    translate::ReadPlan plan;
    bool discovered = false;
};

Inventory take_inventory(Session& session, Prepared& prepared,
                         const airbyte::ConfiguredCatalog& configured)
{
    Inventory inventory;
    std::optional<singer::Catalog> catalog =
        discover_catalog(session, prepared.facts, prepared.config, std::nullopt);
    if (catalog) {
        inventory.discovered = true;
        inventory.catalog = std::move(*catalog);
        inventory.plan =
            translate::plan_read(configured, inventory.catalog,
                                 translate::discover(inventory.catalog, session.adapter().streams));
    } else {
        inventory.plan = translate::plan_read_without_discovery(configured, inventory.catalog,
                                                                session.adapter().streams);
    }
    for (const std::string& warning : inventory.plan.warnings) {
        session.log().warn(warning);
    }
    return inventory;
}

std::vector<std::string> arguments_for(Session& session, const Prepared& prepared,
                                       const Inventory& inventory, const translate::Run& run)
{
    std::vector<std::string> arguments = prepared.facts.config_arguments(prepared.config);
    if (inventory.discovered) {
        const translate::MarkedCatalog marked =
            translate::mark_catalog(inventory.catalog, run.selections());
        for (const std::string& warning : marked.warnings) {
            session.log().warn(warning);
        }
        const std::string path = session.folder().write("catalog.json", marked.catalog.text(true));
        for (std::string& argument : prepared.facts.catalog_arguments(path)) {
            arguments.push_back(std::move(argument));
        }
    }
    if (run.state() && !prepared.facts.state_flag.empty()) {
        arguments.push_back(prepared.facts.state_flag);
        arguments.push_back(session.folder().write("state.json", run.state()->text(true)));
    }
    return arguments;
}

translate::RunVerdict judge(const Session& session, const process::TapCommand& command,
                            const process::TapOutcome& outcome, const LineHandler& said)
{
    translate::RunVerdict verdict;
    switch (outcome.stopped_by) {
    case StopReason::handler: // the run knows why
    case StopReason::fatal_signal:
    case StopReason::reader_gone:
    case StopReason::output_failed:
        return verdict;
    case StopReason::none:
        verdict.clean = outcome.exit.success() && outcome.drained;
        break;
    case StopReason::timeout:
    case StopReason::hung:
    case StopReason::idle:
    case StopReason::orphaned:
        break;
    }
    if (!verdict.clean) {
        verdict.failure = tap_failure(session, command, outcome, said).error;
    }
    return verdict;
}

bool is_over(Session& session, StopReason reason)
{
    return reason == StopReason::fatal_signal || reason == StopReason::reader_gone ||
           reason == StopReason::output_failed || session.supervisor().fatal_signal() != 0;
}

// Whether there may be a next run.
bool run_once(Session& session, Prepared& prepared, const Inventory& inventory,
              translate::Read& read, const std::vector<std::size_t>& streams)
{
    translate::Run run(read, streams);
    const process::TapCommand command =
        session.tap(arguments_for(session, prepared, inventory, run));
    RunHandler handler(session, prepared.config, run);
    const process::TapOutcome outcome = session.run(command, handler, std::nullopt, true);
    prepared.config.look();
    run.finish(judge(session, command, outcome, handler));
    return !is_over(session, outcome.stopped_by);
}

airbyte::StateInput read_state_file(const Session& session)
{
    const std::string& path = session.options().state;
    return path.empty() ? airbyte::StateInput{}
                        : airbyte::read_state(read_input_file(path, "State"), path);
}

} // namespace

int run_read(Session& session)
{
    const std::string& path = session.options().catalog;
    const airbyte::ConfiguredCatalog configured =
        airbyte::read_configured_catalog(read_input_file(path, "Catalog"), path);
    const airbyte::StateInput state = read_state_file(session);
    Prepared prepared(session);
    const Inventory inventory = take_inventory(session, prepared, configured);

    translate::ReadOptions options;
    options.state_interval = session.adapter().state_interval;
    options.catalog_is_complete = inventory.discovered;
    options.global_state = session.adapter().global_state;
    options.least_sequence = static_cast<std::uint64_t>(now_ms());
    translate::Read read(inventory.plan, inventory.catalog, state,
                         {session.out(), session.log(), session.redactor()}, options);
    bool go_on = true;
    for (std::vector<std::size_t> streams = read.take_next_run(); go_on && !streams.empty();
         streams = read.take_next_run()) {
        go_on = run_once(session, prepared, inventory, read, streams);
    }
    read.finish();
    if (!go_on) {
        throw Interrupted{};
    }
    return read.failed() ? k_failure : k_success;
}

} // namespace tapbridge::cli
