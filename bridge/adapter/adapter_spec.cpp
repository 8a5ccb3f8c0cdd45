#include "adapter/adapter_spec.h"

#include "adapter/adapter_sections.h"
#include "adapter/adapter_value.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tapbridge::adapter {

namespace {

constexpr unsigned k_deepest = 20;
constexpr std::size_t k_most_names = 1000;
constexpr std::string_view k_spec = "Write the connectionSpecification below it, or the path of a "
                                    "JSON or YAML file that holds it.";

// The schema and all its alternatives, also those of alternatives.
void add_alternatives(const json::Value& schema, std::vector<const json::Value*>& all,
                      unsigned depth = 0)
{
    all.push_back(&schema);
    for (const std::string_view key : {"oneOf", "anyOf", "allOf"}) {
        const json::Value* const choices = schema.find(key);
        if (choices == nullptr || depth == k_deepest) {
            continue;
        }
        for (const json::Value& choice : choices->items()) {
            add_alternatives(choice, all, depth + 1);
        }
    }
}

void add_types(const json::Value& schema, std::set<std::string>& types)
{
    const json::Value* const type = schema.find("type");
    if (type == nullptr) {
        return;
    }
    if (type->is_string()) {
        types.insert(type->as_string());
    }
    for (const json::Value& one : type->items()) {
        types.insert(one.as_string());
    }
}

// Nothing is said of what it holds, and it may hold something.
bool is_open(const std::vector<const json::Value*>& schemas)
{
    std::set<std::string> types;
    for (const json::Value* const schema : schemas) {
        if (schema->find("$ref") != nullptr) {
            return true;
        }
        if (schema->find("properties") != nullptr) {
            return false;
        }
        add_types(*schema, types);
    }
    return types.empty() || types.contains("object");
}

std::string last_step(const std::string& name)
{
    return name.substr(name.rfind('.') + 1);
}

void complain_of_file(Findings& findings, const YamlNode& node, const std::string& what)
{
    findings.problems.push_back({node.place, "the spec file " + quoted_briefly(node.text) + what});
}

// A JSON file is read as one first: YAML knows no "\ud83d\ude00".
std::optional<json::Value> parse_spec(const std::string& text, const YamlNode& node,
                                      Findings& findings)
{
    if (std::optional<json::Value> value = json::parse(text)) {
        return value;
    }
    std::vector<Problem> problems;
    const std::optional<YamlNode> tree = parse_yaml(text, problems);
    std::optional<json::Value> value;
    if (tree) {
        value = json_of(*tree, Meaning::schema, problems);
    }
    for (const Problem& problem : problems) {
        complain_of_file(findings, node,
                         ", line " + std::to_string(problem.place.line) + ", column " +
                             std::to_string(problem.place.column) + ": " + problem.text);
    }
    return problems.empty() ? value : std::nullopt;
}

std::optional<json::Value> read_spec_file(const YamlNode& node, const std::string& folder,
                                          const FileReader& reader, Findings& findings)
{
    const std::string path = node.text.starts_with('/') ? node.text : folder + node.text;
    std::string problem = "No such file or directory";
    const std::optional<std::string> text = reader ? reader(path, problem) : std::nullopt;
    if (!text) {
        complain_of_file(findings, node,
                         " cannot be read: " + problem +
                             ". Its path begins at the adapter's folder; check it and its "
                             "permissions.");
        return std::nullopt;
    }
    if (text->size() > k_longest_adapter) {
        complain_of_file(findings, node, " is longer than 1 MiB, as no spec is. Name another.");
        return std::nullopt;
    }
    std::optional<json::Value> spec = parse_spec(*text, node, findings);
    if (spec && !spec->is_object()) {
        complain_of_file(findings, node, " holds no mapping. Write a connectionSpecification.");
        return std::nullopt;
    }
    return spec;
}

// What SpecSettings and the forms of Airbyte rely on.
void check_shape(const json::Value& spec, const YamlNode& node, Findings& findings)
{
    const json::Value* const inner = spec.find("connectionSpecification");
    if (inner != nullptr && !inner->is_object()) {
        findings.problems.push_back(
            {node.place, "connectionSpecification in the spec is no mapping. Write type: object, "
                         "and properties."});
        return;
    }
    const json::Value* const properties = (inner != nullptr ? *inner : spec).find("properties");
    if (properties != nullptr && !properties->is_object()) {
        findings.problems.push_back({node.place, "properties in the spec are no mapping. Give each "
                                                 "setting a line NAME: {type: string}."});
    }
}

} // namespace

