#include "airbyte/message.h"
#include "cli/commands.h"
#include "cli/discovery.h"
#include "cli/line_handler.h"
#include "cli/prepare.h"
#include "cli/run.h"
#include "cli/tap_failure.h"
#include "singer/message.h"
#include "translate/failure.h"
#include "translate/selection.h"
#include "translate/state.h"
#include "util/json/value.h"
#include "util/time.h"

#include <chrono>
#include <utility>

namespace tapbridge::cli {

namespace {

using process::StopReason;

constexpr std::size_t k_most_tries = 3;

// What a check has left of its time.
class Budget {
public:
    explicit Budget(std::chrono::milliseconds total) : m_end(Clock::now() + total) {}

    std::chrono::milliseconds left() const
    {
        return std::max(std::chrono::milliseconds(1),
                        std::chrono::ceil<std::chrono::milliseconds>(m_end - Clock::now()));
    }

private:
    Clock::time_point m_end;
};

// A resume hint such as currently_syncing proves nothing: taps write it before they have asked for
// anything.
bool proves_access(std::string_view state)
{
    const std::optional<json::Value> blob = json::parse(state);
    if (!blob) {
        return false;
    }
    for (const json::Member& member : blob->members()) {
        if (translate::is_resume_hint(member.name) || member.value.is_null()) {
            continue;
        }
        if (member.name != "bookmarks") {
            return true;
        }
        for (const json::Member& bookmark : member.value.members()) {
            if (!bookmark.value.members().empty()) {
                return true;
            }
        }
    }
    return false;
}

// Reads until the tap has shown that it can.
class Trial : public LineHandler {
public:
    using LineHandler::LineHandler;

    bool wants_stop() const override { return m_proved; }
    bool proved() const { return m_proved; }
    bool said_something() const { return m_messages > 0; }

protected:
    void on_line(std::string_view line) override
    {
        if (m_proved || m_reader.read(line) != singer::LineKind::message) {
            return;
        }
        ++m_messages;
        const singer::Message& message = m_reader.message();
        m_proved = message.type == singer::MessageType::record ||
                   (message.type == singer::MessageType::state && proves_access(message.payload));
    }
    void on_long_line(std::size_t) override { m_proved = true; } // a line so long is data

private:
    singer::MessageReader m_reader;
    std::size_t m_messages = 0;
    bool m_proved = false;
};

// Runs the tap with these arguments until it has proved itself; why not where it did not.
std::optional<TapFailure> attempt(Session& session, ConfigFile& config,
                                  const std::vector<std::string>& arguments, const Budget& budget)
{
    const process::TapCommand command = session.tap(arguments);
    Trial trial(session, &config);
    const process::TapOutcome outcome = session.run(command, trial, budget.left());
    config.look();
    if (trial.proved()) {
        return std::nullopt;
    }
    if (outcome.stopped_by == StopReason::timeout) {
        TapFailure failure;
        failure.timed_out = true;
        return failure;
    }
    if (!outcome.exit.success() || outcome.stopped_by != StopReason::none) {
        return tap_failure(session, command, outcome, trial);
    }
    return trial.said_something()
               ? std::nullopt
               : std::optional(TapFailure{.error = translate::silent_tap_error()});
}

// Streams that do not hang on another one, in the order of the catalog.
std::vector<translate::Selection> candidates(const singer::Catalog& catalog)
{
    std::vector<translate::Selection> selections;
    for (std::size_t entry = 0; entry < catalog.entries.size(); ++entry) {
        if (catalog.entries[entry].parent_tap_stream_id.empty() &&
            selections.size() < k_most_tries) {
            translate::Selection selection;
            selection.entry = entry;
            selection.primary_key = catalog.entries[entry].key_properties;
            selections.push_back(std::move(selection));
        }
    }
    return selections;
}

std::optional<TapFailure> try_streams(Session& session, Prepared& prepared,
                                      const singer::Catalog& catalog, const Budget& budget)
{
    if (catalog.entries.empty()) {
        TapFailure failure;
        failure.understood = true;
        failure.error = translate::no_stream_error();
        return failure;
    }
    std::optional<TapFailure> first;
    for (const translate::Selection& selection : candidates(catalog)) {
        std::vector<std::string> arguments = prepared.facts.config_arguments(prepared.config);
        const std::string path = session.folder().write(
            "catalog.json", translate::mark_catalog(catalog, {selection}).catalog.text(true));
        for (std::string& argument : prepared.facts.catalog_arguments(path)) {
            arguments.push_back(std::move(argument));
        }
        std::optional<TapFailure> failure = attempt(session, prepared.config, arguments, budget);
        if (!failure || failure->timed_out) {
            return failure;
        }
        session.log().info("The tap could not read stream \"" +
                           catalog.entries[selection.entry].stream +
                           "\": " + failure->error.message);
        if (!first) {
            first = std::move(failure);
        }
    }
    return first;
}

std::optional<TapFailure> check(Session& session)
{
    const Budget budget(session.adapter().check.timeout);
    try {
        Prepared prepared(session);
        const std::optional<singer::Catalog> catalog =
            discover_catalog(session, prepared.facts, prepared.config, budget.left());
        if (!catalog) {
            return attempt(session, prepared.config,
                           prepared.facts.config_arguments(prepared.config), budget);
        }
        return try_streams(session, prepared, *catalog, budget);
    } catch (const TapFailureException& exception) {
        return exception.failure();
    }
}

} // namespace

int run_check(Session& session)
{
    std::optional<TapFailure> failure = check(session);
    if (!failure) {
        airbyte::append_connection_status(session.out(), true, {});
        return k_success;
    }
    if (failure->timed_out) {
        failure->understood = true;
        failure->error.message = "The tap did not answer within " +
                                 duration_text(session.adapter().check.timeout) +
                                 ". If it is only slow, raise check.timeout.";
    }
    if (!failure->not_started) {
        airbyte::append_connection_status(session.out(), false,
                                          session.redactor().redact(failure->error.message));
    }
    if (failure->understood) {
        return k_success;
    }
    session.send(failure->error);
    return k_failure;
}

} // namespace tapbridge::cli
