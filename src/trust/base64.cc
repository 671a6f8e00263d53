#include "trust/base64.h"

#include <openssl/evp.h>

#include <algorithm>

#include "base/check.h"

namespace cairn::trust {
namespace {

constexpr size_t kMost = size_t{1} << 30;  // OpenSSL counts in int

const unsigned char* Bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string EncodeBase64(std::string_view bytes) {
  CAIRN_CHECK(bytes.size() <= kMost / 4 * 3);
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // and a zero byte
  text.resize(static_cast<size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), Bytes(bytes), static_cast<int>(bytes.size()))));
  return text;
}

Result<std::string> DecodeBase64(std::string_view text) {
  if (text.size() > kMost) return BadInput("base64 text of more than 1 GiB");
  if (text.find_first_of("+/") != text.npos && text.find_first_of("-_") != text.npos)
    return BadInput("base64 text that mixes the standard and the URL-safe alphabet");
  std::string standard(text);
  std::ranges::replace(standard, '-', '+');
  std::ranges::replace(standard, '_', '/');
  if (text.find('=') == text.npos) standard.append((4 - standard.size() % 4) % 4, '=');
  std::string bytes(standard.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), Bytes(standard),
                                   static_cast<int>(standard.size()));
  // It counts zero bytes for the padding, and takes white space and several spellings of the last character.
  const auto padding = static_cast<size_t>(std::ranges::count(standard, '='));
  if (size >= 0 && padding <= std::min<size_t>(2, static_cast<size_t>(size))) {
    bytes.resize(static_cast<size_t>(size) - padding);
    if (EncodeBase64(bytes) == standard) return bytes;
  }
  return BadInput(
      "not base64 text in its one spelling (RFC 4648: no white space, whole or no padding, unused bits zero)");
}

}  // namespace cairn::trust
