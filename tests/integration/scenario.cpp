#include "scenario.h"

#include <cctype>
#include <charconv>
#include <csignal>
#include <fstream>
#include <optional>
#include <sstream>

namespace scripted {

namespace {

// How many words belong to instructions that contain others.
const std::map<std::string, std::size_t> k_containers{
    {"repeat", 1},      {"on", 1},    {"fork", 0},     {"if-flag", 1},
    {"if-not-flag", 1}, {"if-in", 2}, {"if-not-in", 2}};

std::string trimmed(const std::string& text)
{
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

class Parser {
public:
    explicit Parser(const std::string& path) : m_path(path), m_file(path)
    {
        if (!m_file)
            throw ScenarioError(path + ": cannot be read");
    }

    Scenario parse()
    {
        Scenario scenario;
        std::string section;
        while (const auto line = next_line()) {
            if (line->front() == '[' && line->back() == ']') {
                section = line->substr(1, line->size() - 2);
                if (section != "help" && section != "about" && section != "discover" &&
                    section != "sync")
                    fail("unknown section [" + section + "]");
                scenario[section]; // an empty section is one, too
            } else {
                scenario[section].push_back(instruction(*line));
            }
        }
        return scenario;
    }

private:
    [[noreturn]] void fail(const std::string& what) const
    {
        throw ScenarioError(m_path + ":" + std::to_string(m_line) + ": " + what);
    }

    std::optional<std::string> next_line()
    {
        for (std::string line; std::getline(m_file, line);) {
            ++m_line;
            line = trimmed(line);
            if (!line.empty() && line.front() != '#')
                return line;
        }
        return std::nullopt;
    }

    Instruction instruction(std::string line)
    {
        Instruction result;
        result.line = m_line;
        result.name = take_word(line);
        const auto container = k_containers.find(result.name);
        if (container == k_containers.end()) {
            result.text = line;
            return result;
        }
        for (std::size_t i = 0; i < container->second; ++i)
            result.head.push_back(take_word(line));
        if (line.empty())
            fail(result.name + " needs an instruction, or { at the end of its line");
        if (line == "{")
            result.body = block();
        else
            result.body.push_back(instruction(line));
        return result;
    }

    Program block()
    {
        Program body;
        for (;;) {
            const auto line = next_line();
            if (!line)
                fail("a block without its }");
            if (*line == "}")
                return body;
            body.push_back(instruction(*line));
        }
    }

    std::string m_path;
    std::ifstream m_file;
    int m_line = 0;
};

} // namespace

std::string take_word(std::string& text)
{
    const auto end = text.find_first_of(" \t");
    const std::string word = text.substr(0, end);
    text = end == std::string::npos ? std::string() : trimmed(text.substr(end));
    return word;
}

Scenario parse_scenario(const std::string& path)
{
    return Parser(path).parse();
}

std::vector<std::string> words_of(const std::string& text)
{
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;)
        words.push_back(word);
    return words;
}

int signal_of(const std::string& name)
{
    static const std::map<std::string, int> k_names{
        {"TERM", SIGTERM}, {"KILL", SIGKILL}, {"INT", SIGINT},   {"HUP", SIGHUP},
        {"QUIT", SIGQUIT}, {"SEGV", SIGSEGV}, {"PIPE", SIGPIPE}, {"ABRT", SIGABRT},
        {"STOP", SIGSTOP}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2}};
    if (const auto found = k_names.find(name); found != k_names.end())
        return found->second;
    int number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number <= 0)
        throw ScenarioError("unknown signal " + name);
    return number;
}

std::string unescaped(const std::string& text)
{
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            result += text[i];
            continue;
        }
        switch (const char escape = text[++i]) {
        case 'n':
            result += '\n';
            break;
        case 't':
            result += '\t';
            break;
        case 'r':
            result += '\r';
            break;
        case '0':
            result += '\0';
            break;
        case 'x': {
            unsigned value = 0;
            const auto rest = text.substr(i + 1, 2);
            const auto got = std::from_chars(rest.data(), rest.data() + rest.size(), value, 16);
            i += static_cast<std::size_t>(got.ptr - rest.data());
            result += static_cast<char>(value);
            break;
        }
        default:
            result += escape;
        }
    }
    return result;
}

} // namespace scripted
