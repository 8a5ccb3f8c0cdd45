#include "util/json/value.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <numeric>
#include <type_traits>

namespace tapbridge::json {

namespace {

// The platform's reader takes 1,000 levels; a state or a catalog entry travels inside some more.
constexpr unsigned k_deepest_readable = 900;

bool is_nonfinite(std::string_view source)
{
    const std::size_t sign = source.starts_with('-') ? 1 : 0;
    return source.size() > sign && (source[sign] < '0' || source[sign] > '9');
}

bool has_unreadable_text(std::string_view quoted_source)
{
    std::vector<DefectAt> defects;
    check(quoted_source, 1, &defects);
    return !defects.empty();
}

bool has_defects(const Value& value, unsigned depth)
{
    switch (value.kind()) {
    case Kind::number:
        return value.source().size() > k_longest_number || is_nonfinite(value.source());
    case Kind::string:
        return has_unreadable_text(value.source());
    case Kind::array:
        return depth > k_deepest_readable ||
               std::any_of(value.items().begin(), value.items().end(),
                           [depth](const Value& item) { return has_defects(item, depth + 1); });
    case Kind::object:
        return depth > k_deepest_readable ||
               std::any_of(value.members().begin(), value.members().end(),
                           [depth](const Member& member) {
                               return has_unreadable_text(member.source) ||
                                      has_defects(member.value, depth + 1);
                           });
    default:
        return false;
    }
}

// The content of that kind, or an empty one.
template <class Content, class Variant>
auto& content_or_none(Variant& content)
{
    if (auto* const found = std::get_if<Content>(&content))
        return *found;
    static std::conditional_t<std::is_const_v<Variant>, const Content, Content> k_none;
    assert(k_none.empty());
    return k_none;
}

// Indices of the members in the order of their names, duplicates in the order they stand in.
std::vector<std::size_t> by_name(const std::vector<Member>& members)
{
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&members](std::size_t a, std::size_t b) {
        return members[a].name < members[b].name;
    });
    return order;
}

bool same_members(const std::vector<Member>& a, const std::vector<Member>& b)
{
    if (a.size() != b.size())
        return false;
    const auto same_name = [](const Member& x, const Member& y) { return x.name == y.name; };
    const auto same = [](const Member& x, const Member& y) {
        return x.name == y.name && x.value == y.value;
    };
    if (std::equal(a.begin(), a.end(), b.begin(), same_name))
        return std::equal(a.begin(), a.end(), b.begin(), same);
    const std::vector<std::size_t> order_a = by_name(a);
    const std::vector<std::size_t> order_b = by_name(b);
    // All the names before any value: objects of other names must not cost a deep comparison.
    const auto pairwise = [&](auto equal) {
        return std::equal(order_a.begin(), order_a.end(), order_b.begin(),
                          [&](std::size_t i, std::size_t j) { return equal(a[i], b[j]); });
    };
    return pairwise(same_name) && pairwise(same);
}

} // namespace

// Not in the class, where clang would need to know what a Member is.
Value::Value() : m_content("null") {}

Value Value::boolean(bool value)
{
    return scalar(Kind::boolean, value ? "true" : "false");
}

Value Value::number(std::int64_t value)
{
    return scalar(Kind::number, std::to_string(value));
}

Value Value::string(std::string_view text)
{
    return scalar(Kind::string, quoted(text));
}

Value Value::array()
{
    return array(std::vector<Value>());
}

Value Value::array(std::vector<Value> items)
{
    Value result;
    result.m_kind = Kind::array;
    result.m_content = std::move(items);
    return result;
}

Value Value::object()
{
    return object(std::vector<Member>());
}

Value Value::object(std::vector<Member> members)
{
    Value result;
    result.m_kind = Kind::object;
    result.m_content = std::move(members);
    return result;
}

Value Value::scalar(Kind kind, std::string source)
{
    Value result;
    result.m_kind = kind;
    result.m_content = std::move(source);
    return result;
}

const std::string& Value::source() const
{
    return content_or_none<std::string>(m_content);
}

std::vector<Value>& Value::items()
{
    return content_or_none<std::vector<Value>>(m_content);
}

const std::vector<Value>& Value::items() const
{
    return content_or_none<std::vector<Value>>(m_content);
}

std::vector<Member>& Value::members()
{
    return content_or_none<std::vector<Member>>(m_content);
}

const std::vector<Member>& Value::members() const
{
    return content_or_none<std::vector<Member>>(m_content);
}

std::string Value::as_string() const
{
    const std::string& text = source();
    if (m_kind != Kind::string || text.size() < 2)
        return {};
    return decode_string(std::string_view(text).substr(1, text.size() - 2));
}

bool Value::as_bool() const
{
    return m_kind == Kind::boolean && source() == "true";
}

std::optional<std::int64_t> Value::as_integer() const
{
    std::int64_t result = 0;
    const std::string& text = source();
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, result);
    if (m_kind != Kind::number || error != std::errc() || stop != end)
        return std::nullopt;
    return result;
}

const Value* Value::find(std::string_view name) const
{
    const std::vector<Member>& list = members();
    const auto found = std::find_if(list.rbegin(), list.rend(),
                                    [name](const Member& member) { return member.name == name; });
    return found == list.rend() ? nullptr : &found->value;
}

Value* Value::find(std::string_view name)
{
    return const_cast<Value*>(std::as_const(*this).find(name));
}

Value& Value::set(std::string_view name, Value value)
{
    assert(is_object());
    if (Value* const there = find(name))
        return *there = std::move(value);
    return members().emplace_back(Member{std::string(name), {}, std::move(value)}).value;
}

bool Value::erase(std::string_view name)
{
    return std::erase_if(members(), [name](const Member& m) { return m.name == name; }) != 0;
}

bool operator==(const Value& a, const Value& b)
{
    return a.m_kind == b.m_kind && a.source() == b.source() && a.items() == b.items() &&
           same_members(a.members(), b.members());
}

bool has_defects(const Value& value)
{
    return has_defects(value, 1);
}

} // namespace tapbridge::json
