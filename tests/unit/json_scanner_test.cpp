#include "catch.h"
#include "random_json.h"
#include "util/json/scanner.h"

#include <boost/json.hpp>

using namespace tapbridge;
using json::Defect;
using json::ScanError;

namespace {

constexpr unsigned k_limit = 1000;

struct Verdict {
    ScanError error;
    std::size_t offset;
    bool operator==(const Verdict&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Verdict& verdict)
{
    return out << '"' << describe(verdict.error) << "\" at " << verdict.offset;
}

Verdict check(std::string_view text, unsigned max_depth = k_limit)
{
    std::size_t offset = 0;
    const ScanError error = json::check(text, max_depth, nullptr, &offset);
    return {error, offset};
}

Verdict good()
{
    return {ScanError::none, 0};
}

std::vector<json::DefectAt> defects_of(std::string_view text)
{
    std::vector<json::DefectAt> defects;
    INFO(text);
    CHECK(json::check(text, k_limit, &defects) == ScanError::none);
    return defects;
}

void check_defect(std::string_view text, Defect kind, std::size_t offset, std::size_t length)
{
    const auto defects = defects_of(text);
    REQUIRE(defects.size() == 1);
    CHECK(defects[0].kind == kind);
    CHECK(defects[0].offset == offset);
    CHECK(defects[0].length == length);
}

std::string nested(std::size_t depth, const char* opening, const char* closing)
{
    std::string text;
    for (std::size_t i = 0; i < depth; ++i)
        text += opening;
    for (std::size_t i = 0; i < depth; ++i)
        text += closing;
    return text;
}

// `text` in a string, at every distance from the 16-byte steps that the scanner takes.
template <typename Test>
void at_every_alignment(std::string_view text, Test test)
{
    for (std::size_t before = 0; before < 34; ++before) {
        for (const std::size_t after : {0, 1, 15, 16, 33}) {
            const std::string whole =
                '"' + std::string(before, 'x') + std::string(text) + std::string(after, 'y') + '"';
            INFO(whole);
            test(whole, before + 1);
        }
    }
}

} // namespace

TEST_CASE("check accepts all of RFC 8259")
{
    for (const char* text : {"null",
                             "true",
                             "false",
                             "0",
                             "-0",
                             "1.10",
                             "1e400",
                             "1E-400",
                             "0E-10",
                             "0.0e+0",
                             "12345678901234567890.123456789",
                             "\"\"",
                             "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00Ff\"",
                             "\"\x7F\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"",
                             "\"\\ud83d\\ude00\"",
                             "\"\\u0000\"",
                             "[]",
                             "{}",
                             "[ ]",
                             "{ }",
                             " \t\n[ 1 , \"a\" , { } ]\n ",
                             "{\"a\":1,\"a\":{\"\":[]}}"}) {
        INFO(text);
        CHECK(check(text) == good());
        CHECK(defects_of(text).empty());
    }
}

TEST_CASE("check refuses what is not JSON and says where")
{
    const std::vector<std::pair<std::string_view, std::size_t>> texts = {
        {"", 0},
        {"   ", 3},
        {"01", 1},
        {"1.e5", 2},
        {"+1", 0},
        {".5", 0},
        {"-.5", 1},
        {"-a", 1},
        {"1.5.5", 3},
        {"0x10", 1},
        {"1e+-5", 3},
        {"truE", 3},
        {"nul l", 3},
        {"True", 0},
        {"None", 1},
        {"nan", 1},
        {"'a'", 0},
        {"\"\\x\"", 2},
        {"\"\\u12g4\"", 5},
        {"\"\\'\"", 2},
        {"[1,]", 3},
        {"[,1]", 1},
        {"[1 2]", 3},
        {"[1,,2]", 3},
        {"[1}", 2},
        {"{1:2}", 1},
        {"{\"a\"}", 4},
        {"{\"a\" 1}", 5},
        {"{\"a\":}", 5},
        {"{\"a\":1,}", 7},
        {"{,}", 1},
        {"{\"a\":1]", 6},
        {"{\"a\"::1}", 5},
        {"{a:1}", 1},
        {"]", 0},
        {"/**/1", 0},
        {"\xEF\xBB\xBF{}", 0},
        {"[\xC2\xA0]", 1},
        {"[\v1]", 1},
        {"[\f]", 1},
        {"{\"a\":1 \"b\":2}", 7},
    };
    for (const auto& [text, offset] : texts) {
        INFO(text);
        const Verdict verdict = check(text);
        const bool trailing = verdict.error == ScanError::trailing;
        CHECK((trailing || verdict.error == ScanError::syntax));
        CHECK(verdict.offset == offset);
    }
    CHECK(check(std::string_view("\0", 1)) == Verdict{ScanError::syntax, 0});
    CHECK(check(std::string_view("[\0]", 3)) == Verdict{ScanError::syntax, 1});
    CHECK(check(std::string_view("\"\\\0\"", 4)) == Verdict{ScanError::syntax, 2});
}

TEST_CASE("check tells text that ends early from text that is wrong")
{
    const std::string text = R"({"a": [1.5e+7, true, "x\u00e4\ud83d\ude00)"
                             "\xF0\x9F\x98\x80\xC3\xA4"
                             R"(\n", -0.5, {"b": null}]})";
    REQUIRE(check(text) == good());
    for (std::size_t length = 1; length < text.size(); ++length) {
        const std::string_view cut = std::string_view(text).substr(0, length);
        INFO(cut);
        const Verdict verdict = check(cut);
        const bool inside_character = verdict.error == ScanError::invalid_utf8;
        CHECK((verdict.error == ScanError::truncated || inside_character));
        if (!inside_character)
            CHECK(verdict.offset == length);
    }
}

