// The names on the wire of a run: what happens where two streams share one, and to records of none.
#include "translate/run.h"
#include "util/text.h"

#include <algorithm>
#include <utility>

namespace tapbridge::translate {

namespace {

// Names of streams that are not read and are told apart; memory is bounded.
constexpr std::size_t k_most_strangers = 1000;
constexpr std::size_t k_longest_name = 1000;
constexpr std::size_t k_longest_name_told = 300;

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
    const auto is_stream = [this](std::size_t i) { return i < m_streams.size(); };
    if (match.kind == WireNames::Kind::selected) {
        const std::size_t i = match.streams.front();
        wire.stream = is_stream(i) ? &m_streams[i] : nullptr;
    } else if (match.kind == WireNames::Kind::ambiguous) {
        if (std::any_of(match.streams.begin(), match.streams.end(), is_stream)) {
            settle_collision(name, match.streams);
        } else {
            wire.kind = WireNames::Kind::selected; // all of them parents, to be dropped
        }
    }
}

// Whether one of them is a stream of this run, and another one is read only because it hangs on it.
bool Run::hangs_on_itself(const std::vector<std::size_t>& streams) const
{
    for (const std::size_t i : streams) {
        if (i >= m_streams.size()) {
            continue;
        }
        const std::vector<std::size_t>& ancestors =
            m_read.plan().streams[m_streams[i].index].ancestors;
        for (const std::size_t parent : streams) {
            if (parent >= m_streams.size() &&
                std::find(ancestors.begin(), ancestors.end(),
                          m_parents[parent - m_streams.size()]) != ancestors.end()) {
                return true;
            }
        }
    }
    return false;
}

// Database taps send equal tables of two schemas under one name.
void Run::settle_collision(std::string_view name, const std::vector<std::size_t>& streams)
{
    std::vector<std::string> names;
    bool log_based = false;
    for (const std::size_t i : streams) {
        if (i >= m_streams.size()) {
            const std::size_t entry = m_parents[i - m_streams.size()];
            names.push_back(text::quoted(m_read.plan().parents.at(entry).name));
            continue;
        }
        names.push_back(name_of(m_streams[i]));
        log_based |= m_read.plan().streams[m_streams[i].index].selection.replication ==
                     Replication::log_based;
    }
    const std::string list = text::join(names, " and ");
    const auto refuse = [&](const std::string& reason) {
        airbyte::Error error;
        error.failure_type = airbyte::FailureType::config_error;
        error.message = "The tap sends " + list + " under one name, " + text::quoted(name) + reason;
        m_fatal = std::move(error);
    };
    if (log_based) {
        refuse(", and reads them from a log, so that they cannot be told apart. Select only one of "
               "them.");
        return;
    }
    if (hangs_on_itself(streams)) {
        refuse(", and one hangs on the other, so that they cannot be told apart. Deselect the one "
               "that hangs on the other.");
        return;
    }
    if (m_read.options().global_state) {
        refuse(", so that each must be read by itself, and one state for all streams (state.type: "
               "global in the adapter) cannot cover that. Select only one of them, or leave "
               "state.type out of the adapter.");
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

// Nothing has come out yet: start again with only the first of them; with none where a parent is
// among them, which stays for others.
void Run::separate(const std::vector<std::size_t>& streams)
{
    const bool with_parent = streams.back() >= m_streams.size(); // they are in order
    const auto others = with_parent ? streams.begin() : streams.begin() + 1;
    std::vector<std::size_t> first_run;
    std::vector<std::size_t> alone;
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const bool collides = std::find(others, streams.end(), i) != streams.end();
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
        if (i < m_streams.size()) {
            m_streams[i].put_off = true;
            m_read.queue_run({m_streams[i].index});
        }
    }
}

void Run::drop_record(std::string_view name, Wire& from)
{
    if (from.kind == WireNames::Kind::ambiguous) {
        return; // its streams are read in runs of their own
    }
    const bool unexplained =
        from.kind == WireNames::Kind::unknown && m_read.options().catalog_is_complete;
    m_all_have_records = m_all_have_records || (unexplained && !any_without_records());
    if (unexplained && !m_all_have_records) {
        m_fatal = unexplained_name_error(name);
        return;
    }
    if (from.dropped++ == 0) {
        tell_dropped(name, from);
    }
}

airbyte::Error Run::unexplained_name_error(std::string_view name) const
{
    std::vector<std::string> silent;
    std::string first;
    for (const RunStream& stream : m_streams) {
        if (stream.records == 0) {
            first = silent.empty() ? descriptor(stream).name : first;
            silent.push_back(name_of(stream));
        }
    }
    const std::string shown = text::shorten(name, k_longest_name_told);
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.message =
        "The tap sends records under the name " + text::quoted(shown) +
        ", which its catalog does not explain, while no record of " +
        text::shorten(text::join(silent, ", "), 500) +
        " has come. If the tap's settings rename streams (stream_maps), remove that setting. Else "
        "write into the adapter, under streams, which stream it is, as in " +
        text::quoted(first + ": {alias: " + shown + "}") +
        ", or that nobody wants it: " + text::quoted(shown + ": {exclude: true}") + ".";
    return error;
}

void Run::tell_dropped(std::string_view name, const Wire& from)
{
    const std::string shown = text::quoted(text::shorten(name, k_longest_name_told));
    switch (from.kind) {
    case WireNames::Kind::excluded:
        break;
    case WireNames::Kind::selected: // of one that the tap reads for others only
        m_read.log().debug("Records of stream " + shown +
                           " are dropped: it is read only for the streams that hang on it.");
        break;
    default:
        m_read.log().warn("The tap sends records of stream " + shown +
                          ", which is not selected; they are dropped.");
    }
}

} // namespace tapbridge::translate
