// The section `config` of an adapter: where each setting of the tap comes from.
#include "adapter/adapter_sections.h"
#include "adapter/adapter_spec.h"
#include "adapter/adapter_value.h"
#include "adapter/date_time.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace tapbridge::adapter {

namespace {

constexpr std::string_view k_rule =
    "Write where its value comes from: {from: SETTING}, {template: TEXT} or {value: VALUE}.";
constexpr std::string_view k_shift =
    "A shift is a sign, a whole number and its unit: s, m, h, d, w, mo or y, as in -365d.";
constexpr std::size_t k_most_named = 12;

const std::vector<std::string> k_as{"", "string", "number", "integer", "boolean", "json", "file"};

// Reads one rule.
class RuleReader {
public:
    RuleReader(AdapterKeys& keys, const SpecSettings* spec, MappedSetting& rule)
        : m_keys(keys), m_spec(spec), m_rule(rule)
    {}

    void read()
    {
        read_from();
        read_template();
        if (const YamlNode* const value = m_keys.take("value")) {
            m_rule.value = constant(*value, "value");
        }
        read_default();
        read_shift();
        read_format();
        const std::vector<std::string> names{k_as.begin() + 1, k_as.end()};
        if (const auto as = m_keys.choice("as", names)) {
            m_rule.as = static_cast<As>(*as + 1);
        }
        read_suffix();
        check_sources();
        check_dates();
        check_constant("value", m_rule.value ? &*m_rule.value : nullptr);
        check_constant("default", std::get_if<json::Value>(&m_rule.fallback));
        check_default_by_spec();
    }

private:
    bool has(std::string_view key) { return m_keys.take(key) != nullptr; }

    void complain(std::string_view key, std::string text)
    {
        m_keys.findings().problems.push_back(
            {m_keys.take(key)->place, m_keys.path_of(key) + std::move(text)});
    }

    json::Value constant(const YamlNode& node, std::string_view key)
    {
        if (node.kind == YamlNode::Kind::null) {
            m_keys.complain(node, key, "Write a value, or leave the key out.");
        }
        return json_of(node, Meaning::data, m_keys.findings().problems);
    }

    void check_setting(const SettingPath& path, std::string_view key)
    {
        if (m_spec == nullptr || m_spec->has(path)) {
            return;
        }
        std::string remedy = m_spec->nearest(path);
        if (!remedy.empty()) {
            remedy = "did you mean " + text::quoted(remedy) + "?";
        } else if (m_spec->names().empty()) {
            remedy = "it has none.";
        } else {
            std::vector<std::string> names = m_spec->names();
            const bool is_long = names.size() > k_most_named;
            names.resize(std::min(names.size(), k_most_named));
            remedy = "it has " + text::join(names, ", ") + (is_long ? ", ..." : ".");
        }
        complain(key, " reads the setting " + quoted_briefly(path_text(path)) +
                          ", which the spec does not have; " + remedy);
    }

    void read_from()
    {
        constexpr std::string_view remedy = "Write the user's setting, or a list of settings of "
                                            "which the first that is set counts.";
        for (const std::string& name :
             m_keys.text_or_texts("from", remedy).value_or(std::vector<std::string>{})) {
            SettingPath path;
            for (const std::string_view step : text::split(name, '.')) {
                path.emplace_back(step);
            }
            if (std::find(path.begin(), path.end(), "") != path.end()) {
                complain("from", " names " + quoted_briefly(name) +
                                     ". Write the settings that lead to it with a dot between two, "
                                     "as in credentials.token.");
                continue;
            }
            check_setting(path, "from");
            m_rule.from.push_back(std::move(path));
        }
    }

    void read_template()
    {
        const auto text = m_keys.text("template");
        if (!text) {
            return;
        }
        m_rule.template_text = *text;
        std::string problem;
        const auto settings = template_settings(*text, problem);
        if (!settings) {
            m_keys.complain(*m_keys.take("template"), "template", problem);
        } else {
            for (const SettingPath& path : *settings) {
                check_setting(path, "template");
            }
        }
    }

    std::optional<Shift> shift_of(const YamlNode& node, const std::string& path)
    {
        const auto text = text_of(node, path, m_keys.findings());
        const auto shift = text ? parse_shift(*text) : std::nullopt;
        if (text && !shift) {
            add_problem(m_keys.findings(), node, path, k_shift);
        }
        return shift;
    }

    void read_default()
    {
        const YamlNode* const node = m_keys.take("default");
        if (node == nullptr) {
            return;
        }
        if (node->kind == YamlNode::Kind::map && node->members.size() == 1 &&
            node->members[0].key == "now") {
            const auto shift = shift_of(node->members[0].value, m_keys.path_of("default") + ".now");
            m_rule.fallback = Now{shift.value_or(Shift{})};
        } else {
            m_rule.fallback = constant(*node, "default");
        }
    }

    void read_shift()
    {
        if (const YamlNode* const node = m_keys.take("shift")) {
            m_rule.shift = shift_of(*node, m_keys.path_of("shift"));
        }
    }

    void read_format()
    {
        m_rule.format = m_keys.text("format").value_or("");
        const std::string problem = problem_of_format(m_rule.format);
        if (!m_rule.format.empty() && !problem.empty()) {
            m_keys.complain(*m_keys.take("format"), "format", problem);
        }
    }

