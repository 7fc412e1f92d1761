/* A small checkpoint for tests, and the comparison of two. */
#ifndef LOCKSTEP_TESTS_IO_CHECKPOINTS_H
#define LOCKSTEP_TESTS_IO_CHECKPOINTS_H

#include "tests/io/temp.h"

#include "io/checkpoint.h"

static inline void fill(float *values, size_t len, float first)
{
    for (size_t i = 0; i < len; i++)
        values[i] = first + (float)i * 0.37F;
}

/* Tensors of 1 to 4 axes, `first` in the first element; lives in the arena. */
static inline struct ls_checkpoint make_checkpoint(struct ls_arena *arena, size_t wide, float first)
{
    static const char *const classes[] = {"N", "S\xc3\xa9", "longer"};
    struct ls_checkpoint c = {.epoch = 3,
                              .step = 1234,
                              .sample = 77,
                              .seed = UINT64_MAX,
                              .shards = 8,
                              .input = {3, 3, 32, 30},
                              .job = "seed: 1\nmodel: [dense: 10]\n",
                              .engine = "openblas 0.3 Zen",
                              .libm = "glibc 2.36",
                              .best_metric = 0.75,
                              .n_normalize = 3,
                              .n_classes = 3,
                              .classes = classes,
                              .n_tensors = 5};
    c.mean = ls_arena_get(arena, 3, sizeof(float));
    c.std = ls_arena_get(arena, 3, sizeof(float));
    fill(c.mean, 3, 1);
    fill(c.std, 3, 2);
    const struct ls_tensor tensors[5] = {
        {"/model/bn1.2/running_mean", 1, {5}, NULL},
        {"/model/conv1/weight", 4, {2, 3, 3, 2}, NULL},
        {"/model/conv2/weight", 3, {2, 3, 4}, NULL},
        {"/model/dense1/weight", 2, {3, wide}, NULL},
        {"/optimizer/momentum/conv1/weight", 4, {2, 3, 3, 2}, NULL}};
    c.tensors = ls_arena_get(arena, 5, sizeof *c.tensors);
    for (size_t t = 0; t < 5; t++) {
        c.tensors[t] = tensors[t];
        size_t len = 1;
        for (int a = 0; a < tensors[t].axes; a++)
            len *= tensors[t].dims[a];
        c.tensors[t].data = ls_arena_get(arena, len, sizeof(float));
        fill(c.tensors[t].data, len, first + (float)t);
    }
    return c;
}

static inline bool same_tensor(const struct ls_tensor *a, const struct ls_tensor *b)
{
    size_t len = 1;
    bool same = strcmp(a->path, b->path) == 0 && a->axes == b->axes;
    for (int i = 0; same && i < a->axes; i++) {
        same = a->dims[i] == b->dims[i];
        len *= a->dims[i];
    }
    return same && memcmp(a->data, b->data, len * sizeof(float)) == 0;
}

static inline bool same_checkpoint(const struct ls_checkpoint *a, const struct ls_checkpoint *b)
{
    bool same = a->epoch == b->epoch && a->step == b->step && a->sample == b->sample &&
                a->seed == b->seed && a->shards == b->shards &&
                ls_shape_equal(a->input, b->input) && !strcmp(a->job, b->job) &&
                !strcmp(a->engine, b->engine) && !strcmp(a->libm, b->libm) &&
                !memcmp(&a->best_metric, &b->best_metric, sizeof a->best_metric) &&
                a->best_step == b->best_step && a->n_normalize == b->n_normalize &&
                a->n_classes == b->n_classes && a->n_tensors == b->n_tensors;
    for (size_t i = 0; same && i < a->n_classes; i++)
        same = !strcmp(a->classes[i], b->classes[i]);
    for (size_t i = 0; same && i < a->n_normalize; i++)
        same = !memcmp(&a->mean[i], &b->mean[i], 4) && !memcmp(&a->std[i], &b->std[i], 4);
    for (size_t i = 0; same && i < a->n_tensors; i++)
        same = same_tensor(&a->tensors[i], &b->tensors[i]);
    return same;
}

#endif