std::string path_text(const SettingPath& path)
{
    return text::join(path, ".");
}

SpecSettings::SpecSettings(const json::Value& spec) : m_schema(&spec)
{
    if (const json::Value* const inner = spec.find("connectionSpecification")) {
        m_schema = inner;
    }
    collect_names(*m_schema, "", 0);
}

bool SpecSettings::has(const SettingPath& path) const
{
    const Found found = find(path);
    return found.is_open || !found.schemas.empty();
}

std::set<std::string> SpecSettings::types(const SettingPath& path) const
{
    std::set<std::string> types;
    for (const json::Value* const schema : find(path).schemas) {
        const std::size_t before = types.size();
        add_types(*schema, types);
        if (types.size() == before && schema->find("type") == nullptr) {
            return {}; // this one takes anything
        }
    }
    return types;
}

std::string SpecSettings::nearest(const SettingPath& path) const
{
    // Beside it first: equal beginnings would make all of them look near.
    const std::string parent = path_text({path.begin(), path.end() - 1});
    std::vector<std::string> siblings;
    for (const std::string& name : m_names) {
        if (name.rfind('.') == (parent.empty() ? std::string::npos : parent.size()) &&
            name.starts_with(parent)) {
            siblings.push_back(last_step(name));
        }
    }
    if (const std::string near = text::nearest(path.back(), siblings); !near.empty()) {
        return parent.empty() ? near : parent + '.' + near;
    }
    for (const std::string& name : m_names) {
        if (last_step(name) == path.back()) {
            return name;
        }
    }
    return siblings.empty() ? text::nearest(path_text(path), m_names) : "";
}

SpecSettings::Found SpecSettings::find(const SettingPath& path) const
{
    Found found{{m_schema}, false};
    for (const std::string& step : path) {
        std::vector<const json::Value*> all;
        for (const json::Value* const schema : found.schemas) {
            add_alternatives(*schema, all);
        }
        found.is_open = is_open(all);
        found.schemas.clear();
        for (const json::Value* const schema : all) {
            const json::Value* const properties = schema->find("properties");
            const json::Value* const next =
                properties == nullptr ? nullptr : properties->find(step);
            if (next != nullptr) {
                found.schemas.push_back(next);
            }
        }
        if (found.schemas.empty()) {
            return found;
        }
        found.is_open = false;
    }
    return found;
}

void SpecSettings::collect_names(const json::Value& schema, const std::string& prefix,
                                 unsigned depth)
{
    std::vector<const json::Value*> all;
    add_alternatives(schema, all);
    for (const json::Value* const one : all) {
        const json::Value* const properties = one->find("properties");
        if (properties == nullptr) {
            continue;
        }
        for (const json::Member& property : properties->members()) {
            if (m_names.size() == k_most_names || depth == k_deepest) {
                return;
            }
            const std::string name = prefix + property.name;
            if (std::find(m_names.begin(), m_names.end(), name) == m_names.end()) {
                m_names.push_back(name);
            }
            collect_names(property.value, name + '.', depth + 1);
        }
    }
}

std::optional<json::Value> read_spec(AdapterKeys& file, const std::string& folder,
                                     const FileReader& reader)
{
    const YamlNode* const node = file.take("spec");
    if (node == nullptr) {
        return std::nullopt;
    }
    std::optional<json::Value> spec;
    if (node->kind == YamlNode::Kind::map) {
        spec = json_of(*node, Meaning::schema, file.findings().problems);
    } else if (node->kind == YamlNode::Kind::scalar && !node->text.empty() &&
               node->text.find('\0') == std::string::npos) {
        spec = read_spec_file(*node, folder, reader, file.findings());
    } else {
        file.complain(*node, "spec", std::string(k_spec));
    }
    if (spec) {
        check_shape(*spec, *node, file.findings());
    }
    return spec;
}

} // namespace tapbridge::adapter
