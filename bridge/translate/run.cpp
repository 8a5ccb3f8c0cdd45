#include "translate/run.h"

#include "translate/schema_change.h"
#include "util/text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace tapbridge::translate {

using singer::LineKind;
using singer::MessageType;

namespace {

constexpr std::uint64_t k_lines_told = 10; // bad lines that are shown; the rest is counted
constexpr std::size_t k_longest_name_told = 300;
constexpr std::size_t k_giant_state = std::size_t{8} << 20; // its room is given back

std::vector<std::size_t> entries_of(const Read& read, const std::vector<std::size_t>& streams)
{
    std::vector<std::size_t> entries;
    entries.reserve(streams.size());
    for (const std::size_t stream : streams) {
        entries.push_back(read.plan().streams[stream].selection.entry);
    }
    return entries;
}

// What those streams hang on and is not among them, as entries.
std::vector<std::size_t> parents_of(const Read& read, const std::vector<std::size_t>& streams)
{
    const std::vector<std::size_t> entries = entries_of(read, streams);
    std::set<std::size_t> known(entries.begin(), entries.end());
    std::vector<std::size_t> parents;
    for (const std::size_t stream : streams) {
        for (const std::size_t entry : read.plan().streams[stream].ancestors) {
            if (known.insert(entry).second) {
                parents.push_back(entry);
            }
        }
    }
    return parents;
}

std::vector<std::size_t> both(std::vector<std::size_t> list, const std::vector<std::size_t>& more)
{
    list.insert(list.end(), more.begin(), more.end());
    return list;
}

} // namespace

Run::Run(Read& read, const std::vector<std::size_t>& streams)
    : m_read(read), m_parents(parents_of(read, streams)),
      m_names(read.catalog(), both(entries_of(read, streams), m_parents), read.plan().names)
{
    for (const std::size_t index : streams) {
        RunStream stream;
        stream.index = index;
        stream.prefix = record_prefix(read.plan().streams[index].descriptor);
        stream.deleted_at = read.plan().streams[index].deleted_at;
        m_streams.push_back(std::move(stream));
    }
    m_joined = join_state(read.input(), state_streams(), other_streams());
    read.continue_sequence(m_joined.last_sequence);
    m_since = read.last_sequence();
    if (m_joined.base) {
        m_joined.base->sequence = m_since;
    }
    for (const std::string& warning : m_joined.warnings) {
        read.log().warn(warning);
    }
    if (m_joined.blob) {
        SplitState given = split_state(*m_joined.blob, state_streams());
        for (std::size_t i = 0; i < m_streams.size(); ++i) {
            m_streams[i].bookmark = std::move(given.bookmarks[i]);
        }
    }
}

std::vector<Selection> Run::selections() const
{
    std::vector<Selection> selections;
    for (const RunStream& stream : m_streams) {
        selections.push_back(m_read.plan().streams[stream.index].selection);
    }
    for (const std::size_t entry : m_parents) {
        selections.push_back(m_read.plan().parents.at(entry).selection);
    }
    return selections;
}

void Run::set_time(std::int64_t wall_clock_ms, Clock::time_point now)
{
    m_now = now;
    m_writer.set_emitted_at(wall_clock_ms);
}

void Run::line(std::string_view line)
{
    ++m_line;
    if (wants_stop()) {
        return;
    }
    switch (m_reader.read(line)) {
    case LineKind::message:
        message(m_reader.message());
        break;
    case LineKind::blank:
        break;
    case LineKind::noise:
        noise(line);
        break;
    case LineKind::damaged:
        damaged(line);
        break;
    }
}

std::string Run::last_message() const
{
    if (m_messages == 0) {
        return {};
    }
    const std::string of_stream =
        m_last_name.empty() ? "" : " of stream " + text::quoted(m_last_name);
    switch (m_last_type) {
    case MessageType::record:
        return "RECORD" + of_stream;
    case MessageType::schema:
        return "SCHEMA" + of_stream;
    case MessageType::state:
        return "STATE";
    case MessageType::activate_version:
        return "ACTIVATE_VERSION" + of_stream;
    case MessageType::batch:
        return "BATCH";
    case MessageType::unknown:
        break;
    }
    return "one of an unknown type";
}

void Run::message(const singer::Message& message)
{
    ++m_messages;
    m_last_type = message.type;
    switch (message.type) {
    case MessageType::record:
        record(message);
        break;
    case MessageType::schema:
        schema(message);
        break;
    case MessageType::state:
        state(message.payload);
        break;
    case MessageType::activate_version:
        if (Wire& found = wire(message.stream); found.stream != nullptr) {
            appear(*found.stream);
        }
        break;
    case MessageType::batch:
        batch();
        break;
    case MessageType::unknown:
        m_read.log().debug("The tap sent a message of the unknown type " +
                           text::quoted(text::shorten(message.type_name, k_longest_name_told)) +
                           ".");
        break;
    }
}

