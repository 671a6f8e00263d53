// Buffers are planned once: a training step allocates none.
#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#include "train/testing.h"

namespace {

// More than what names the samples of a step, less than a row of activations of the tiny model.
constexpr size_t kBuffer = 2048;
std::atomic<bool> counting{false};
std::atomic<int> buffers{0};

}  // namespace

// Not inlined: a compiler that sees `free` after `new` takes it for a mistake.
#define CAIRN_APART __attribute__((noinline))

CAIRN_APART void* operator new(size_t size, std::align_val_t align) {
  if (counting && size >= kBuffer) ++buffers;
  const size_t step = static_cast<size_t>(align);
  if (void* memory = std::aligned_alloc(step, (size + step - 1) / step * step)) return memory;
  throw std::bad_alloc();
}
CAIRN_APART void* operator new(size_t size) {
  return ::operator new (size, std::align_val_t{alignof(std::max_align_t)});
}
CAIRN_APART void operator delete(void* memory) noexcept { std::free(memory); }
CAIRN_APART void operator delete(void* memory, size_t) noexcept { std::free(memory); }
CAIRN_APART void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }

namespace cairn::train {
namespace {

TEST(Trainer, AStepAllocatesNoBuffer) {
  for (bool lora : {false, true}) {
    for (Numerics numerics : {Numerics::kF32, Numerics::kInt8}) {
      if (numerics == Numerics::kInt8 && !lora) continue;
      for (bool recompute : {false, true}) {
        ThreadPool pool(1);  // which thread grows its scratch memory when would be chance
        model::Model m = TinyModel(lora);
        TrainConfig config = TinyTraining();
        config.shards = 4;
        config.numerics = numerics;
        config.resources = {.micro_batch = 2, .workers = 1, .recompute = recompute};
        config.steps = config.segment_steps = 100;
        const GeneratedSource source([](uint64_t i) { return TinySample(i % 16); }, 16, config.steps, 0);
        Trainer trainer(pool, m, config, source);
        for (int i = 0; i < 3; ++i) ASSERT_TRUE(trainer.Step().ok());
        buffers = 0;
        counting = true;
        ASSERT_TRUE(trainer.Step().ok());
        counting = false;
        EXPECT_EQ(buffers, 0) << lora << " " << recompute << " " << NumericsName(numerics);
      }
    }
  }
  counting = true;
  model::Model escaped = TinyModel(false);
  counting = false;
  EXPECT_GT(buffers, 0) << "the test counts nothing";
}

}  // namespace
}  // namespace cairn::train
