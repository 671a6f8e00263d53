// The documents of a knowledge leaf: beside its qna.yaml, elsewhere in the taxonomy, or in another git repository.
#pragma once

#include <string>
#include <vector>

#include "taxonomy/leaf.h"

namespace cairn::taxonomy {

// Reads what leaf->document names (absent: every .md file in the leaf's folder) into leaf->documents and leaf->files,
// sorted by path. .md, .markdown and .txt; UTF-8; at most 4 MiB each, 64 MiB and 1000 files together. Problems are
// reported at the `document` field of `file`.
void ReadDocuments(const Listing& tree, const LeafOptions& options, const std::string& file, Leaf* leaf,
                   Problems* problems);

// Whether a path below the taxonomy's root is (or would be, if it existed) a document of this leaf.
bool NamesDocument(const Leaf& leaf, std::string_view path);

}  // namespace cairn::taxonomy
