// The states of a run, and how it ends.
#include "airbyte/message.h"
#include "translate/failure.h"
#include "translate/run.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace tapbridge::translate {

namespace {

airbyte::Error absent_error(const airbyte::StreamDescriptor& stream)
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.stream = stream;
    error.message = "The tap sent nothing of stream \"" + airbyte::display_name(stream) +
                    "\", not even its schema, so it cannot be told from one that failed. It may "
                    "depend on another stream that is not selected, or the tap may not take the "
                    "catalog option it was given.";
    return error;
}

} // namespace

// First those that get states, in their order; then those that others hang on.
std::vector<StateStream> Run::state_streams() const
{
    std::vector<StateStream> streams;
    std::vector<const std::vector<std::size_t>*> ancestors; // of each, as entries
    std::unordered_map<std::size_t, std::size_t> positions; // by entry
    const auto add = [&](const airbyte::StreamDescriptor& named, std::size_t entry,
                         bool incremental, const std::vector<std::size_t>& above) {
        positions.emplace(entry, streams.size());
        streams.push_back({named, m_read.catalog().entries[entry].tap_stream_id, incremental});
        ancestors.push_back(&above);
    };
    const ReadPlan& plan = m_read.plan();
    for (const RunStream& stream : m_streams) {
        if (!stream.put_off) {
            const ReadStream& planned = plan.streams[stream.index];
            add(planned.descriptor, planned.selection.entry, planned.incremental(),
                planned.ancestors);
        }
    }
    const std::size_t with_state = streams.size();
    for (const std::size_t entry : m_parents) {
        const ParentStream& parent = plan.parents.at(entry);
        add({parent.name, std::nullopt}, entry, false, parent.ancestors);
    }
    for (const RunStream& stream : m_streams) { // its state comes from a run of its own
        const std::size_t entry = plan.streams[stream.index].selection.entry;
        if (const auto parent = plan.parents.find(entry);
            stream.put_off && parent != plan.parents.end()) {
            add({parent->second.name, std::nullopt}, entry, false, parent->second.ancestors);
        }
    }
    for (std::size_t i = 0; i < streams.size(); ++i) {
        streams[i].hidden = i >= with_state;
        for (const std::size_t entry : *ancestors[i]) {
            if (const auto found = positions.find(entry); found != positions.end()) {
                streams[i].ancestors.push_back(found->second);
            }
        }
    }
    return streams;
}

// The configured streams that other runs read.
std::vector<airbyte::StreamDescriptor> Run::other_streams() const
{
    std::vector<airbyte::StreamDescriptor> others = m_read.plan().unknown;
    for (std::size_t index = 0; index < m_read.plan().streams.size(); ++index) {
        if (std::none_of(m_streams.begin(), m_streams.end(),
                         [&](const RunStream& stream) { return stream.index == index; })) {
            others.push_back(m_read.plan().streams[index].descriptor);
        }
    }
    return others;
}

std::optional<Clock::time_point> Run::deadline() const
{
    if (!m_state_pending || !m_state_sent) {
        return std::nullopt;
    }
    return *m_state_sent + m_read.options().state_interval;
}

void Run::on_deadline(Clock::time_point now)
{
    if (const auto due = deadline(); due && now >= *due) {
        m_now = now;
        emit_pending();
    }
}

void Run::emit_pending()
{
    if (!std::exchange(m_state_pending, false)) {
        return;
    }
    m_state_sent = m_now;
    if (const std::optional<json::Value> blob = json::parse(m_state)) {
        emit_states(*blob, false);
    }
}

void Run::emit_states(const json::Value& blob, bool final)
{
    if (m_read.options().global_state) {
        emit_global_state(blob, final);
        return;
    }
    const std::vector<StateStream> streams = state_streams();
    SplitState split = split_state(blob, streams);
    const std::vector<std::string> family = family_of(streams, split.shared, m_joined.left_out);
    std::optional<std::uint64_t> sequence;
    std::size_t i = 0;
    for (RunStream& stream : m_streams) {
        if (stream.put_off) {
            continue;
        }
        std::optional<json::Value>& bookmark = split.bookmarks[i++];
        if (!final && stream.records_since_state == 0 && bookmark == stream.bookmark) {
            continue;
        }
        if (!sequence) {
            sequence = m_read.next_sequence();
        }
        m_read.start(stream.index);
        airbyte::append_stream_state(
            m_read.out(), descriptor(stream),
            stream_state(bookmark, split.shared, *sequence, m_joined.base, family, m_since),
            std::exchange(stream.records_since_state, 0));
        stream.bookmark = std::move(bookmark);
    }
}

