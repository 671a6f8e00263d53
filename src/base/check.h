// CHECK: an invariant of our own code. Input, files, network and users never reach a CHECK; they get a Result.
#pragma once

#include <cstdio>
#include <cstdlib>

#define CAIRN_CHECK(condition)                                                                                   \
  do {                                                                                                           \
    if (!(condition)) {                                                                                          \
      std::fprintf(stderr, "%s:%d: broken invariant: %s (a defect in cairn)\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                                              \
    }                                                                                                            \
  } while (false)
