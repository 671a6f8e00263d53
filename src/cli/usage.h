// How the command line teaches: help texts wrapped for a terminal, and the nearest known name for one that is not
// known.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

namespace cairn::cli {

// A command's description is a paragraph; a list of commands shows only what stands before its first full stop or
// colon. Subcommands inherit the formatter, so set it before they are added.
std::shared_ptr<CLI::Formatter> MakeHelpFormatter();

// What is wrong with a command line, with a remedy: an unknown command or flag and the nearest known one. Empty if all
// names are known, whatever else is wrong. words: the arguments without the program's name.
std::string UnknownName(const CLI::App& app, const std::vector<std::string>& words);

}  // namespace cairn::cli