// Covers every record so far. There is one run only: see settle_collision().
void Run::emit_global_state(const json::Value& blob, bool final)
{
    std::uint64_t records = 0;
    for (const RunStream& stream : m_streams) {
        records += stream.records_since_state;
    }
    if (!final && records == 0 && blob == (m_sent_blob ? m_sent_blob : m_joined.blob)) {
        return;
    }
    const std::uint64_t sequence = m_read.next_sequence();
    const std::string goes_on = global_stream_state(true, sequence);
    const std::string starts_afresh = global_stream_state(false, sequence);
    std::vector<airbyte::NamedStreamState> states;
    for (RunStream& stream : m_streams) {
        stream.records_since_state = 0;
        if (final) {
            m_read.start(stream.index);
        }
        const bool incremental = m_read.plan().streams[stream.index].incremental();
        states.push_back({descriptor(stream), incremental ? goes_on : starts_afresh});
    }
    for (const airbyte::StreamDescriptor& stream : m_read.plan().unknown) {
        states.push_back({stream, starts_afresh});
    }
    airbyte::append_global_state(m_read.out(), global_shared_state(blob, sequence), states,
                                 records);
    m_sent_blob = blob;
}

void Run::finish(const RunVerdict& verdict)
{
    count_dropped();
    if (m_replanned) {
        return;
    }
    const std::optional<airbyte::Error> cause = root_cause(verdict);
    if (verdict.clean && !cause) {
        finish_clean();
        return;
    }
    emit_pending();
    for (const RunStream& stream : m_streams) {
        if (!stream.put_off) {
            m_read.incomplete(stream.index);
        }
    }
    if (cause) {
        m_read.fail(*cause);
    }
}

std::optional<airbyte::Error> Run::root_cause(const RunVerdict& verdict) const
{
    if (m_fatal) {
        return m_fatal;
    }
    if (verdict.failure) {
        airbyte::Error error = *verdict.failure;
        if (m_damage) {
            error.internal_message += "\n" + m_damage->message;
        }
        return error;
    }
    if (m_damage && verdict.clean) { // else half a line may be our own doing: we have killed it
        return m_damage;
    }
    if (verdict.clean && m_messages == 0 && !may_be_silent()) {
        return silent_tap_error();
    }
    return std::nullopt;
}

// A tap with nothing new to tell may say nothing.
bool Run::may_be_silent() const
{
    for (std::size_t i = 0; i < m_streams.size(); ++i) {
        const ReadStream& stream = m_read.plan().streams[m_streams[i].index];
        if (!stream.may_be_absent && (!stream.incremental() || !m_joined.has_entry[i])) {
            return false;
        }
    }
    return true;
}

void Run::finish_clean()
{
    std::optional<json::Value> blob = m_has_state ? json::parse(m_state) : m_joined.blob;
    if (m_has_state && blob) {
        const std::vector<std::optional<json::Value>> bookmarks =
            split_state(*blob, state_streams()).bookmarks;
        std::size_t i = 0;
        for (RunStream& stream : m_streams) {
            if (!stream.put_off) {
                stream.appeared |= bookmarks[i++].has_value();
            }
        }
    }
    m_state_pending = false;
    for (RunStream& stream : m_streams) {
        if (!stream.put_off && !stream.appeared) {
            judge_absent(stream);
        }
    }
    emit_states(blob ? *blob : json::Value::object(), true);
    for (const RunStream& stream : m_streams) {
        if (!stream.put_off) {
            m_read.complete(stream.index); // no effect on those that judge_absent() has ended
        }
    }
}

// The platform would empty the table of a full refresh that sent nothing; an incremental stream
// keeps its rows.
void Run::judge_absent(RunStream& stream)
{
    const ReadStream& planned = m_read.plan().streams[stream.index];
    if (planned.may_be_absent) {
        m_read.log().info("The tap sent nothing of stream \"" +
                          airbyte::display_name(planned.descriptor) +
                          "\": taken for one that is empty, as the adapter says.");
        return;
    }
    if (planned.incremental()) {
        m_read.log().warn("The tap sent nothing of stream \"" +
                          airbyte::display_name(descriptor(stream)) +
                          "\": taken for one without news.");
        return;
    }
    m_read.incomplete(stream.index);
    m_read.fail(absent_error(descriptor(stream)));
    stream.put_off = true; // no state, no COMPLETE
}

void Run::count_dropped()
{
    for (const auto& [name, wire] : m_wires) {
        if (wire.dropped > 0 && wire.kind != WireNames::Kind::excluded) {
            const std::string text = std::to_string(wire.dropped) + " records of stream \"" + name +
                                     "\" were dropped: it is not selected.";
            if (wire.kind == WireNames::Kind::selected) { // a parent
                m_read.log().debug(text);
            } else {
                m_read.log().info(text);
            }
        }
    }
    if (m_further_strangers.dropped > 0) {
        m_read.log().info(std::to_string(m_further_strangers.dropped) +
                          " records under further names were dropped: no such stream is selected.");
    }
    if (m_noise > 0) {
        m_read.log().warn(std::to_string(m_noise) +
                          " lines of the tap's output were no Singer messages.");
    }
}

} // namespace tapbridge::translate
