#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace cairn {
namespace {

bool IsOpen(int fd) { return ::fcntl(fd, F_GETFD) >= 0; }

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    out = Descriptor(ends[0]);
    in = Descriptor(ends[1]);
  }
  Descriptor out, in;
};

TEST(Descriptor, HasOneOwnerAndIsClosedWithIt) {
  Pipe pipe;
  int out = pipe.out.fd, in = pipe.in.fd;
  {
    Descriptor owner(std::move(pipe.out));
    EXPECT_EQ(owner.fd, out);
    EXPECT_EQ(pipe.out.fd, -1);  // NOLINT: what a moved one holds is promised
    owner = std::move(pipe.in);
  }
  EXPECT_FALSE(IsOpen(in));
  EXPECT_EQ(pipe.in.fd, out);
  EXPECT_TRUE(IsOpen(out));
}

TEST(Descriptor, ReadsAndWritesOrNamesThePath) {
  Pipe pipe;
  ASSERT_TRUE(WriteAll(pipe.in.fd, "abcd", "p").ok());
  std::array<char, 3> buffer{};
  EXPECT_EQ(ReadSome(pipe.out.fd, buffer, "p").value(), 3U);
  EXPECT_EQ(std::string_view(buffer.data(), 3), "abc");
  EXPECT_EQ(ReadSome(pipe.out.fd, buffer, "p").value(), 1U);
  pipe.in = Descriptor();
  EXPECT_EQ(ReadSome(pipe.out.fd, buffer, "p").value(), 0U);
  EXPECT_EQ(WriteAll(pipe.out.fd, "e", "p").error().where, "p");  // the end for reading
  EXPECT_EQ(ReadSome(-1, buffer, "p").error().where, "p");
  EXPECT_EQ(SyncDirectory("/nowhere").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace cairn
