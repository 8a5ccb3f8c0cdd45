#include "adapter/yaml_node.h"

#include "util/text.h"
#include "util/utf8.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <unordered_map>
#include <utility>

namespace tapbridge::adapter {

namespace {

// Far more than any adapter needs; aliases of aliases would multiply without a limit.
constexpr std::size_t k_most_nodes = 100'000;
constexpr std::size_t k_deepest = 100;

// Thrown out of yaml-cpp once the problem is noted.
struct Stop {};

Place place_of(const YAML::Mark& mark)
{
    return {std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1};
}

std::size_t size_of(const YamlNode& node)
{
    std::size_t size = 1;
    for (const YamlNode& item : node.items) {
        size += size_of(item);
    }
    for (const YamlMember& member : node.members) {
        size += size_of(member.value);
    }
    return size;
}

std::size_t depth_of(const YamlNode& node)
{
    std::size_t deepest = 0;
    for (const YamlNode& item : node.items) {
        deepest = std::max(deepest, depth_of(item));
    }
    for (const YamlMember& member : node.members) {
        deepest = std::max(deepest, depth_of(member.value));
    }
    return deepest + 1;
}

// Not YAML::Node: that keeps the last of equal keys and shares what is aliased.
class TreeBuilder : public YAML::EventHandler {
public:
    explicit TreeBuilder(std::vector<Problem>& problems) : m_problems(problems) {}

    bool is_complete() const { return m_complete; }
    YamlNode& root() { return m_root; }
    // The lists and maps that are not closed yet, the innermost last.
    std::vector<Place> open_places() const
    {
        std::vector<Place> places;
        for (const Level& level : m_levels) {
            places.push_back(level.node.place);
        }
        return places;
    }