void Run::record(const singer::Message& message)
{
    Wire& from = wire(message.stream);
    if (from.stream == nullptr) {
        drop_record(message.stream, from);
        return;
    }
    RunStream& stream = *from.stream;
    if (is_empty_record(message.payload)) {
        if (!std::exchange(stream.told_empty_record, true)) {
            m_read.log().warn("Stream " + name_of(stream) +
                              " sent an empty record ({}), which Airbyte does not keep.");
        }
        appear(stream);
        return;
    }
    if (stream.records == 0) {
        stream.appeared = true;
        m_read.running(stream.index);
    }
    ++stream.records;
    ++stream.records_since_state;
    ++m_forwarded;
    if (stream.deleted_at.empty()) {
        m_writer.append(m_read.out(), stream.prefix, message.payload, m_reader.defects());
    } else {
        m_writer.append_from_log(m_read.out(), stream.prefix, message.payload, m_reader.defects(),
                                 stream.deleted_at);
    }
}

void Run::schema(const singer::Message& message)
{
    Wire& from = wire(message.stream);
    if (from.stream == nullptr) {
        return;
    }
    appear(*from.stream);
    if (from.told_schema || from.schema == message.payload || from.same_schema == message.payload) {
        return;
    }
    if (from.schema.empty()) {
        from.schema = message.payload;
    } else if (is_same_schema(from.schema, message.payload)) {
        from.same_schema = message.payload;
    } else {
        from.told_schema = true;
        m_read.log().warn("The tap changed the schema of stream " + name_of(*from.stream) +
                          " during the sync (" + changes_between(from.schema, message.payload) +
                          "). Refresh the source's schema to receive new columns.");
    }
}

void Run::state(std::string_view value)
{
    if (m_damage) {
        return;
    }
    if (m_state.capacity() > k_giant_state) {
        m_state = std::string(value);
    } else {
        m_state = value;
    }
    m_has_state = true;
    m_state_pending = true;
    if (!m_state_sent || m_now - *m_state_sent >= m_read.options().state_interval) {
        emit_pending();
    }
}

void Run::batch()
{
    airbyte::Error error;
    error.failure_type = airbyte::FailureType::config_error;
    error.message =
        "The tap sent a BATCH message: it writes records to files instead of its output. "
        "Remove \"batch_config\" from the tap's settings.";
    m_fatal = std::move(error);
}

// Secrets go before the line is cut: half a secret would not be recognised any more.
std::string Run::excerpt(std::string_view line, std::size_t length) const
{
    constexpr std::size_t k_enough = 64 * 1024; // what lies behind is never shown
    const airbyte::Redactor& redactor = m_read.redactor();
    return text::shorten(text::to_utf8(line.size() <= k_enough
                                           ? redactor.redact(line)
                                           : redactor.redact_beginning(line.substr(0, k_enough))),
                         length);
}

void Run::noise(std::string_view line)
{
    if (++m_noise <= k_lines_told) {
        m_read.log().warn("Not a Singer message, ignored: " + excerpt(line, 300));
    }
}

void Run::damaged(std::string_view line)
{
    const std::string problem = "line " + std::to_string(m_line) + " of its output " +
                                std::string(m_reader.problem()) + " (column " +
                                std::to_string(m_reader.column()) + ")";
    if (++m_damaged <= k_lines_told) {
        m_read.log().error("A message of the tap is damaged: " + problem + ": " +
                           excerpt(line, 100));
    }
    if (!m_damage) {
        fail_damaged(problem);
    }
}

void Run::fail_damaged(const std::string& problem)
{
    emit_pending(); // what came before the damage is whole
    airbyte::Error error;
    error.message = "A message of the tap is damaged, so a record may be missing: " + problem +
                    ". Report it to the maintainers of the tap; another run may succeed.";
    m_damage = std::move(error);
}

void Run::line_too_long(std::size_t limit)
{
    airbyte::Error error;
    error.message = "Line " + std::to_string(m_line + 1) + " of the tap's output is longer than " +
                    text::size_text(limit) +
                    ". Leave out the column that is so large, or raise limits.line in an adapter.";
    m_fatal = std::move(error);
}

void Run::appear(RunStream& stream)
{
    stream.appeared = true;
    m_read.start(stream.index);
}

const airbyte::StreamDescriptor& Run::descriptor(const RunStream& stream) const
{
    return m_read.plan().streams[stream.index].descriptor;
}

std::string Run::name_of(const RunStream& stream) const
{
    return text::quoted(airbyte::display_name(descriptor(stream)));
}

bool Run::any_without_records() const
{
    return std::any_of(m_streams.begin(), m_streams.end(), [](const RunStream& stream) {
        return stream.records == 0 && !stream.put_off;
    });
}

} // namespace tapbridge::translate
