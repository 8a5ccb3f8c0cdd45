// The names on the wire of a run, and what happens where two streams share one.
#include "translate/run.h"
#include "util/text.h"

#include <algorithm>
#include <utility>

namespace tapbridge::translate {

namespace {

// Names of streams that are not read and are told apart; memory is bounded.
constexpr std::size_t k_most_strangers = 1000;
constexpr std::size_t k_longest_name = 1000;

} // namespace

Run::Wire& Run::wire(std::string_view name)
{
    if (m_last_wire != nullptr && name == m_last_name) {
        return *m_last_wire;
    }
    auto found = m_wires.find(name);
    if (found == m_wires.end()) {
        const WireNames::Match match = m_names.match(name);
        const bool stranger = match.streams.empty();
        if (stranger && (m_strangers == k_most_strangers || name.size() > k_longest_name)) {
            m_further_strangers.kind = match.kind;
            m_last_name = {};
            m_last_wire = nullptr;
            return m_further_strangers;
        }
        m_strangers += stranger ? 1 : 0;
        found = m_wires.emplace(name, Wire{}).first;
        settle(found->second, name, match);
    }
    m_last_name = found->first;
    m_last_wire = &found->second;
    return found->second;
}

void Run::settle(Wire& wire, std::string_view name, const WireNames::Match& match)
{
    wire.kind = match.kind;
    if (match.kind == WireNames::Kind::selected) {
        wire.stream = &m_streams[match.streams.front()];
    } else if (match.kind == WireNames::Kind::ambiguous) {
        settle_collision(name, match.streams);
    }
}

// Database taps send equal tables of two schemas under one name.
void Run::settle_collision(std::string_view name, const std::vector<std::size_t>& streams)
{
    std::vector<std::string> names;
    bool log_based = false;
    for (const std::size_t i : streams) {
        names.push_back(name_of(m_streams[i]));
        log_based |= m_read.plan().streams[m_streams[i].index].selection.replication ==
                     Replication::log_based;
    }
    const std::string list = text::join(names, " and ");
    if (log_based) {
        airbyte::Error error;
        error.failure_type = airbyte::FailureType::config_error;
        error.message = "The tap sends " + list + " under one name, " + text::quoted(name) +
                        ", and reads them from a log, so that they cannot be told apart. Select "
                        "only one of them.";
        m_fatal = std::move(error);
        return;
    }
    m_read.log().info("The tap sends " + list + " under one name, " + text::quoted(name) +
                      ": they are read one after another, in runs of their own.");
    if (m_forwarded == 0) {
        separate(streams);
    } else {
        put_off(streams);
    }
}

// Nothing has come out yet: start again with only the first of them.
void Run::separate(const std::vector<std::size_t>& streams)
{
    std::vector<std::size_t> first_run;
    std::vector<std::size_t> alone;
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const bool collides = std::find(streams.begin() + 1, streams.end(), i) != streams.end();
        (collides ? alone : first_run).push_back(m_streams[i].index);
    }
    m_read.queue_run(std::move(first_run));
    for (const std::size_t stream : alone) {
        m_read.queue_run({stream});
    }
    m_replanned = true;
}

// Records of other streams are out already and must not come twice: go on without the colliding
// ones.
void Run::put_off(const std::vector<std::size_t>& streams)
{
    emit_pending();
    for (const std::size_t i : streams) {
        m_streams[i].put_off = true;
        m_read.queue_run({m_streams[i].index});
    }
}

} // namespace tapbridge::translate
