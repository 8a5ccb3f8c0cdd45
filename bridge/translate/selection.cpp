#include "translate/selection.h"

#include "translate/entry_metadata.h"
#include "util/text.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string_view>

namespace tapbridge::translate {

namespace {

using singer::CatalogEntry;

constexpr std::size_t k_top = std::numeric_limits<std::size_t>::max();

// A column, or a property inside one.
struct Property {
    Breadcrumb path;
    std::size_t parent = k_top;      // index of the property it stands in
    std::vector<json::Value*> nodes; // its schema, and those of its items and alternatives
    bool mandatory = false;
    bool selected = false;
};

// ---- finding the properties

void list_below(json::Value& node, const Breadcrumb& path, std::size_t owner,
                std::vector<Property>& list)
{
    if (!node.is_object()) {
        return;
    }
    if (owner != k_top) {
        list[owner].nodes.push_back(&node);
    }
    if (json::Value* properties = node.find("properties")) {
        for (json::Member& member : properties->members()) {
            Breadcrumb below = path;
            below.insert(below.end(), {"properties", member.name});
            list.push_back({below, owner, {}, false, false});
            list_below(member.value, below, list.size() - 1, list);
        }
    }
    if (json::Value* items = node.find("items")) {
        Breadcrumb below = path;
        below.emplace_back("items");
        list_below(*items, below, owner, list);
    }
    for (const std::string_view keyword : {"anyOf", "oneOf"}) {
        if (json::Value* alternatives = node.find(keyword)) {
            for (json::Value& alternative : alternatives->items()) {
                list_below(alternative, path, owner, list);
            }
        }
    }
}

// Every property of a schema, parents before their children.
std::vector<Property> properties_of(json::Value& schema)
{
    std::vector<Property> list;
    list_below(schema, {}, k_top, list);
    return list;
}

// ---- deciding which are selected

bool contains(const std::vector<std::string>& list, const std::string& item)
{
    return std::find(list.begin(), list.end(), item) != list.end();
}

void select_wanted(std::vector<Property>& properties, const EntryMetadata& metadata,
                   const CatalogEntry& entry, const Selection& selection)
{
    const std::set<std::string_view> wanted(selection.columns.begin(), selection.columns.end());
    const std::set<std::string_view> excluded(selection.excluded_columns.begin(),
                                              selection.excluded_columns.end());
    for (Property& property : properties) {
        const json::Value* schema = property.nodes.empty() ? nullptr : property.nodes.front();
        const std::string inclusion = metadata.inclusion(property.path, schema);
        property.mandatory = inclusion == "automatic";
        if (property.parent == k_top) {
            const std::string& name = property.path.back();
            const bool key = contains(selection.primary_key, name) ||
                             contains(entry.key_properties, name) ||
                             (!name.empty() && name == selection.replication_key);
            if (!key && excluded.contains(name)) {
                property.mandatory = false;
                continue;
            }
            property.mandatory = property.mandatory || key;
            property.selected = property.mandatory || wanted.empty() || wanted.contains(name);
        } else {
            property.selected = properties[property.parent].selected;
        }
        property.selected = property.selected && inclusion != "unsupported";
    }
}

// The properties that cannot be read together with this one. They are named by breadcrumb, or by
// their bare name beside it.
std::vector<Breadcrumb> exclusions_of(const EntryMetadata& metadata, const Property& property)
{
    std::vector<Breadcrumb> exclusions;
    const json::Value* listed = metadata.find(property.path, "fieldExclusions");
    if (listed == nullptr) {
        return exclusions;
    }
    for (const json::Value& item : listed->items()) {
        Breadcrumb path;
        for (const json::Value& part : item.items()) {
            path.push_back(part.as_string());
        }
        if (item.is_string() || path.size() == 1) {
            const std::string name = item.is_string() ? item.as_string() : path.front();
            path = property.path;
            path.back() = name;
        }
        if (path != property.path) {
            exclusions.push_back(std::move(path));
        }
    }
    return exclusions;
}

std::string display_path(const Breadcrumb& path)
{
    std::vector<std::string> names;
    for (std::size_t i = 1; i < path.size(); i += 2) {
        names.push_back(path[i]);
    }
    return text::join(names, ".");
}

// Leaves out what cannot be read together with a property before it; what has to be there counts as
// being before everything else.
class Exclusions {
public:
    explicit Exclusions(const EntryMetadata& metadata) : m_metadata(metadata) {}

