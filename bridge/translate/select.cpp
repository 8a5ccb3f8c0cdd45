#include "translate/select.h"

#include "airbyte/error.h"
#include "translate/select_field.h"
#include "translate/stream_rules.h"
#include "util/text.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

namespace tapbridge::translate {

using json::Value;

namespace {

constexpr const char* k_list = " \"tapbridge select --list\" shows the streams.";

bool is_named(const OfferedStream& stream, std::string_view pattern)
{
    return stream.name == pattern || stream.shown == pattern;
}

// The streams that a user's word means; a name counts before a glob.
std::vector<std::size_t> meant_by(const std::string& word,
                                  const std::vector<OfferedStream>& offered)
{
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < offered.size(); ++i) {
        if (is_named(offered[i], word))
            found.push_back(i);
    }
    const bool glob = found.empty() && is_glob(word);
    for (std::size_t i = 0; glob && i < offered.size(); ++i) {
        if (fits_glob(offered[i].name, word) || fits_glob(offered[i].shown, word))
            found.push_back(i);
    }
    if (!found.empty())
        return found;
    std::vector<std::string> names;
    for (const OfferedStream& stream : offered) {
        names.push_back(stream.name);
        names.push_back(stream.shown);
    }
    const std::string near = glob ? std::string() : text::nearest(word, names);
    airbyte::throw_config_error("The catalog has no stream " + text::quoted(word) + "." +
                                (near.empty() ? "" : " Did you mean " + text::quoted(near) + "?") +
                                k_list);
}

// What is chosen for one stream.
struct Plan {
    const OfferedStream* offered = nullptr;
    bool selected = false;
    bool incremental = false;
    std::vector<std::string> cursor;
    std::vector<std::string> excluded;
};

std::vector<Plan> plans_for(const std::vector<OfferedStream>& offered,
                            const std::vector<std::string>& streams)
{
    std::vector<Plan> plans(offered.size());
    for (std::size_t i = 0; i < offered.size(); ++i) {
        plans[i].offered = &offered[i];
        plans[i].cursor = offered[i].cursor;
        plans[i].selected = streams.empty();
    }
    for (const std::string& word : streams) {
        for (const std::size_t i : meant_by(word, offered))
            plans[i].selected = true;
    }
    return plans;
}

// Those of the selected streams that a choice is about.
std::vector<Plan*> chosen(const FieldChoice& choice, const std::vector<OfferedStream>& offered,
                          std::vector<Plan>& plans, const std::string& flag)
{
    std::vector<Plan*> result;
    for (const std::size_t i : meant_by(choice.stream, offered)) {
        if (plans[i].selected)
            result.push_back(&plans[i]);
    }
    if (result.empty())
        airbyte::throw_config_error(
            flag + " " + choice.stream + "=" + choice.field + ": " + text::quoted(choice.stream) +
            " is not among the selected streams. Select it, or leave " + flag + " out.");
    return result;
}

void set_cursor(Plan& plan, const std::string& field)
{
    const OfferedStream& stream = *plan.offered;
    const std::string name = "Stream " + text::quoted(stream.shown);
    if (!stream.incremental)
        airbyte::throw_config_error(name + " cannot be read incrementally, so it takes no cursor. "
                                           "Leave out --cursor for it.");
    std::vector<std::string> path = cursor_path(stream, field);
    if (stream.own_cursor && path != stream.cursor)
        airbyte::throw_config_error(name + " keeps its position by " +
                                    (stream.cursor.empty()
                                         ? std::string("itself")
                                         : text::quoted(text::join(stream.cursor, "."))) +
                                    " and takes no other cursor. Leave out --cursor for it.");
    plan.cursor = std::move(path);
}

void set_cursors(const std::vector<OfferedStream>& offered, const SelectChoices& choices,
                 std::vector<Plan>& plans)
{
    if (choices.mode == SelectChoices::Mode::full_refresh && !choices.cursors.empty())
        airbyte::throw_config_error("A full refresh has no cursor. Leave out --cursor or "
                                    "--full-refresh.");
    for (const FieldChoice& choice : choices.cursors) {
        bool used = false;
        for (Plan* plan : chosen(choice, offered, plans, "--cursor")) {
            const OfferedStream& stream = *plan->offered;
            // A glob is about those that can.
            if (!is_named(stream, choice.stream) &&
                (!stream.incremental || stream.own_cursor || !has_field(stream, choice.field)))
                continue;
            set_cursor(*plan, choice.field);
            used = true;
        }
        if (!used)
            airbyte::throw_config_error("No stream that fits " + text::quoted(choice.stream) +
                                        " can take the cursor " + text::quoted(choice.field) + "." +
                                        k_list);
    }
}

std::string shown_names(const std::vector<const OfferedStream*>& streams)
{
    std::vector<std::string> names;
    std::transform(streams.begin(), streams.end(), std::back_inserter(names),
                   [](const OfferedStream* stream) { return text::quoted(stream->shown); });
    return text::join(names, ", ");
}

void require_incremental(const std::vector<Plan>& plans)
{
    std::vector<const OfferedStream*> unable;
    std::vector<const OfferedStream*> open;
    for (const Plan& plan : plans) {
        if (plan.selected && !plan.offered->incremental)
            unable.push_back(plan.offered);
        else if (plan.selected && !plan.incremental)
            open.push_back(plan.offered);
    }
    if (!unable.empty())
        airbyte::throw_config_error(
            (unable.size() == 1 ? "This stream cannot" : "These streams cannot") +
            std::string(" be read incrementally: ") + shown_names(unable) +
            ". Select others, or leave out --incremental: what cannot "
            "be read incrementally is then read in full.");
    if (!open.empty())
        airbyte::throw_config_error(
            (open.size() == 1 ? "This stream needs" : "These streams need") +
            std::string(" a cursor: ") + shown_names(open) + ". Add --cursor STREAM=FIELD. " +
            fields_words(*open.front()));
}

void set_modes(SelectChoices::Mode mode, std::vector<Plan>& plans)
{
    for (Plan& plan : plans)
        plan.incremental = mode != SelectChoices::Mode::full_refresh && plan.offered->incremental &&
                           (plan.offered->own_cursor || !plan.cursor.empty());
    if (mode == SelectChoices::Mode::incremental)
        require_incremental(plans);
}

void exclude_fields(const std::vector<OfferedStream>& offered, const SelectChoices& choices,
                    std::vector<Plan>& plans)
{
    for (const FieldChoice& choice : choices.excluded_fields) {
        bool used = false;
        for (Plan* plan : chosen(choice, offered, plans, "--exclude-field")) {
            const OfferedStream& stream = *plan->offered;
            if (!is_named(stream, choice.stream) && !has_field(stream, choice.field))
                continue;
            check_excluded(stream, choice.field,
                           plan->incremental ? plan->cursor : std::vector<std::string>());
            plan->excluded.push_back(choice.field);
            used = true;
        }
        if (!used)
            airbyte::throw_config_error("No stream that fits " + text::quoted(choice.stream) +
                                        " has a field " + text::quoted(choice.field) + "." +
                                        k_list);
    }
}

Value path_value(const std::vector<std::string>& path)
{
    std::vector<Value> steps;
    std::transform(path.begin(), path.end(), std::back_inserter(steps),
                   [](const std::string& step) { return Value::string(step); });
    return Value::array(std::move(steps));
}

Value configured(const Plan& plan)
{
    const OfferedStream& stream = *plan.offered;
    const bool dedup = plan.incremental && !stream.primary_key.empty();
    Value entry = Value::object();
    entry.set("stream", without_fields(stream, plan.excluded));
    entry.set("sync_mode", Value::string(plan.incremental ? "incremental" : "full_refresh"));
    entry.set("destination_sync_mode", Value::string(dedup              ? "append_dedup"
                                                     : plan.incremental ? "append"
                                                                        : "overwrite"));
    if (plan.incremental && !plan.cursor.empty())
        entry.set("cursor_field", path_value(plan.cursor));
    if (!stream.primary_key.empty()) {
        std::vector<Value> keys;
        for (const std::vector<std::string>& key : stream.primary_key)
            keys.push_back(path_value(key));
        entry.set("primary_key", Value::array(std::move(keys)));
    }
    return entry;
}

} // namespace

