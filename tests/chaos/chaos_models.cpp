#include "chaos_models.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace chaos {

namespace json = boost::json;

namespace {

std::int64_t number(const json::object& object, const char* key, std::int64_t otherwise)
{
    const json::value* value = object.if_contains(key);
    return value != nullptr ? value->to_number<std::int64_t>() : otherwise;
}

const json::object* child(const json::object& object, std::string_view key)
{
    const json::value* value = object.if_contains(key);
    return value != nullptr ? value->if_object() : nullptr;
}

Stream read_stream(const json::object& entry)
{
    Stream stream;
    stream.id = entry.at("id").as_string().c_str();
    stream.name = entry.at("name").as_string().c_str();
    stream.schema = entry.at("schema").as_string().c_str();
    stream.rows_per_key = number(entry, "rows_per_key", 1);
    stream.parts = static_cast<std::size_t>(number(entry, "parts", 1));
    stream.only_full = entry.at("only_full").as_bool();
    for (std::int64_t row = 0; row < number(entry, "rows", 0); ++row)
        stream.rows.push_back(row);
    return stream;
}

} // namespace

Model model_of(std::string_view name)
{
    constexpr const char* k_names[] = {"marks", "sequential", "partitions", "tables",
                                       "flat",  "log",        "log_marks",  "position"};
    for (std::size_t i = 0; i < std::size(k_names); ++i)
        if (name == k_names[i])
            return static_cast<Model>(i);
    throw std::invalid_argument("unknown model " + std::string(name));
}

Source read_source(const json::object& config)
{
    Source source;
    source.model = model_of(config.at("model").as_string());
    for (const json::value& entry : config.at("streams").as_array())
        source.streams.push_back(read_stream(entry.as_object()));
    for (const char digit : config.at("log").as_string()) {
        const auto stream = static_cast<std::size_t>(digit - '0');
        source.streams[stream].rows.push_back(static_cast<std::int64_t>(source.log.size()));
        source.log.push_back(stream);
    }
    source.log_now = number(config, "log_now", 0);
    return source;
}

Reader::Reader(const Source& source, json::object state)
    : m_source(source), m_state(std::move(state))
{
    for (std::size_t i = 0; i < source.streams.size(); ++i) {
        const Stream& stream = source.streams[i];
        if (!stream.selected)
            continue;
        if (stream.full)
            plan_table(i);
        else if (source.model == Model::log)
            plan_first_copy(i, log_start());
        else if (!is_log())
            plan_marks(i);
    }
    if (source.model == Model::sequential) {
        const json::value* at = m_state.if_contains("currently_syncing");
        const auto is_current = [&](const std::vector<Task>& group) {
            return at != nullptr && at->is_string() &&
                   at->as_string() == source.streams[group.front().stream].id;
        };
        const auto current = std::find_if(m_groups.begin(), m_groups.end(), is_current);
        if (current != m_groups.end())
            m_groups.erase(m_groups.begin(), current);
    }
    if (is_log())
        plan_log();
}

bool Reader::is_log() const
{
    return m_source.model == Model::log || m_source.model == Model::log_marks ||
           m_source.model == Model::position;
}

void Reader::add(Task task)
{
    const bool one_by_one = m_source.model == Model::sequential || m_source.model == Model::tables;
    if (one_by_one || m_groups.empty())
        m_groups.emplace_back();
    m_groups.back().push_back(std::move(task));
}

// An interrupted copy of a table goes on at its last key, where the tap is told of one.
void Reader::plan_table(std::size_t stream)
{
    Task task{Task::Kind::table, stream, 0, 0, {}, 0};
    const std::int64_t from = marked(stream, "last_pk").value_or(0);
    for (const std::int64_t row : m_source.streams[stream].rows)
        if (row >= from)
            task.rows.push_back({stream, row});
    add(std::move(task));
}

void Reader::plan_marks(std::size_t stream)
{
    const Stream& read = m_source.streams[stream];
    for (std::size_t part = 0; part < read.parts; ++part) {
        Task task{Task::Kind::marks, stream, part, 0, {}, 0};
        const auto from =
            m_source.model == Model::partitions ? marked_part(stream, part) : marked(stream, "k");
        for (const std::int64_t row : read.rows)
            if (static_cast<std::size_t>(row) % read.parts == part &&
                read.key(row) >= from.value_or(0))
                task.rows.push_back({stream, row});
        add(std::move(task));
    }
}

void Reader::plan_first_copy(std::size_t stream, std::int64_t log_start)
{
    const json::object* const marks = child(m_state, "bookmarks");
    const json::object* const own =
        marks != nullptr ? child(*marks, m_source.streams[stream].id) : nullptr;
    if (own != nullptr && own->contains("done"))
        return;
    Task task{Task::Kind::first_copy, stream, 0, 0, {}, 0};
    task.until = own != nullptr ? number(*own, "until", log_start) : log_start;
    const std::int64_t from = own != nullptr ? number(*own, "copied", 0) : 0;
    for (const std::int64_t row : m_source.streams[stream].rows)
        if (row >= from && row < task.until)
            task.rows.push_back({stream, row});
    add(std::move(task));
}

