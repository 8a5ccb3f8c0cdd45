#include "airbyte/secret_name.h"

#include "airbyte/letters.h"
#include "util/text.h"

#include <algorithm>
#include <array>
#include <string>

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
                             "auth",
                             "authentication",
                             "authorization",
                             "bearer",
                             "clientsecret",
                             "connection_string",
                             "connectionstring",
                             "connection_uri",
                             "connection_url",
                             "cookie",
                             "cookies",
                             "credential",
                             "credentials_json",
                             "database_uri",
                             "database_url",
                             "db_url",
                             "dsn",
                             "keyfile_json",
                             "mongodb_uri",
                             "otp",
                             "pass",
                             "passkey",
                             "pat",
                             "pem",
                             "pwd",
                             "refreshtoken",
                             "sas",
                             "secrets",
                             "secret_json",
                             "service_account_json",
                             "session_cookie",
                             "session_id",
                             "sessionid",
                             "sig",
                             "tokens",
                             "totp",
                             "webhook_url",
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
                               "authorization",
                               "signature",
                               "otp",
                               "sas",
                               "dsn",
                               "connection_string",
                               "credentials",
                               "client_certificate",
                               "basic_auth",
                               "http_auth",
                               "proxy_auth",
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

// What stands at the end of a name beside the word that tells: "token_2", "private_key_base64".
constexpr std::array<std::string_view, 5> k_tails{"_base64", "_b64", "_encoded", "_json", "_pem"};

// Ordinary words as well: in a text that is no config they tell nothing.
constexpr std::array k_ordinary{"app_id",
                                "appid",
                                "auth",
                                "authentication",
                                "bearer",
                                "certificate",
                                "cookies",
                                "credential",
                                "credentials",
                                "dsn",
                                "jwt",
                                "key",
                                "otp",
                                "pass",
                                "pat",
                                "pem",
                                "sas",
                                "secrets",
                                "service_account",
                                "sig",
                                "signature",
                                "tenant_id",
                                "token",
                                "tokens",
                                "totp"};

// Last words of the names of groups.
constexpr std::array k_groups{"auth",        "authentication",  "credential",
                              "credentials", "service_account", "service_account_info"};

// Beside a secret: what kind it is, and whose. Whole names, and last words of others.
constexpr std::array k_public{"auth_method",  "credentials_title", "expires_at", "expires_in",
                              "option_title", "project_id",        "scope",      "scopes"};
constexpr std::array k_public_endings{"date", "domain", "email",  "file",      "host",
                                      "name", "path",   "region", "subdomain", "type",
                                      "uri",  "url",    "version"};

bool is_word_end(std::string_view name, std::string_view ending)
{
    return name == ending ||
           (name.ends_with(ending) && name[name.size() - ending.size() - 1] == '_');
}

template <class Names>
bool is_one_of(const Names& names, std::string_view name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

template <class Names>
bool ends_in_one_of(const Names& endings, std::string_view name)
{
    return std::any_of(endings.begin(), endings.end(),
                       [&](std::string_view ending) { return is_word_end(name, ending); });
}

// "clientSecret", "Client-Secret" and "APIKey" as "client_secret" and "api_key".
std::string normalised(std::string_view name)
{
    std::string out;
    for (std::size_t i = 0; i < name.size(); ++i) {
        const char c = name[i];
        const bool separator = c == '-' || c == ' ' || c == '_';
        const bool word_begins = i > 0 && is_upper(c) &&
                                 (is_lower(name[i - 1]) || is_digit(name[i - 1]) ||
                                  (is_upper(name[i - 1]) && i + 1 < name.size() &&
                                   (is_lower(name[i + 1]) || is_digit(name[i + 1]))));
        if ((separator || word_begins) && !out.ends_with('_'))
            out += '_';
        if (!separator)
            out += c;
    }
    return text::lower(out);
}

bool is_known(std::string_view name)
{
    return is_one_of(k_names, name) || ends_in_one_of(k_endings, name) ||
           std::any_of(k_glued.begin(), k_glued.end(),
                       [&](std::string_view glued) { return name.ends_with(glued); });
}

std::string last_name(std::string_view path)
{
    const auto dot = path.rfind('.');
    return normalised(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

// Without what stands behind the word that tells.
std::string core_name(std::string_view path)
{
    std::string name = last_name(path);
    if (is_known(name))
        return name;
    for (const std::string_view tail : k_tails)
        if (name.ends_with(tail))
            name.resize(name.size() - tail.size());
    while (!name.empty() && (is_digit(name.back()) || name.back() == '_'))
        name.pop_back();
    return name;
}

} // namespace

bool looks_secret(std::string_view setting_name)
{
    return is_known(core_name(setting_name));
}

bool is_telling(std::string_view name)
{
    const std::string core = core_name(name);
    return is_known(core) && !is_one_of(k_ordinary, core);
}

bool looks_public(std::string_view setting_name)
{
    const std::string name = last_name(setting_name);
    return is_one_of(k_public, name) || ends_in_one_of(k_public_endings, name);
}

bool names_a_group(std::string_view setting_name)
{
    return ends_in_one_of(k_groups, core_name(setting_name));
}

bool names_a_method(std::string_view setting_name)
{
    const std::string name = last_name(setting_name);
    return name == "auth" || name == "authentication";
}

bool names_a_secret(const json::Value& object)
{
    const auto& members = object.members();
    return std::any_of(members.begin(), members.end(), [](const json::Member& member) {
        const std::string word = text::lower(member.name);
        return (word == "name" || word == "key" || word == "header") &&
               looks_secret(member.value.as_string());
    });
}

bool is_id_of_key(std::string_view name, const json::Value& object)
{
    const auto& members = object.members();
    return text::lower(name).ends_with("key_id") &&
           std::any_of(members.begin(), members.end(), [&](const json::Member& other) {
               return other.name != name && looks_secret(other.name);
           });
}

} // namespace tapbridge::airbyte
