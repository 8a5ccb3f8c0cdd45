// What a scripted tap does, as written in a scenario file. The language: README.md.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace scripted {

struct Instruction {
    int line = 0;
    std::string name;
    std::vector<std::string>
        head;         // of instructions that contain others: repeat 3, on TERM, if-flag --state
    std::string text; // of all others: the rest of the line
    std::vector<Instruction> body;
};

using Program = std::vector<Instruction>;

// "" (before the first section: done on every call), "help", "about", "discover", "sync".
using Scenario = std::map<std::string, Program>;

struct ScenarioError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Throws ScenarioError with "FILE:LINE: what is wrong".
Scenario parse_scenario(const std::string& path);

// Cuts off the first word and the blanks behind it.
std::string take_word(std::string& text);
std::vector<std::string> words_of(const std::string& text);
// 15 of "TERM" or "15"; throws ScenarioError.
int signal_of(const std::string& name);
// C escapes: \n \t \r \0 \\ \" \xHH
std::string unescaped(const std::string& text);

} // namespace scripted