Value configured_catalog(const std::vector<OfferedStream>& offered, const SelectChoices& choices)
{
    std::vector<Plan> plans = plans_for(offered, choices.streams);
    set_cursors(offered, choices, plans);
    set_modes(choices.mode, plans);
    exclude_fields(offered, choices, plans);
    Value streams = Value::array();
    for (const Plan& plan : plans) {
        if (plan.selected)
            streams.items().push_back(configured(plan));
    }
    Value catalog = Value::object();
    catalog.set("streams", std::move(streams));
    return catalog;
}

std::string catalog_text(const Value& configured)
{
    std::string text = "{\"streams\":[";
    const char* separator = "\n";
    for (const Value& stream : configured.find("streams")->items()) {
        text += separator;
        stream.write(text);
        separator = ",\n";
    }
    return text + "\n]}\n";
}

std::string stream_table(const std::vector<OfferedStream>& offered,
                         const std::vector<std::string>& streams)
{
    std::vector<std::vector<std::string>> rows{{"STREAM", "MODES", "KEY", "CURSOR"}};
    for (const Plan& plan : plans_for(offered, streams)) {
        if (!plan.selected)
            continue;
        const OfferedStream& stream = *plan.offered;
        std::vector<std::string> keys;
        for (const std::vector<std::string>& key : stream.primary_key)
            keys.push_back(text::join(key, "."));
        const std::string cursor = text::join(stream.cursor, ".");
        rows.push_back(
            {stream.shown, stream.incremental ? "full_refresh, incremental" : "full_refresh",
             keys.empty() ? "-" : text::join(keys, ", "),
             !stream.incremental ? "-"
             : stream.own_cursor ? (cursor.empty() ? "the tap's own" : cursor + " (fixed)")
             : cursor.empty()    ? "to be chosen: --cursor"
                                 : cursor + " (or --cursor)"});
    }
    return aligned(rows);
}

} // namespace tapbridge::translate
