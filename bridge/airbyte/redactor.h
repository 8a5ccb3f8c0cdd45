// Keeps secrets out of LOG, TRACE, CONNECTION_STATUS and stderr. RECORD, STATE, CATALOG and CONTROL
// are never touched by it.
#pragma once

#include "airbyte/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

// Whether a setting of that name looks like a secret (Airbyte's acceptance tests, section
// test_secret_is_properly_marked, and the CDK's lint; camelCase and dashes are normalised).
bool looks_secret(std::string_view setting_name);

class Redactor {
public:
    // Values shorter than 4 characters are left alone: replacing "1" would destroy every log.
    // Also remembers the URL-encoded, JSON-escaped and base64 forms; a value of several lines (a
    // private key) is remembered line by line as well, a JSON document (a service account) by its
    // members that look secret, a URL by its password. Adding a value twice is harmless.
    void add(std::string_view secret);

    // `text` with every secret replaced by "****". Longest first.
    std::string redact(std::string_view text) const;
    // An error with every text in it redacted.
    Error redact(Error error) const;

private:
    void add_forms(std::string_view secret);
    void add_form(std::string form);
    void add_lines(std::string_view secret);
    bool add_document(std::string_view secret);
    std::vector<std::string> m_forms; // longest first
};

} // namespace tapbridge::airbyte
