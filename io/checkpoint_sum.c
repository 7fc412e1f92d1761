#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "io/checkpoint_file.h"

/* SplitMix64's last steps: every bit of the argument changes about half of the result's. */
static uint64_t mix(uint64_t h)
{
    h = (h ^ (h >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    h = (h ^ (h >> 27)) * UINT64_C(0x94d049bb133111eb);
    return h ^ (h >> 31);
}

static uint64_t item(const char *name, const void *data, size_t bytes)
{
    const uint64_t named = crc32_z(0, (const unsigned char *)name, strlen(name));
    return mix(named << 32 | crc32_z(0, data, bytes));
}

static uint64_t text(const char *name, const char *value)
{
    return item(name, value, strlen(value));
}

static uint64_t sum_head(const struct ls_checkpoint *c)
{
    char head[256];
    double best = c->best_metric;
    (void)snprintf(head, sizeof head, "%llu %llu %llu %llu %llu %d %zu %zu %zu %llu",
                   (unsigned long long)c->epoch, (unsigned long long)c->step,
                   (unsigned long long)c->sample, (unsigned long long)c->seed,
                   (unsigned long long)c->shards, c->input.axes, c->input.c, c->input.h, c->input.w,
                   (unsigned long long)c->best_step);
    return text("position", head) + item("best_metric", &best, sizeof best) + text("job", c->job) +
           text("engine", c->engine) + text("libm", c->libm);
}

static uint64_t sum_tensor(const struct ls_tensor *tensor)
{
    char name[512];
    size_t len = sizeof(float), used = (size_t)snprintf(name, sizeof name, "%.300s", tensor->path);
    for (int a = 0; a < tensor->axes && used < sizeof name; a++) {
        used += (size_t)snprintf(name + used, sizeof name - used, " %zu", tensor->dims[a]);
        len *= tensor->dims[a];
    }
    return item(name, tensor->data, len);
}

uint64_t ls_checkpoint_sum(const struct ls_checkpoint *c)
{
    uint64_t sum = sum_head(c);
    char name[32];
    for (size_t i = 0; i < c->n_classes; i++) {
        (void)snprintf(name, sizeof name, "class %zu", i);
        sum += text(name, c->classes[i]);
    }
    if (c->n_normalize)
        sum += item("mean", c->mean, c->n_normalize * sizeof *c->mean) +
               item("std", c->std, c->n_normalize * sizeof *c->std);
    if (c->skipped || c->rollbacks) /* older files do not have them */
        sum += item("skipped", &c->skipped, sizeof c->skipped) +
               item("rollbacks", &c->rollbacks, sizeof c->rollbacks) +
               item("lr_factor", &c->lr_factor, sizeof c->lr_factor);
    for (size_t t = 0; t < c->n_tensors; t++)
        sum += sum_tensor(&c->tensors[t]);
    (void)snprintf(name, sizeof name, "%llu%s", (unsigned long long)c->n_losses,
                   c->has_pool ? " and pool" : "");
    if (c->n_losses > 0) /* how many there are; the losses themselves are too long to hold */
        sum += text("losses", name);
    return sum ? sum : 1;
}