TEST_CASE("check refuses text after the value")
{
    CHECK(check("{} {}") == Verdict{ScanError::trailing, 3});
    CHECK(check("1,") == Verdict{ScanError::trailing, 1});
    CHECK(check("\"a\"\"b\"") == Verdict{ScanError::trailing, 3});
    CHECK(check(std::string_view("{}\0", 3)) == Verdict{ScanError::trailing, 2});
}

TEST_CASE("check refuses raw control characters in strings")
{
    for (int c = 0; c < 0x20; ++c) {
        at_every_alignment(std::string(1, static_cast<char>(c)),
                           [](const std::string& text, std::size_t at) {
                               CHECK(check(text) == Verdict{ScanError::control_character, at});
                           });
    }
}

TEST_CASE("check refuses invalid UTF-8 in strings")
{
    for (const char* bad : {"\x80",
                            "\xBF",
                            "\xC0\x80",
                            "\xC1\xBF",
                            "\xE0\x80\x80",
                            "\xE0\x9F\xBF",
                            "\xED\xA0\x80",
                            "\xED\xBF\xBF",
                            "\xF0\x80\x80\x80",
                            "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80",
                            "\xF5\x80\x80\x80",
                            "\xFF",
                            "\xFE",
                            "\xC3",
                            "\xE2\x82",
                            "\xF0\x9F\x98",
                            "\xC3z",
                            "\xE2z\x82",
                            "\xF8\x88\x80\x80\x80"}) {
        at_every_alignment(bad, [](const std::string& text, std::size_t at) {
            CHECK(check(text) == Verdict{ScanError::invalid_utf8, at});
        });
    }
}

TEST_CASE("check accepts every character of Unicode")
{
    const auto byte = [](unsigned value) {
        return static_cast<char>(static_cast<unsigned char>(value));
    };
    std::string text = "\"";
    for (unsigned c = 0x80; c <= 0x10FFFF; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF)
            continue;
        if (c < 0x800) {
            text += byte(0xC0 | c >> 6);
        } else if (c < 0x10000) {
            text += byte(0xE0 | c >> 12);
            text += byte(0x80 | (c >> 6 & 0x3F));
        } else {
            text += byte(0xF0 | c >> 18);
            text += byte(0x80 | (c >> 12 & 0x3F));
            text += byte(0x80 | (c >> 6 & 0x3F));
        }
        text += byte(0x80 | (c & 0x3F));
    }
    text += '"';
    CHECK(check(text) == good());
    CHECK(defects_of(text).size() == 3); // U+0085, U+2028, U+2029
}

TEST_CASE("check stops at the limit on nesting and no earlier")
{
    CHECK(check(nested(1000, "[", "]"), 1000) == good());
    CHECK(check(nested(1001, "[", "]"), 1000) == Verdict{ScanError::too_deep, 1000});
    CHECK(check("1", 0) == good());
    CHECK(check("[]", 0) == Verdict{ScanError::too_deep, 0});
    CHECK(check("[[]]", 1) == Verdict{ScanError::too_deep, 1});
    CHECK(check("[[],[],{}]", 2) == good());
    CHECK(check(nested(json::k_deepest, "[", "]"), 5000) == good());
    CHECK(check(nested(json::k_deepest + 1, "[", "]"), 5000).error == ScanError::too_deep);
    CHECK(check(nested(1'000'000, "[", ""), 1000).error == ScanError::too_deep);
}

TEST_CASE("check reports numbers that are none")
{
    check_defect("NaN", Defect::nonfinite, 0, 3);
    check_defect("-NaN", Defect::nonfinite, 0, 4);
    check_defect("sNaN", Defect::nonfinite, 0, 4);
    check_defect("-sNaN", Defect::nonfinite, 0, 5);
    check_defect("[1, Infinity]", Defect::nonfinite, 4, 8);
    check_defect("{\"a\":-Infinity}", Defect::nonfinite, 5, 9);
    for (const char* text : {"Nan", "NaNs", "Infinit", "Infinityy", "--Infinity", "+Infinity",
                             "- NaN", "Inf", "NaN123"}) {
        INFO(text);
        CHECK_FALSE(check(text) == good());
    }
}