    // Of what was left out: "b (because of a)".
    std::vector<std::string> apply(std::vector<Property>& properties)
    {
        for (const Property& property : properties) {
            if (property.mandatory && property.selected) {
                accept(property);
            }
        }
        std::vector<std::string> left_out;
        for (Property& property : properties) {
            if (property.parent != k_top && !properties[property.parent].selected) {
                property.selected = false;
            }
            if (!property.selected || property.mandatory) {
                continue;
            }
            if (const Breadcrumb* reason = obstacle(property)) {
                property.selected = false;
                left_out.push_back(display_path(property.path) + " (because of " +
                                   display_path(*reason) + ")");
            } else {
                accept(property);
            }
        }
        return left_out;
    }

private:
    void accept(const Property& property)
    {
        m_accepted.emplace(property.path, property.path);
        for (Breadcrumb& excluded : exclusions_of(m_metadata, property)) {
            m_excluded.emplace(std::move(excluded), property.path);
        }
    }

    const Breadcrumb* obstacle(const Property& property) const
    {
        if (const auto by = m_excluded.find(property.path); by != m_excluded.end()) {
            return &by->second;
        }
        for (const Breadcrumb& excluded : exclusions_of(m_metadata, property)) {
            if (const auto it = m_accepted.find(excluded); it != m_accepted.end()) {
                return &it->second;
            }
        }
        return nullptr;
    }

