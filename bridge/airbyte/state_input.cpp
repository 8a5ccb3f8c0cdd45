#include "airbyte/state_input.h"

#include "airbyte/input_error.h"
#include "util/text.h"

#include <utility>

namespace tapbridge::airbyte {

namespace {

constexpr std::string_view k_remedy = "Pass the file that the last read's STATE messages gave, or "
                                      "leave --state out to start afresh.";

enum class Form : std::uint8_t { unknown, stream, global, legacy };

const json::Value* member(const json::Value& object, std::string_view name)
{
    const json::Value* value = object.find(name);
    return value && !value->is_null() ? value : nullptr;
}

std::string type_of(const json::Value& object)
{
    const json::Value* type = object.find("type");
    return type ? text::lower(type->as_string()) : std::string();
}

// The payload decides where `type` is absent or contradicts it. Only `type` tells a LEGACY state
// from a tap's own state with a key `data`.
Form form_of(const json::Value& state)
{
    const std::string type = type_of(state);
    const json::Value* stream = member(state, "stream");
    const json::Value* global = member(state, "global");
    if (type == "stream" && stream && stream->is_object())
        return Form::stream;
    if (type == "global" && global && global->is_object())
        return Form::global;
    if (type == "legacy" && state.find("data"))
        return Form::legacy;
    if (stream && stream->find("stream_descriptor"))
        return Form::stream;
    if (global && (global->find("shared_state") || global->find("stream_states")))
        return Form::global;
    return Form::unknown;
}

// Empty states are the same as none: LEGACY connectors began with {}.
std::optional<json::Value> nonempty(const json::Value* value)
{
    if (!value || value->is_null() || (value->is_object() && value->members().empty()))
        return std::nullopt;
    return *value;
}

class StateReader {
public:
    explicit StateReader(const InputFile& file) : m_file(file) {}

    StateInput read(const json::Value& root);

private:
    void read_item(const json::Value& item, const std::string& place);
    bool read_state(const json::Value& state, const std::string& place);
    void read_bare(const json::Value& root);
    void read_global(const json::Value& global, const std::string& place);
    StreamStateInput read_stream(const json::Value& stream, const std::string& place) const;
    [[noreturn]] void refuse(const std::string& place, const json::Value& value) const;
    StateInput result();

    const InputFile& m_file;
    std::vector<StreamStateInput> m_streams;
    std::optional<StateInput> m_global;
    std::optional<json::Value> m_blob;
};

void StateReader::refuse(const std::string& place, const json::Value& value) const
{
    std::string complaint = place + " is ";
    if (value.is_object())
        complaint += "not a state: it has neither `stream` nor `global` nor `data`";
    else
        complaint.append(kind_name(value.kind())).append(", not a state");
    throw_bad_input(m_file, complaint);
}

StreamStateInput StateReader::read_stream(const json::Value& stream, const std::string& place) const
{
    const json::Value* descriptor = member(stream, "stream_descriptor");
    const json::Value* name = descriptor ? member(*descriptor, "name") : nullptr;
    if (!name || !name->is_string())
        throw_bad_input(m_file, place + ".stream_descriptor.name is missing");
    StreamStateInput input;
    input.stream.name = name->as_string();
    if (const json::Value* space = member(*descriptor, "namespace"); space && space->is_string())
        input.stream.namespace_ = space->as_string();
    if (const json::Value* state = stream.find("stream_state"))
        input.state = *state;
    return input;
}

void StateReader::read_global(const json::Value& global, const std::string& place)
{
    StateInput input;
    input.global = true;
    input.shared = nonempty(global.find("shared_state"));
    const json::Value* streams = member(global, "stream_states");
    if (streams && !streams->is_array())
        refuse(place + ".stream_states", *streams);
    for (std::size_t i = 0; streams && i < streams->items().size(); ++i) {
        const json::Value& item = streams->items()[i];
        const std::string item_place = place + ".stream_states[" + std::to_string(i) + ']';
        if (!item.is_null())
            input.streams.push_back(read_stream(item, item_place));
    }
    m_global = std::move(input);
}

// Whether it was one of Airbyte's states.
bool StateReader::read_state(const json::Value& state, const std::string& place)
{
    switch (form_of(state)) {
    case Form::stream:
        m_streams.push_back(read_stream(*state.find("stream"), place + "stream"));
        return true;
    case Form::global:
        read_global(*state.find("global"), place + "global");
        return true;
    case Form::legacy:
        m_blob = nonempty(state.find("data"));
        return true;
    case Form::unknown:
        break;
    }
    return false;
}

void StateReader::read_item(const json::Value& item, const std::string& place)
{
    if (!item.is_null() && !item.is_object())
        refuse(place, item);
    const json::Value* state = type_of(item) == "state" ? member(item, "state") : &item;
    if (!state || !nonempty(state) || read_state(*state, place + '.'))
        return;
    // Before states had types, all of them were { "data": ... }.
    const json::Value* data = state->find("data");
    if (!data || !type_of(*state).empty())
        refuse(place, *state);
    m_blob = nonempty(data);
}

void StateReader::read_bare(const json::Value& root)
{
    if (type_of(root) == "state" && root.find("state"))
        read_item(root, "state");
    else if (read_state(root, {}))
        return;
    else if (const json::Value* value = root.find("value"); value && type_of(root) == "state")
        m_blob = nonempty(value); // a line of the tap's own output
    else if (const json::Value* meltano = root.find("singer_state"))
        m_blob = nonempty(meltano);
    else
        m_blob = nonempty(&root);
}

StateInput StateReader::read(const json::Value& root)
{
    if (root.is_object()) {
        read_bare(root);
    } else if (root.is_array()) {
        for (std::size_t i = 0; i < root.items().size(); ++i)
            read_item(root.items()[i], "[" + std::to_string(i) + ']');
    } else if (!root.is_null()) {
        refuse("it", root);
    }
    return result();
}

// One connection has states of one type. Where a file mixes them, what tells streams apart is
// newer: connectors went from LEGACY to STREAM, never back.
StateInput StateReader::result()
{
    if (m_streams.empty() && m_global)
        return std::move(*m_global);
    StateInput input;
    input.streams = std::move(m_streams);
    if (input.streams.empty())
        input.blob = std::move(m_blob);
    return input;
}

} // namespace

StateInput read_state(std::string_view text, const std::string& path)
{
    if (text::trim(text).empty())
        return {};
    const InputFile file{"State file", path, k_remedy};
    return StateReader(file).read(parse_input(text, file));
}

} // namespace tapbridge::airbyte
