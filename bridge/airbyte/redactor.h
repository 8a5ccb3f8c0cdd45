// Keeps secrets out of LOG, TRACE, CONNECTION_STATUS and stderr. RECORD, STATE, CATALOG and CONTROL
// are never touched by it.
#pragma once

#include "airbyte/error.h"
#include "airbyte/pattern_table.h"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tapbridge::airbyte {

class Redactor {
public:
    // Values shorter than 4 characters are left alone: replacing "1" would destroy every log. From
    // there on a value is a secret even where it is an ordinary word: a password "public" is no
    // less a password. A plain word of up to 8 letters and a number of up to 6 digits are found
    // only where no letter, digit, "_" or "-" touches them: "postgres" is not in "postgresql://".
    //
    // Found in every form that escapes and quotes give it (plain_text.h), in hexadecimal, in
    // Latin-1, and inside base64 of a longer text (from about 6 characters on). A key (24
    // characters and more, no address and no JSON) is found by any part of 16 characters, however
    // it was wrapped or cut, and what is longer than 1024 by its beginning. A value of several
    // lines is remembered line by line as well. What is secret within a value its owner adds
    // (secret_text.h). Adding a value twice is harmless.
    void add(std::string_view secret);

    // `text` with every secret replaced by "****". Texts may have any bytes and any length; time
    // grows with the length of the text and the number of secrets in it, not with theirs.
    std::string redact(std::string_view text) const;
    // An error with every text in it redacted.
    Error redact(Error error) const;
    // The beginning of a text of which no more is known: without its end, where half a secret may
    // stand that nobody could recognise.
    std::string redact_beginning(std::string_view text) const;

private:
    struct Place {
        std::size_t begin;
        std::size_t end;
    };
    using Places = std::vector<Place>;

    void add_forms(std::string_view secret, bool in_parts);
    void add_base64(std::string_view bytes, bool twice);
    void add_lines(std::string_view secret);
    // Of the result, what the first `shown` bytes of the text became.
    std::string redact(std::string_view text, std::size_t shown) const;
    void find(std::string_view block, std::size_t offset, Places& places) const;

    std::unordered_set<std::string> m_known;
    PatternTable m_plain;
    PatternTable m_squeezed;
    std::size_t m_longest = 0; // of the secrets
};

} // namespace tapbridge::airbyte