std::int64_t Reader::log_start() const
{
    if (m_source.model == Model::log)
        return number(m_state, "lsn", m_source.log_now);
    if (m_source.model == Model::position)
        return number(m_state, "position", 0);
    std::int64_t lowest = INT64_MAX;
    for (std::size_t i = 0; i < m_source.streams.size(); ++i)
        if (m_source.streams[i].selected && !m_source.streams[i].full)
            lowest = std::min(lowest, marked(i, "lsn").value_or(0));
    return lowest;
}

void Reader::plan_log()
{
    Task task{Task::Kind::log, 0, 0, 0, {}, 0};
    for (std::int64_t at = log_start(); at < static_cast<std::int64_t>(m_source.log.size()); ++at) {
        const std::size_t stream = m_source.log[static_cast<std::size_t>(at)];
        if (m_source.streams[stream].selected && !m_source.streams[stream].full)
            task.rows.push_back({stream, at});
    }
    if (m_source.model == Model::log)
        m_state["lsn"] = log_start();
    m_groups.push_back({std::move(task)});
}

json::object& Reader::bookmarks()
{
    if (m_source.model == Model::flat)
        return m_state;
    json::value& marks = m_state["bookmarks"];
    return marks.is_object() ? marks.as_object() : marks.emplace_object();
}

json::object& Reader::mark(std::size_t stream)
{
    json::value& own = bookmarks()[m_source.streams[stream].id];
    return own.is_object() ? own.as_object() : own.emplace_object();
}

std::optional<std::int64_t> Reader::marked(std::size_t stream, const char* key) const
{
    const json::object* const marks =
        m_source.model == Model::flat ? &m_state : child(m_state, "bookmarks");
    const json::object* const own =
        marks != nullptr ? child(*marks, m_source.streams[stream].id) : nullptr;
    if (own == nullptr || !own->contains(key))
        return std::nullopt;
    return number(*own, key, 0);
}

std::optional<std::int64_t> Reader::marked_part(std::size_t stream, std::size_t part) const
{
    const json::object* const marks = child(m_state, "bookmarks");
    const json::object* const own =
        marks != nullptr ? child(*marks, m_source.streams[stream].id) : nullptr;
    if (own == nullptr || !own->contains("partitions"))
        return std::nullopt;
    for (const json::value& entry : own->at("partitions").as_array())
        if (number(entry.at("context").as_object(), "part", -1) == static_cast<std::int64_t>(part))
            return number(entry.as_object(), "k", 0);
    return std::nullopt;
}

void Reader::set_part(std::size_t stream, std::size_t part, std::int64_t key)
{
    json::value& parts = mark(stream)["partitions"];
    if (!parts.is_array())
        parts.emplace_array();
    for (json::value& entry : parts.as_array()) {
        if (number(entry.at("context").as_object(), "part", -1) ==
            static_cast<std::int64_t>(part)) {
            entry.as_object()["k"] = key;
            return;
        }
    }
    parts.as_array().push_back(json::object{{"context", {{"part", part}}}, {"k", key}});
}

void Reader::enter(const std::vector<Task>& group)
{
    if (m_source.model == Model::sequential)
        m_state["currently_syncing"] = m_source.streams[group.front().stream].id;
}

void Reader::passed(const Task& task, const Row& row)
{
    const Stream& stream = m_source.streams[row.stream];
    switch (task.kind) {
    case Task::Kind::marks:
        if (m_source.model == Model::partitions)
            set_part(row.stream, task.part, stream.key(row.id));
        else
            mark(row.stream)["k"] = stream.key(row.id);
        break;
    case Task::Kind::table:
        if (m_source.model != Model::position)
            mark(row.stream)["last_pk"] = row.id;
        break;
    case Task::Kind::first_copy:
        mark(row.stream)["copied"] = row.id;
        mark(row.stream)["until"] = task.until;
        break;
    case Task::Kind::log:
        if (m_source.model == Model::log)
            m_state["lsn"] = row.id;
        else if (m_source.model == Model::position)
            m_state["position"] = row.id;
        else
            for (std::size_t i = 0; i < m_source.streams.size(); ++i)
                if (m_source.streams[i].selected && !m_source.streams[i].full)
                    mark(i)["lsn"] = row.id;
        break;
    }
}

void Reader::finished(const Task& task)
{
    if (task.kind == Task::Kind::first_copy)
        bookmarks()[m_source.streams[task.stream].id] = json::object{{"done", true}};
    else if (task.kind == Task::Kind::table && m_source.model != Model::position)
        bookmarks()[m_source.streams[task.stream].id] = json::object{{"version", 1}};
}

void Reader::all_finished()
{
    if (m_source.model == Model::sequential)
        m_state["currently_syncing"] = nullptr;
}

} // namespace chaos
