#include <omp.h>
#include <stdlib.h>
#include <unistd.h>

#include "src/base/vector.h"
#include "src/machine/machine.h"
#include "src/step/profile.h"

enum { RUNS = 7 };

enum pass { FILL, COPY, COMBINE };

size_t ls_machine_array_bytes(void)
{
    const size_t least = (size_t)32 << 20, most = (size_t)128 << 20;
    const long cache = sysconf(_SC_LEVEL3_CACHE_SIZE);
    const size_t bytes = cache > 0 ? 2 * (size_t)cache : 0;
    return bytes < least ? least : bytes > most ? most : bytes;
}

/* By the thread that reads it later, whose memory it then is. */
static void fill(size_t len, float *a)
{
    for (size_t i = 0; i < len; i++)
        a[i] = 1.5F;
}

LS_VECTOR
static void copy(size_t len, const float *restrict b, float *restrict a)
{
    for (size_t i = 0; i < len; i++)
        a[i] = b[i];
}

LS_VECTOR
static void combine(size_t len, const float *restrict b, const float *restrict c, float s,
                    float *restrict a)
{
    for (size_t i = 0; i < len; i++)
        a[i] = b[i] + s * c[i];
}

/* Seconds of one pass over (threads, len) arrays at `memory`, one behind the other. */
static double time_pass(float *memory, int threads, size_t len, enum pass pass)
{
    const double start = ls_seconds();
#pragma omp parallel num_threads(threads)
    {
        float *const a = memory + (size_t)omp_get_thread_num() * 3 * len;
        if (pass == FILL)
            fill(3 * len, a);
        else if (pass == COPY)
            copy(len, a + len, a);
        else
            combine(len, a + len, a + 2 * len, 0.5F, a);
    }
    return ls_seconds() - start;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median_pass(float *memory, int threads, size_t len, enum pass pass)
{
    double seconds[RUNS];
    (void)time_pass(memory, threads, len, pass);
    for (int run = 0; run < RUNS; run++)
        seconds[run] = time_pass(memory, threads, len, pass);
    qsort(seconds, RUNS, sizeof *seconds, by_value);
    return seconds[RUNS / 2];
}

ls_status ls_machine_memory(struct ls_machine *machine, int threads, size_t bytes)
{
    const size_t line = 64 / sizeof(float);
    const size_t len = bytes / sizeof(float) / (size_t)threads / line * line;
    float *const memory = ls_alloc((size_t)threads * 3 * len, sizeof *memory);
    if (!memory)
        return LS_OTHER;
    (void)time_pass(memory, threads, len, FILL);
    const double moved = (double)((size_t)threads * len * sizeof *memory);
    machine->copy = 2 * moved / median_pass(memory, threads, len, COPY);
    machine->combine = 3 * moved / median_pass(memory, threads, len, COMBINE);
    ls_free(memory);
    return LS_OK;
}