    const EntryMetadata& m_metadata;
    std::map<Breadcrumb, Breadcrumb> m_accepted; // path -> itself
    std::map<Breadcrumb, Breadcrumb> m_excluded; // path -> who excludes it
};

// ---- writing it down

void set_where_present(json::Value& node, bool selected)
{
    if (node.is_object() && node.find("selected") != nullptr) {
        node.set("selected", json::Value::boolean(selected));
    }
}

// Metadata may speak of properties that the schema does not show (behind a $ref): they follow the
// nearest property that it does show.
void mark_hidden(EntryMetadata& metadata, const std::map<Breadcrumb, bool>& decided,
                 const Selection& selection)
{
    for (const Breadcrumb& path : metadata.paths()) {
        if (path.size() < 2 || path.front() != "properties" || decided.contains(path)) {
            continue;
        }
        const bool excluded = contains(selection.excluded_columns, path[1]);
        bool selected =
            !excluded && (selection.columns.empty() || contains(selection.columns, path[1]));
        for (Breadcrumb above = path; above.size() > 2;) {
            above.pop_back();
            if (const auto it = decided.find(above); it != decided.end()) {
                selected = it->second;
                break;
            }
        }
        const std::string said = metadata.inclusion(path, nullptr);
        const bool automatic = said == "automatic" && path.size() == 2 && !excluded;
        selected = said != "unsupported" && (selected || automatic);
        metadata.set(path, "selected", json::Value::boolean(selected));
    }
}

void mark_properties(json::Value& raw, EntryMetadata& metadata, const CatalogEntry& entry,
                     const Selection& selection, std::vector<std::string>& warnings)
{
    json::Value decoded = entry.decoded_schema.value_or(json::Value::object());
    json::Value* schema = raw.find("schema");
    const bool in_place = schema != nullptr && schema->is_object();
    std::vector<Property> properties = properties_of(in_place ? *schema : decoded);
    select_wanted(properties, metadata, entry, selection);
    const std::vector<std::string> left_out = Exclusions(metadata).apply(properties);
    if (!left_out.empty()) {
        warnings.push_back("Stream \"" + entry.tap_stream_id +
                           "\": the tap cannot read all of these columns together. Left out: " +
                           text::join(left_out, ", ") + ".");
    }
    std::map<Breadcrumb, bool> decided;
    for (const Property& property : properties) {
        decided[property.path] = property.selected;
        metadata.set(property.path, "selected", json::Value::boolean(property.selected));
        for (json::Value* node : property.nodes) {
            set_where_present(*node, property.selected);
        }
    }
    mark_hidden(metadata, decided, selection);
}

void deselect_properties(json::Value& raw, EntryMetadata& metadata)
{
    if (json::Value* schema = raw.find("schema")) {
        for (const Property& property : properties_of(*schema)) {
            for (json::Value* node : property.nodes) {
                set_where_present(*node, false);
            }
        }
    }
    for (const Breadcrumb& path : metadata.paths()) {
        if (metadata.find(path, "selected") != nullptr) {
            metadata.set(path, "selected", json::Value::boolean(false));
        }
    }
}

std::string_view method_name(Replication replication)
{
    switch (replication) {
    case Replication::full_table:
        return "FULL_TABLE";
    case Replication::incremental:
        return "INCREMENTAL";
    case Replication::log_based:
        return "LOG_BASED";
    }
    return {};
}

// Whether a forced-replication-method, in any of the forms that taps write, says something else.
bool contradicts(const json::Value* forced, std::string_view method)
{
    if (forced != nullptr && forced->is_object()) {
        forced = forced->find("replication-method");
    }
    const std::string said = forced ? forced->as_string() : std::string();
    return !said.empty() && !text::equals_ignoring_case(said, method);
}

void mark_replication(json::Value& raw, EntryMetadata& metadata, const Selection& selection)
{
    const json::Value method = json::Value::string(method_name(selection.replication));
    metadata.set({}, "replication-method", method);
    raw.set("replication_method", method);
    if (contradicts(metadata.find({}, "forced-replication-method"), method.as_string())) {
        metadata.set({}, "forced-replication-method", method);
    }
    if (selection.replication == Replication::full_table) {
        metadata.erase({}, "replication-key");
        raw.erase("replication_key");
    } else if (!selection.replication_key.empty()) {
        const json::Value key = json::Value::string(selection.replication_key);
        metadata.set({}, "replication-key", key);
        raw.set("replication_key", key);
    }
}

// Database taps know no key of a view, and take it from here.
void mark_view_key(EntryMetadata& metadata, const CatalogEntry& entry, const Selection& selection)
{
    if (!entry.is_view || !selection.key_is_given || selection.primary_key.empty()) {
        return;
    }
    json::Value key = json::Value::array();
    for (const std::string& column : selection.primary_key) {
        key.items().push_back(json::Value::string(column));
    }
    metadata.set({}, "view-key-properties", key);
}

} // namespace

MarkedCatalog mark_catalog(const singer::Catalog& catalog, const std::vector<Selection>& selections)
{
    MarkedCatalog marked{catalog.raw, {}};
    std::map<std::size_t, const Selection*> by_position;
    for (const Selection& selection : selections) {
        by_position[catalog.entries[selection.entry].index] = &selection;
    }
    json::Value* streams = marked.catalog.find("streams");
    for (std::size_t i = 0; streams != nullptr && i < streams->items().size(); ++i) {
        json::Value& raw = streams->items()[i];
        if (!raw.is_object()) {
            continue;
        }
        const auto found = by_position.find(i);
        const bool selected = found != by_position.end();
        EntryMetadata metadata(raw);
        if (selected) {
            const Selection& selection = *found->second;
            mark_properties(raw, metadata, catalog.entries[selection.entry], selection,
                            marked.warnings);
            mark_replication(raw, metadata, selection);
            mark_view_key(metadata, catalog.entries[selection.entry], selection);
        } else {
            deselect_properties(raw, metadata);
        }
        metadata.set({}, "selected", json::Value::boolean(selected));
        set_where_present(raw, selected);
        if (json::Value* schema = raw.find("schema")) {
            set_where_present(*schema, selected);
        }
    }
    return marked;
}

} // namespace tapbridge::translate
