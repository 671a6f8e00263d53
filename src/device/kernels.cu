// The kernels of a device, each in the order of docs/numerics.md: a thread owns an output and walks its chain. Compiled
// to PTX by clang, and with the host's compiler for the emulator.
#include "device/attention-inl.h"
#include "device/elementwise-inl.h"
#include "device/matmul-inl.h"
#include "device/norm-inl.h"
#include "device/rows-inl.h"
#include "device/update-inl.h"
