#include "bench/gemm.h"

#include <fmt/format.h>

#include "base/check.h"
#include "kernels/kernels.h"

#if CAIRN_BENCH_OPENBLAS
#include <cblas.h>
#endif
#if CAIRN_BENCH_ONEDNN
#include <dnnl.h>
#include <omp.h>
#endif

namespace cairn::bench {
namespace {

void CairnProduct(ThreadPool& pool, const Product& p, const float* a, const float* b, float* c) {
  kernels::MatMul(
      pool, {.m = p.m, .n = p.n, .k = p.k, .trans_a = p.trans_a, .trans_b = p.trans_b, .accumulate = p.accumulate}, a,
      b, c);
}

#if CAIRN_BENCH_OPENBLAS || CAIRN_BENCH_ONEDNN
size_t RowOfA(const Product& p) { return p.trans_a ? p.m : p.k; }
size_t RowOfB(const Product& p) { return p.trans_b ? p.k : p.n; }
#endif

#if CAIRN_BENCH_OPENBLAS
void OpenBlasProduct(ThreadPool& pool, const Product& p, const float* a, const float* b, float* c) {
  if (openblas_get_num_threads() != pool.size()) openblas_set_num_threads(pool.size());
  auto size = [](size_t n) { return static_cast<blasint>(n); };
  cblas_sgemm(CblasRowMajor, p.trans_a ? CblasTrans : CblasNoTrans, p.trans_b ? CblasTrans : CblasNoTrans, size(p.m),
              size(p.n), size(p.k), 1.0f, a, size(RowOfA(p)), b, size(RowOfB(p)), p.accumulate ? 1.0f : 0.0f, c,
              size(p.n));
}
#endif

#if CAIRN_BENCH_ONEDNN
std::string OneDnnVersion() {
  const dnnl_version_t* v = dnnl_version();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

void OneDnnProduct(ThreadPool& pool, const Product& p, const float* a, const float* b, float* c) {
  if (omp_get_max_threads() != pool.size()) omp_set_num_threads(pool.size());
  auto size = [](size_t n) { return static_cast<dnnl_dim_t>(n); };
  dnnl_status_t status = dnnl_sgemm(p.trans_a ? 'T' : 'N', p.trans_b ? 'T' : 'N', size(p.m), size(p.n), size(p.k), 1.0f,
                                    a, size(RowOfA(p)), b, size(RowOfB(p)), p.accumulate ? 1.0f : 0.0f, c, size(p.n));
  CAIRN_CHECK(status == dnnl_success);
}
#endif

}  // namespace

std::vector<GemmLibrary> GemmLibraries(bool peers) {
  std::vector<GemmLibrary> libraries = {{"cairn", kernels::CurrentTarget(), CairnProduct, 0.005}};
  if (!peers) return libraries;
#if CAIRN_BENCH_OPENBLAS
  libraries.push_back({"OpenBLAS", openblas_get_config(), OpenBlasProduct,
                       0.15});  // THREAD_TIMEOUT: 2^28 ticks of the time stamp counter
#endif
#if CAIRN_BENCH_ONEDNN
  libraries.push_back({"oneDNN", OneDnnVersion(), OneDnnProduct, 0.02});  // libgomp spins 300,000 pauses
#endif
  return libraries;
}

}  // namespace cairn::bench
