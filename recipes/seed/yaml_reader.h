// What every file that people write for this recipe is read with: texts and lists, and errors that name the place.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "formats/yaml.h"

namespace cairn::seed {

// Errors: kBadInput, file:line:column, with a remedy.
struct YamlReader {
  std::string file;

  Error Wrong(const formats::YamlNode& node, const std::string& what) const {
    return BadInput(what, formats::YamlWhere(file, node.at));
  }

  // The text of a key, which must be there and not empty.
  Result<std::string> Text(const formats::YamlNode& map, const char* key) const {
    const formats::YamlNode* node = map.Find(key);
    if (node == nullptr) return Wrong(map, "\"" + std::string(key) + "\" is missing; add it");
    CAIRN_ASSIGN(std::string text, formats::YamlText(*node, file, key));
    if (text.empty()) return Wrong(*node, "\"" + std::string(key) + "\" is empty; write something");
    return text;
  }

  // A list of texts; key: its name in the errors.
  Result<std::vector<std::string>> List(const formats::YamlNode& node, const char* key) const {
    if (!node.is_sequence()) return Wrong(node, "\"" + std::string(key) + "\" must be a list; write [\"...\"]");
    std::vector<std::string> out;
    for (const formats::YamlNode& item : node.items) {
      CAIRN_ASSIGN(std::string text, formats::YamlText(item, file, key));
      out.push_back(std::move(text));
    }
    return out;
  }
};

}  // namespace cairn::seed
