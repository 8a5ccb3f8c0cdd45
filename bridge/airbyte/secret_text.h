// Secrets inside a longer text: an address, a header, a connection string.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::airbyte {

// - the password of "scheme://user:password@host", as it stands and percent-decoded;
// - what follows a name that is_telling(): "Password=...;", "password='...'", and where it begins a
//   line or is quoted "Authorization: Bearer ...";
// - what follows a name that looks_secret() in an address: "?key=...".
// At most 100 of them, from the first 64 KiB. In linear time.
std::vector<std::string> secrets_within(std::string_view text);

// What follows the scheme of a header's value ("Bearer ...", "Token ..."), and the password in that
// of "Basic ..."; nothing where that may be an ordinary word ("Basic Authentication"). `named`: the
// value's name says that it is a secret.
std::vector<std::string> secrets_of_header(std::string_view value, bool named);

// Whether that may well be a key or a token, and no date, address, path or ordinary word.
bool looks_generated(std::string_view text);

} // namespace tapbridge::airbyte
