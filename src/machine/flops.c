/* The peak of multiply and add: as many independent sums as fill the ports and stay in registers.
 * One source; CMake lets the compiler fuse in this file alone. */
#include "src/machine/machine.h"
#include "src/step/profile.h"

enum { RUNS = 160 };

static const double run_s = 0.001;

typedef float sums_kernel(size_t rounds, float a, float b);

struct kernel {
    const char *name;
    sums_kernel *run;
    double flops; /* of a round */
};

/* A kernel on vectors of `bytes` with `sums` of them, for an instruction set. */
#define LS_SUMS(name, attributes, bytes, sums)                                                     \
    attributes static float name(size_t rounds, float a, float b)                                  \
    {                                                                                              \
        typedef float vector __attribute__((vector_size(bytes)));                                  \
        const vector scale = (vector){0} + a, shift = (vector){0} + b;                             \
        vector sum[sums];                                                                          \
        for (int i = 0; i < (sums); i++)                                                           \
            sum[i] = (vector){0} + (float)i;                                                       \
        for (size_t r = 0; r < rounds; r++)                                                        \
            for (int i = 0; i < (sums); i++)                                                       \
                sum[i] = sum[i] * scale + shift;                                                   \
        for (int i = 1; i < (sums); i++)                                                           \
            sum[0] += sum[i];                                                                      \
        return sum[0][0];                                                                          \
    }
#define LS_SUMS_ROW(label, name, bytes, sums)                                                      \
    {                                                                                              \
        label, name, 2.0 * (sums) * (bytes) / sizeof(float)                                        \
    }

#ifdef __x86_64__
LS_SUMS(sums_avx512, __attribute__((target("avx512f,fma"))), 64, 16)
LS_SUMS(sums_avx2, __attribute__((target("avx2,fma"))), 32, 12)
#endif
LS_SUMS(sums_portable, , 16, 12)

/* The best that the processor has. */
static struct kernel choose(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512f"))
        return (struct kernel)LS_SUMS_ROW("AVX-512", sums_avx512, 64, 16);
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return (struct kernel)LS_SUMS_ROW("AVX2", sums_avx2, 32, 12);
#endif
    return (struct kernel)LS_SUMS_ROW("128 bit", sums_portable, 16, 12);
}

const char *ls_machine_vectors(void)
{
    return choose().name;
}

static double time_run(const struct kernel *kernel, size_t rounds)
{
    static const float scale = 0.999F, shift = 0.001F;
    const double start = ls_seconds();
    volatile const float sum = kernel->run(rounds, scale, shift); /* or it were not needed */
    (void)sum;
    return ls_seconds() - start;
}

/* Of the calling thread. Runs are short, so that some of them are not disturbed. */
static double measure(const struct kernel *kernel)
{
    size_t rounds = 1024;
    while (time_run(kernel, rounds) < run_s)
        rounds *= 2;
    double least_s = time_run(kernel, rounds);
    for (int run = 1; run < RUNS; run++) {
        const double seconds = time_run(kernel, rounds);
        least_s = seconds < least_s ? seconds : least_s;
    }
    return kernel->flops * (double)rounds / least_s;
}

double ls_machine_flops(int threads)
{
    const struct kernel kernel = choose();
    double sum = 0;
#pragma omp parallel num_threads(threads) reduction(+ : sum)
    sum += measure(&kernel);
    return sum;
}
