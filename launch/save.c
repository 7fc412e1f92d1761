#include <gnu/libc-version.h>
#include <math.h>
#include <zlib.h>

#include "launch/state.h"
#include "launch/training.h"
#include "launch/yaml.h"

/* A checksum of what every rank must hold alike. */
static uint64_t hash(const struct ls_training *t)
{
    const struct ls_model *const model = &t->session->model;
    const size_t bytes = model->n_params * sizeof(real);
    uLong crc = crc32_z(0, NULL, 0);
    crc = crc32_z(crc, (const unsigned char *)model->params, bytes);
    crc = crc32_z(crc, (const unsigned char *)model->buffers, model->n_buffers * sizeof(real));
    for (int s = 0; s < t->trainer.spec.optimizer->n_slots; s++)
        crc = crc32_z(crc, (const unsigned char *)t->trainer.slot[s], bytes);
    return crc;
}

/* A checkpoint is written by rank 0 for all; that is right only while all are the same. */
static ls_status check_drift(const struct ls_training *t)
{
    const struct ls_peers *const peers = t->session->peers;
    struct ls_arena arena;
    ls_arena_init(&arena);
    uint64_t *const all = ls_arena_get(&arena, (size_t)peers->size, sizeof *all);
    size_t *const bytes = ls_arena_get(&arena, (size_t)peers->size, sizeof *bytes);
    ls_status status = ls_agree(peers, all && bytes ? LS_OK : LS_OTHER);
    const uint64_t mine = hash(t);
    for (int r = 0; status == LS_OK && r < peers->size; r++)
        bytes[r] = sizeof mine;
    if (status == LS_OK)
        ls_gather(peers, &mine, all, bytes);
    for (int r = 1; status == LS_OK && r < peers->size; r++)
        if (all[r] != all[0])
            status =
                ls_fail(LS_OTHER,
                        "step %llu: the parameters or the optimizer's state of rank %d are not "
                        "those of rank 0: faulty memory, or processors of different kinds",
                        (unsigned long long)t->step, r);
    ls_arena_release(&arena);
    return status;
}

/* An update can overflow although loss and gradient were finite. */
static ls_status check_finite(const struct ls_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->n_tensors; i++) {
        const struct ls_tensor *const tensor = &checkpoint->tensors[i];
        size_t len = 1;
        for (int a = 0; a < tensor->axes; a++)
            len *= tensor->dims[a];
        for (size_t e = 0; e < len; e++)
            if (!isfinite(tensor->data[e]))
                return ls_fail(LS_DIVERGED,
                               "step %llu: %s is not finite after the update; no checkpoint was "
                               "written (try a smaller lr or clip: {norm: 1})",
                               (unsigned long long)checkpoint->step, tensor->path);
    }
    return LS_OK;
}

static ls_status write_checkpoint(struct ls_training *t, bool is_best)
{
    struct ls_session *const s = t->session;
    struct ls_arena arena;
    ls_arena_init(&arena);
    const uint64_t per_epoch = s->plan.steps_per_epoch;
    struct ls_checkpoint checkpoint = {.epoch = t->step / per_epoch,
                                       .step = t->step,
                                       .sample = t->step % per_epoch * s->job.batch,
                                       .seed = s->job.seed,
                                       .shards = s->shards,
                                       .input = s->train.shape,
                                       .engine = s->engine->describe(),
                                       .best_metric = t->best,
                                       .n_normalize = s->mean ? s->train.shape.c : 0,
                                       .mean = s->mean,
                                       .std = s->std,
                                       .n_classes = s->n_classes,
                                       .classes = s->class_names};
    checkpoint.libm = ls_arena_printf(&arena, "glibc %s", gnu_get_libc_version());
    ls_status status = checkpoint.libm ? LS_OK : LS_OTHER;
    LS_TRY_OUT(status);
    LS_TRY_OUT(ls_yaml_emit(s->root, &arena, &checkpoint.job));
    LS_TRY_OUT(ls_state_tensors(&s->model, &t->trainer, &arena, &checkpoint));
    LS_TRY_OUT(check_finite(&checkpoint));
    LS_TRY_OUT(ls_run_dir_save(&t->run, &checkpoint, s->job.checkpoint.keep, is_best));
out:
    ls_arena_release(&arena);
    return status;
}

ls_status ls_training_save(struct ls_training *t, bool is_best)
{
    LS_TRY(check_drift(t));
    return ls_agree(t->session->peers, t->here ? write_checkpoint(t, is_best) : LS_OK);
}