    void OnDocumentStart(const YAML::Mark& mark) override
    {
        if (m_complete) {
            stop(place_of(mark),
                 "a second document or something else begins here, after the end of "
                 "the adapter. Remove it, or mend the indentation.");
        }
    }
    void OnDocumentEnd() override { m_complete = true; }

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        YamlNode node = started(mark, YamlNode::Kind::null, "");
        if (!m_levels.empty() && m_levels.back().key) {
            node.place = m_levels.back().key->place;
        }
        add(std::move(node), anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override
    {
        YamlNode node = started(mark, YamlNode::Kind::scalar, tag);
        node.text = value;
        node.quoted = tag == "!";
        add(std::move(node), anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
    {
        const auto found = m_anchored.find(anchor);
        if (found == m_anchored.end()) {
            stop(place_of(mark),
                 "this alias stands inside what it repeats. Write out what it means.");
        }
        spend(size_of(found->second), place_of(mark));
        if (m_levels.size() + depth_of(found->second) > k_deepest) {
            stop_too_deep(mark);
        }
        add(found->second, YAML::NullAnchor);
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override
    {
        open(started(mark, YamlNode::Kind::list, tag), anchor, mark);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override
    {
        open(started(mark, YamlNode::Kind::map, tag), anchor, mark);
    }
    void OnMapEnd() override { close(); }

private:
    struct Level {
        YamlNode node;
        YAML::anchor_t anchor = YAML::NullAnchor;
        std::optional<YamlNode> key; // whose value comes next
        std::unordered_map<std::string, int> key_lines;
    };

    [[noreturn]] void stop(const Place& place, const char* text)
    {
        m_problems.push_back({place, text});
        throw Stop{};
    }

    [[noreturn]] void stop_too_deep(const YAML::Mark& mark)
    {
        stop(place_of(mark), "lists and mappings are nested more than 100 deep, as in no adapter. "
                             "Write it flatter.");
    }

    void spend(std::size_t nodes, const Place& place)
    {
        m_nodes += nodes;
        if (m_nodes > k_most_nodes) {
            stop(place, "the file holds more than 100,000 values, aliases counted by what "
                        "they repeat, as no adapter does. Write less.");
        }
    }

    YamlNode started(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& tag)
    {
        spend(1, place_of(mark));
        // yaml-cpp's own words for "no tag": "?" or nothing, and "!" for what is quoted.
        if (!tag.empty() && tag != "?" && tag != "!") {
            m_problems.push_back(
                {place_of(mark), "a tag (!) means nothing in an adapter. Remove it."});
        }
        YamlNode node;
        node.kind = kind;
        node.place = place_of(mark);
        return node;
    }

    void open(YamlNode node, YAML::anchor_t anchor, const YAML::Mark& mark)
    {
        if (m_levels.size() == k_deepest) {
            stop_too_deep(mark);
        }
        m_levels.push_back({std::move(node), anchor, std::nullopt, {}});
    }

    void close()
    {
        Level level = std::move(m_levels.back());
        m_levels.pop_back();
        add(std::move(level.node), level.anchor);
    }

    void add(YamlNode node, YAML::anchor_t anchor)
    {
        if (anchor != YAML::NullAnchor) {
            spend(size_of(node), node.place); // it is kept a second time
            m_anchored[anchor] = node;
        }
        if (m_levels.empty()) {
            m_root = std::move(node);
        } else if (Level& level = m_levels.back(); level.node.kind == YamlNode::Kind::list) {
            level.node.items.push_back(std::move(node));
        } else if (!level.key) {
            level.key = std::move(node);
        } else {
            add_member(level, std::move(node));
        }
    }

    void add_member(Level& level, YamlNode value)
    {
        const YamlNode key = std::move(*level.key);
        level.key.reset();
        if (key.kind != YamlNode::Kind::scalar) {
            m_problems.push_back(
                {key.place,
                 "a key is a word, not a list, a mapping or nothing. Write KEY: VALUE."});
            return;
        }
        const auto [first, is_new] = level.key_lines.emplace(key.text, key.place.line);
        if (!is_new) {
            m_problems.push_back({key.place, "the key " +
                                                 text::quoted(text::shorten(key.text, 60)) +
                                                 " is there already, on line " +
                                                 std::to_string(first->second) + ". Keep one."});
            return;
        }
        level.node.members.push_back({key.text, key.place, std::move(value)});
    }

    std::vector<Problem>& m_problems;
    std::vector<Level> m_levels;
    std::unordered_map<YAML::anchor_t, YamlNode> m_anchored;
    std::size_t m_nodes = 0;
    YamlNode m_root;
    bool m_complete = false;
};

// yaml-cpp's words for what is wrong, and ours.
struct Wording {
    std::string_view theirs; // how they begin
    const char* ours;
};

constexpr const char* k_stray =
    "what begins here belongs to nothing before it. Indent the keys of one mapping and the items "
    "of one list alike, and quote the whole of a text.";

constexpr std::array<Wording, 12> k_wordings{{
    {"illegal map value", "a colon stands where none belongs. Quote a text that holds one, and "
                          "indent the keys of one mapping alike."},
    {"end of map not found", k_stray},
    {"end of sequence not found", k_stray},
    {"end of map flow not found", "this mapping is not closed. Put a } at its end."},
    {"end of sequence flow not found", "this list is not closed. Put a ] at its end."},
    {"illegal flow end", "this bracket closes nothing. Remove it, or write the other kind."},
    {"illegal EOF in scalar", "the file ends inside a quoted text. Close the quote."},
    {"illegal tab", "a tab in the indentation. Use spaces."},
    {"unknown token", "no text begins with this character. Put the text in quotes."},
    {"the referenced anchor is not defined", "no anchor (&) of this name comes before this alias. "
                                             "Put the text in quotes if it is none."},
    {"unknown escape character", "this backslash sequence means nothing. Write \\\\ for a "
                                 "backslash, or use single quotes."},
    {"invalid unicode", "this escape is no character. Write the character itself."},
}};

std::string_view line_at(std::string_view text, int line)
{
    for (; line > 1; --line) {
        const std::size_t end = text.find('\n');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return text.substr(0, text.find('\n'));
}

bool is_bracket(std::string_view text, const Place& place)
{
    const std::string_view line = line_at(text, place.line);
    const auto column = static_cast<std::size_t>(place.column - 1);
    return column < line.size() && (line[column] == '{' || line[column] == '[');
}

// yaml-cpp says where it noticed; a user wants to know where it began.
Problem syntax_problem(const YAML::Exception& error, const TreeBuilder& tree, std::string_view text)
{
    std::vector<Place> brackets = tree.open_places();
    std::erase_if(brackets, [&](const Place& place) { return !is_bracket(text, place); });
    Place place = place_of(error.mark);
    const std::string_view line = line_at(text, place.line);
    const std::size_t tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
    std::string_view theirs = error.msg;
    if (brackets.empty() && tab != std::string_view::npos) { // within brackets tabs are blanks
        place.column = static_cast<int>(tab) + 1;
        theirs = "illegal tab";
    } else if (!brackets.empty() && theirs.find("flow not found") != std::string_view::npos) {
        place = brackets.back();
    }
    const auto* const wording =
        std::find_if(k_wordings.begin(), k_wordings.end(),
                     [&](const Wording& known) { return theirs.starts_with(known.theirs); });
    return {place, wording != k_wordings.end() ? std::string("not YAML: ") + wording->ours
                                               : "not YAML: " + error.msg + ". Mend this place."};
}

// yaml-cpp takes any bytes, ends the file at a byte 4, and loses carriage returns.
std::optional<Problem> character_problem(std::string_view text)
{
    Place place;
    const char* const end = text.data() + text.size();
    for (const char* p = text.data(); p != end;) {
        const std::size_t length = utf8::length(p, end);
        if (length == 0) {
            return Problem{place, "the file is not UTF-8 from here on. Save it as UTF-8."};
        }
        const auto byte = static_cast<unsigned char>(*p);
        const bool is_line_end = byte == '\n' || (byte == '\r' && p + 1 != end && p[1] == '\n');
        if ((byte < ' ' && byte != '\t' && !is_line_end) || byte == 0x7F) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "U+%04X", unsigned{byte});
            return Problem{place, std::string("a control character (") + code.data() +
                                      ") stands here. Remove it."};
        }
        place = byte == '\n' ? Place{place.line + 1, 1}
                             : Place{place.line, place.column + static_cast<int>(length)};
        p += length;
    }
    return std::nullopt;
}

} // namespace

std::optional<YamlNode> parse_yaml(std::string_view text, std::vector<Problem>& problems)
{
    if (std::optional<Problem> problem = character_problem(text)) {
        problems.push_back(std::move(*problem));
        return std::nullopt;
    }
    TreeBuilder tree(problems);
    bool is_stopped = true;
    try {
        std::istringstream input{std::string(text)};
        YAML::Parser parser(input);
        while (parser.HandleNextDocument(tree)) {
        }
        is_stopped = false;
    } catch (const YAML::Exception& error) {
        problems.push_back(syntax_problem(error, tree, text));
    } catch (const Stop&) {
    }
    if (is_stopped && !tree.is_complete()) {
        return std::nullopt;
    }
    return std::move(tree.root());
}

} // namespace tapbridge::adapter