TEST_CASE("check reports halves of surrogate pairs")
{
    at_every_alignment("\\ud800", [](const std::string& text, std::size_t at) {
        check_defect(text, Defect::lone_surrogate, at, 6);
    });
    check_defect(R"("\uDC00")", Defect::lone_surrogate, 1, 6);
    check_defect(R"("\uDfFf\ud83d\ude00")", Defect::lone_surrogate, 1, 6);
    check_defect(R"("\ud800\u0041")", Defect::lone_surrogate, 1, 6);
    check_defect(R"("\ud800\n")", Defect::lone_surrogate, 1, 6);
    check_defect(R"("\ud800\\udc00")", Defect::lone_surrogate, 1, 6);
    check_defect(R"("\ud800\ud800\udc00")", Defect::lone_surrogate, 1, 6);
    check_defect(R"({"\udbff": 1})", Defect::lone_surrogate, 2, 6);
    CHECK(defects_of(R"("\udc00\ud800")").size() == 2);
    CHECK(defects_of(R"("\ud800\udc00\udbff\udfff\\ud800")").empty());
    CHECK(check(R"("\ud800\u12")") == Verdict{ScanError::syntax, 11});
    CHECK(check(R"("\ud800\u)") == Verdict{ScanError::truncated, 9});
}

TEST_CASE("check reports raw line separators")
{
    for (const char* separator : {"\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"}) {
        at_every_alignment(separator, [&](const std::string& text, std::size_t at) {
            check_defect(text, Defect::line_separator, at, std::string_view(separator).size());
        });
    }
    CHECK(defects_of("\"\\u2028\\u0085 \xE2\x80\xA7\xE2\x80\xAA\xC2\x84\xC2\x86\xE2\x81\xA8\"")
              .empty());
}

TEST_CASE("check reports numbers of more than 1,000 characters")
{
    CHECK(defects_of(std::string(1000, '7')).empty());
    check_defect(std::string(1001, '7'), Defect::long_number, 0, 1001);
    check_defect("[-0." + std::string(998, '0') + "]", Defect::long_number, 1, 1001);
    check_defect("[1e" + std::string(999, '0') + ",2]", Defect::long_number, 1, 1001);
}

TEST_CASE("check reports raw carriage returns between tokens")
{
    check_defect("{\"a\":1}\r", Defect::carriage_return, 7, 1);
    check_defect("[1, \r2]", Defect::carriage_return, 4, 1);
    CHECK(defects_of("\r{\r\"a\"\r:\r1\r,\r\"b\"\r:[\r]\r}\r").size() == 10);
    CHECK(check("\"\r\"").error == ScanError::control_character);
}

TEST_CASE("check lists defects in their order")
{
    const auto defects = defects_of("[NaN,\"\xC2\x85\\ud800\",\r" + std::string(1001, '1') + "]");
    REQUIRE(defects.size() == 5);
    CHECK(defects[0].kind == Defect::nonfinite);
    CHECK(defects[1].kind == Defect::line_separator);
    CHECK(defects[2].kind == Defect::lone_surrogate);
    CHECK(defects[3].kind == Defect::carriage_return);
    CHECK(defects[4].kind == Defect::long_number);
    for (std::size_t i = 1; i < defects.size(); ++i)
        CHECK(defects[i - 1].offset < defects[i].offset);
}

TEST_CASE("describe has words for every error")
{
    CHECK(describe(ScanError::syntax) == "is not JSON");
    CHECK(describe(ScanError::truncated) == "ends in the middle of a value");
    CHECK(describe(ScanError::control_character) == "has a raw control character in a string");
    CHECK(describe(ScanError::invalid_utf8) == "is not valid UTF-8");
    CHECK(describe(ScanError::too_deep) == "is nested too deeply");
    CHECK(describe(ScanError::trailing) == "has something after its end");
}

namespace {

// Whether Boost.JSON takes `text`, and nothing is in it on which the two differ by intent.
struct Oracle {
    explicit Oracle(std::string_view text)
    {
        boost::json::parse_options options;
        options.max_depth = k_limit;
        value = boost::json::parse(text, error, {}, options);
        accepts = !error;
        differs = error == boost::json::error::exponent_overflow;
    }
    boost::json::error_code error;
    boost::json::value value;
    bool accepts, differs;
};

bool has_unreadable(const std::vector<json::DefectAt>& defects)
{
    return std::any_of(defects.begin(), defects.end(), [](const json::DefectAt& defect) {
        return defect.kind == Defect::nonfinite || defect.kind == Defect::lone_surrogate;
    });
}

} // namespace

TEST_CASE("check agrees with Boost.JSON on random text, valid and broken")
{
    constexpr std::uint64_t k_seed = 20240607;
    random_json::Generator generator(k_seed);
    int accepted = 0, refused = 0;
    for (int i = 0; i < 60'000; ++i) {
        std::string text = generator.blanks() + generator.value(5) + generator.blanks();
        if (i % 3 != 0)
            generator.damage(text);
        const Oracle oracle(text);
        std::vector<json::DefectAt> defects;
        const bool ours = json::check(text, k_limit, &defects) == ScanError::none;
        if (oracle.differs || has_unreadable(defects))
            continue;
        (ours ? accepted : refused) += 1;
        INFO("seed " << k_seed << ", text " << i << ": " << text);
        if (ours != oracle.accepts)
            FAIL("Boost.JSON says " << oracle.error.message());
    }
    CHECK(accepted > 20'000);
    CHECK(refused > 20'000);
}
