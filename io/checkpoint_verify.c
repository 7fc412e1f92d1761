#include <string.h>

#include "io/checkpoint_file.h"

static bool same_bytes(const void *a, const void *b, size_t bytes)
{
    return bytes == 0 || memcmp(a, b, bytes) == 0;
}

static bool same_head(const struct ls_checkpoint *a, const struct ls_checkpoint *b)
{
    bool same = a->epoch == b->epoch && a->step == b->step && a->sample == b->sample &&
                a->seed == b->seed && a->shards == b->shards &&
                ls_shape_equal(a->input, b->input) && strcmp(a->job, b->job) == 0 &&
                strcmp(a->engine, b->engine) == 0 && strcmp(a->libm, b->libm) == 0 &&
                same_bytes(&a->best_metric, &b->best_metric, sizeof a->best_metric) &&
                a->skipped == b->skipped && a->rollbacks == b->rollbacks &&
                same_bytes(&a->lr_factor, &b->lr_factor, sizeof a->lr_factor) &&
                a->n_normalize == b->n_normalize && a->n_losses == b->n_losses &&
                a->has_pool == b->has_pool && a->n_classes == b->n_classes;
    for (size_t c = 0; same && c < a->n_classes; c++)
        same = strcmp(a->classes[c], b->classes[c]) == 0;
    same = same && a->best_step == b->best_step && a->sum == ls_checkpoint_sum(b);
    const size_t bytes = a->n_normalize * sizeof(float);
    return same && same_bytes(a->mean, b->mean, bytes) && same_bytes(a->std, b->std, bytes);
}

/* One tensor at a time, so that verifying takes little memory. */
static ls_status verify_tensor(const char *path, hid_t file, const struct ls_tensor *wanted)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_tensor found;
    ls_status status = ls_tensor_read(path, file, wanted->path, &found, &arena);
    bool same = status == LS_OK && found.axes == wanted->axes;
    size_t bytes = sizeof(float);
    for (int a = 0; same && a < wanted->axes; a++) {
        same = found.dims[a] == wanted->dims[a];
        bytes *= wanted->dims[a];
    }
    if (status == LS_OK && !(same && same_bytes(found.data, wanted->data, bytes)))
        status = ls_fail(LS_DATA, "%s differs from what was written", wanted->path);
    ls_arena_release(&arena);
    return status;
}

static ls_status verify_head(const char *path, hid_t file, const struct ls_checkpoint *checkpoint)
{
    struct ls_arena arena;
    ls_arena_init(&arena);
    struct ls_checkpoint found = {0};
    ls_status status = ls_checkpoint_read_head(path, file, &found, &arena);
    if (status == LS_OK && !same_head(&found, checkpoint))
        status = ls_fail(LS_DATA, "what is beside the tensors differs from what was written");
    ls_arena_release(&arena);
    return status;
}

static ls_status verify_losses(const char *path, hid_t file, const struct ls_checkpoint *checkpoint)
{
    const size_t n = (size_t)checkpoint->n_losses;
    const struct ls_tensor loss = {"/sampler/loss", 1, {n}, checkpoint->losses};
    const struct ls_tensor pool = {"/sampler/pool", 1, {n}, checkpoint->pool};
    if (n > 0)
        LS_TRY(verify_tensor(path, file, &loss));
    return n > 0 && checkpoint->has_pool ? verify_tensor(path, file, &pool) : LS_OK;
}

ls_status ls_checkpoint_verify(const char *written, const struct ls_checkpoint *checkpoint)
{
    hid_t file = 0;
    LS_TRY(ls_hdf5_open(written, &file));
    ls_status status = verify_head(written, file, checkpoint);
    for (size_t t = 0; status == LS_OK && t < checkpoint->n_tensors; t++) {
        ls_hdf5_yield();
        status = verify_tensor(written, file, &checkpoint->tensors[t]);
    }
    if (status == LS_OK)
        status = verify_losses(written, file, checkpoint);
    ls_hdf5_close(file);
    return status;
}
