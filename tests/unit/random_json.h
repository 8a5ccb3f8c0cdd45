// JSON text for property tests: wild but valid, and broken by a few random edits.
#pragma once

#include <random>
#include <string>
#include <string_view>

namespace random_json {

class Generator {
public:
    explicit Generator(std::uint64_t seed) : m_random(seed) {}

    std::size_t below(std::size_t limit) { return m_random() % limit; }

    // One value; no more than `depth` containers inside each other.
    std::string value(int depth)
    {
        const std::size_t kind = below(depth > 0 ? 6 : 4);
        switch (kind) {
        case 0:
            return string();
        case 1:
            return number();
        case 2:
        case 3:
            return pick({"true", "false", "null", "0", "\"\""});
        case 4:
            return container(depth, '[', ']');
        default:
            return container(depth, '{', '}');
        }
    }

    std::string object(int depth) { return container(depth, '{', '}'); }

    std::string string()
    {
        std::string result = "\"";
        for (std::size_t i = below(12); i > 0; --i)
            result += pick({"a",
                            "Z",
                            " ",
                            "0",
                            "{",
                            "}",
                            "[",
                            ":",
                            ",",
                            "\\\"",
                            "\\\\",
                            "\\/",
                            "\\n",
                            "\\u0041",
                            "\\u00e4",
                            "\\u2028",
                            "\\ud83d\\ude00",
                            "\xC3\xA4",
                            "\xE2\x82\xAC",
                            "\xF0\x9F\x98\x80",
                            "\x7F",
                            "a longer piece of text"});
        return result + '"';
    }

    std::string number()
    {
        return pick({"0", "-0", "1", "-1", "1.10", "0.5e-7", "1E+3", "1e-38", "0E-10", "30",
                     "18446744073709551616", "12345678901234567890.123456789",
                     "-9223372036854775808"});
    }

    std::string blanks() { return pick({"", "", "", " ", "  ", "\t", "\n"}); }

    std::string pick(std::initializer_list<std::string_view> choices)
    {
        return std::string(*(choices.begin() + below(choices.size())));
    }

    // Up to three bytes inserted, replaced, removed, or the end cut off.
    void damage(std::string& text)
    {
        static constexpr std::string_view k_bytes =
            "\"\\{}[]:,. \t\r\n0159-+eEutrnflasNdD8c\x01\x7F\x80\xBF\xC2\xE2\xED\xF4\xFF";
        for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
            const std::size_t at = below(text.size() + 1);
            const char byte = k_bytes[below(k_bytes.size())];
            switch (below(text.size() == at ? 1 : 5)) {
            case 0:
            case 1:
                text.insert(at, 1, byte);
                break;
            case 2:
                text[at] = byte;
                break;
            case 3:
                text.erase(at, 1);
                break;
            default:
                if (below(4) == 0)
                    text.resize(at);
            }
        }
    }

private:
    std::string container(int depth, char opening, char closing)
    {
        std::string result = opening + blanks();
        const std::size_t size = below(5);
        for (std::size_t i = 0; i < size; ++i) {
            if (i != 0)
                result.append(",").append(blanks());
            if (opening == '{')
                result.append(string()).append(blanks()).append(":").append(blanks());
            result += value(depth - 1) + blanks();
        }
        return result + closing;
    }

    std::mt19937_64 m_random;
};

} // namespace random_json
