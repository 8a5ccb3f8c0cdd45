#include "airbyte/redactor.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tapbridge::airbyte {

namespace {

// Whole names. The first three lines are those that Airbyte's suites ask for.
constexpr std::array k_names{"client_token",
                             "access_token",
                             "api_token",
                             "token",
                             "secret",
                             "client_secret",
                             "password",
                             "key",
                             "service_account_info",
                             "service_account",
                             "tenant_id",
                             "certificate",
                             "jwt",
                             "credentials",
                             "app_id",
                             "appid",
                             "refresh_token",
                             "access_key_id",
                             "aws_access_key_id",
                             "accesstoken",
                             "apitoken",
                             "authtoken",
                             "authorization",
                             "bearer",
                             "clientsecret",
                             "connection_string",
                             "connectionstring",
                             "connection_uri",
                             "connection_url",
                             "cookie",
                             "credentials_json",
                             "database_uri",
                             "database_url",
                             "db_url",
                             "dsn",
                             "keyfile_json",
                             "mongodb_uri",
                             "pat",
                             "pem",
                             "pwd",
                             "refreshtoken",
                             "secrets",
                             "secret_json",
                             "service_account_json",
                             "session_cookie",
                             "sqlalchemy_url"};

// Last words of a name. Of the keys only those that open something: a primary_key is none.
constexpr std::array k_endings{"token",
                               "secret",
                               "password",
                               "passwd",
                               "passphrase",
                               "passcode",
                               "pwd",
                               "pat",
                               "jwt",
                               "bearer",
                               "dsn",
                               "connection_string",
                               "credentials",
                               "client_certificate",
                               "access_tokens",
                               "api_tokens",
                               "auth_tokens",
                               "refresh_tokens",
                               "passwords",
                               "api_keys",
                               "access_key",
                               "account_key",
                               "api_key",
                               "apikey",
                               "app_key",
                               "application_key",
                               "auth_key",
                               "consumer_key",
                               "decryption_key",
                               "deploy_key",
                               "developer_key",
                               "encryption_key",
                               "gpg_key",
                               "hmac_key",
                               "integration_key",
                               "license_key",
                               "master_key",
                               "pgp_key",
                               "private_key",
                               "private_key_pem",
                               "rsa_key",
                               "secret_key",
                               "security_key",
                               "server_key",
                               "service_account_key",
                               "service_key",
                               "session_key",
                               "shared_key",
                               "signing_key",
                               "ssh_key",
                               "ssl_key",
                               "storage_key",
                               "subscription_key"};

// Endings that are written together as well: "apikey", "secretkey", "dbpassword".
constexpr std::array k_glued{"apikey",   "secretkey",  "privatekey",  "accesskey",
                             "password", "passphrase", "clientsecret"};

bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
bool is_lower_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

// "clientSecret", "Client-Secret" and "APIKey" as "client_secret" and "api_key".
std::string normalised(std::string_view name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool word_begins =
            i > 0 && is_upper(c) &&
            (is_lower_or_digit(name[i - 1]) ||
             (is_upper(name[i - 1]) && i + 1 < name.size() && is_lower_or_digit(name[i + 1])));
        if (word_begins)
            out += '_';
        const bool separator = c == '-' || c == ' ' || c == '_';
        out += separator ? '_' : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return text::replace_all(std::move(out), "__", "_");
}

} // namespace

bool looks_secret(std::string_view setting_name)
{
    // Of a path only its last part names the value.
    const auto dot = setting_name.rfind('.');
    const std::string name =
        normalised(dot == std::string_view::npos ? setting_name : setting_name.substr(dot + 1));
    const auto is_name = [&](std::string_view known) { return name == known; };
    const auto is_ending = [&](std::string_view known) {
        return name == known ||
               (name.ends_with(known) && name[name.size() - known.size() - 1] == '_');
    };
    const auto is_glued = [&](std::string_view known) { return name.ends_with(known); };
    return std::any_of(k_names.begin(), k_names.end(), is_name) ||
           std::any_of(k_endings.begin(), k_endings.end(), is_ending) ||
           std::any_of(k_glued.begin(), k_glued.end(), is_glued);
}

} // namespace tapbridge::airbyte