    void read_suffix()
    {
        const auto suffix = m_keys.text("suffix");
        m_rule.suffix = suffix.value_or("");
        if (suffix && m_rule.as != As::file) {
            complain("suffix", " is for files. Add as: file, or remove it.");
        } else if (suffix && suffix->find('/') != std::string::npos) {
            m_keys.complain(*m_keys.take("suffix"), "suffix",
                            "It is the end of a file's name, without \"/\", as in .p8.");
        }
    }

    void check_sources()
    {
        constexpr std::array<std::string_view, 3> sources{"from", "template", "value"};
        const auto count =
            std::count_if(sources.begin(), sources.end(), [&](auto key) { return has(key); });
        if (count > 1) {
            m_keys.complain("has more than one of from, template and value. Keep one.");
        } else if (count == 0 && !has("default")) {
            m_keys.complain("has no source. " + std::string(k_rule));
        }
        if (has("value") && has("default")) {
            complain("default", " is never used beside a value. Remove one of them.");
        }
    }

    // A date comes from the user or from now.
    void check_dates()
    {
        const bool has_now = std::holds_alternative<Now>(m_rule.fallback);
        if (has("shift") && !has("from")) {
            complain("shift", " is for a date that the user sets (from)" +
                                  std::string(has_now ? "; default.now holds a shift of its own."
                                                      : ". Add from, or remove it."));
        }
        if (has("format") && !has("from") && !has_now) {
            complain("format", " is for a date that the user sets (from) or that is computed "
                               "(default: {now: -30d}). Add one of these, or remove it.");
        }
    }

    void check_constant(std::string_view key, const json::Value* value)
    {
        if (value != nullptr && !value->is_null() && !can_be(*value, m_rule.as)) {
            m_keys.complain(
                *m_keys.take(key), key,
                "It cannot become what as: " + k_as.at(static_cast<std::size_t>(m_rule.as)) +
                    " says. Write one that can.");
        }
    }

    static bool can_be(const json::Value& value, As as)
    {
        using json::Kind;
        const bool is_scalar_text = value.is_string() || value.kind() == Kind::number;
        const std::string text = value.is_string() ? value.as_string() : value.source();
        switch (as) {
        case As::same:
        case As::string:
            return true;
        case As::number:
            return is_scalar_text && is_json_number(text);
        case As::integer:
            return is_scalar_text && is_json_number(text) &&
                   text.find_first_of(".eE") == std::string::npos;
        case As::boolean:
            return value.kind() == Kind::boolean ||
                   (is_scalar_text && (text == "1" || text == "0" || text::lower(text) == "true" ||
                                       text::lower(text) == "false"));
        case As::json:
            return !value.is_string() || json::parse(text).has_value();
        case As::file:
            return value.is_string() || value.is_array() || value.is_object();
        }
        return true;
    }

    // What the user may set by that one setting, the default may be.
    void check_default_by_spec()
    {
        const auto* const value = std::get_if<json::Value>(&m_rule.fallback);
        if (value == nullptr || value->is_null() || m_spec == nullptr || m_rule.as != As::same ||
            m_rule.from.size() != 1) {
            return;
        }
        const std::set<std::string> types = m_spec->types(m_rule.from[0]);
        if (types.empty() || fits(*value, types)) {
            return;
        }
        m_keys.complain(*m_keys.take("default"), "default",
                        "The setting " + text::quoted(path_text(m_rule.from[0])) + " is of type " +
                            text::join({types.begin(), types.end()}, ", ") +
                            " in the spec. Write such a value, or say what the tap wants by as.");
    }

    static bool fits(const json::Value& value, const std::set<std::string>& types)
    {
        constexpr std::array<std::string_view, 6> names{"null",   "boolean", "number",
                                                        "string", "array",   "object"};
        if (types.contains(std::string(names.at(static_cast<std::size_t>(value.kind()))))) {
            return true;
        }
        return value.kind() == json::Kind::number && types.contains("integer") &&
               value.source().find_first_of(".eE") == std::string::npos;
    }

    AdapterKeys& m_keys;
    const SpecSettings* m_spec;
    MappedSetting& m_rule;
};

} // namespace

std::optional<ConfigMapping> read_config(AdapterKeys& file, const json::Value* spec)
{
    const std::optional<SpecSettings> settings =
        spec != nullptr ? std::optional<SpecSettings>(*spec) : std::nullopt;
    const SpecSettings* const known = settings ? &*settings : nullptr;
    ConfigMapping mapping;
    file.members("config", [&](const YamlMember& member, const std::string& path) {
        const YamlNode& value = member.value;
        if (member.key == "*") {
            mapping.pass = value.kind == YamlNode::Kind::scalar && value.text == "pass";
            if (!mapping.pass && (value.kind != YamlNode::Kind::scalar || value.text != "drop")) {
                add_problem(file.findings(), value, path,
                            "It can be pass (what no rule reads goes to the tap) or drop.");
            }
            return;
        }
        MappedSetting& rule = mapping.settings.emplace_back();
        rule.key = member.key;
        AdapterKeys::read(
            value, path, file.findings(),
            [&](AdapterKeys& keys) { RuleReader(keys, known, rule).read(); }, k_rule);
    });
    const YamlNode* const node = file.take("config");
    return node == nullptr ? std::nullopt : std::optional(std::move(mapping));
}

} // namespace tapbridge::adapter
