// What a library built with fast-math does when it is loaded: it lets the processor flush subnormal numbers.
#if defined(__SSE__)
#include <xmmintrin.h>
__attribute__((constructor)) static void FlushSubnormals() { _mm_setcsr(_mm_getcsr() | 0x8040); }
#endif
