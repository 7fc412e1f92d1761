#include <gnu/libc-version.h>
#include <math.h>
#include <string.h>
#include <zlib.h>

#include "launch/replay.h"
#include "launch/state.h"
#include "launch/training.h"
#include "launch/yaml.h"

/* A checkpoint that is due waits so long for the one before to be written; then it is left out. */
static const double most_wait_s = 60;

static unsigned long long number(uint64_t step)
{
    return (unsigned long long)step;
}

/* A checksum of what every rank must hold alike: of the memory that a node shares its first rank
 * makes it for all. */
static void sum_up(const struct ls_training *t, struct ls_drift *sum)
{
    const struct ls_model *const model = &t->session->model;
    const struct ls_peers *const peers = t->session->peers;
    const size_t bytes = model->n_params * sizeof(real);
    *sum = (struct ls_drift){0};
    sum->own = crc32_z(0, (const unsigned char *)model->buffers, model->n_buffers * sizeof(real));
    if (peers->node_rank > 0 || peers->node_size == peers->size)
        return;
    uLong crc = crc32_z(0, (const unsigned char *)model->params, bytes);
    for (int s = 0; s < t->trainer.spec.optimizer->n_slots; s++)
        crc = crc32_z(crc, (const unsigned char *)t->trainer.slot[s], bytes);
    sum->shared = crc;
    sum->is_leader = 1;
}

/* A checkpoint is written by rank 0 for all; that is right only while all are the same. */
static ls_status check_drift(const struct ls_training *t)
{
    const struct ls_peers *const peers = t->session->peers;
    struct ls_drift mine;
    struct ls_drift *const all = t->drift;
    sum_up(t, &mine);
    ls_gather(peers, &mine, all, t->drift_bytes);
    for (int r = 1; r < peers->size; r++)
        if (all[r].own != all[0].own ||
            (all[r].is_leader && all[0].is_leader && all[r].shared != all[0].shared))
            return ls_fail(LS_OTHER,
                           "step %llu: the parameters or the optimizer's state of rank %d are not "
                           "those of rank 0: faulty memory, or processors of different kinds",
                           number(t->step), r);
    return LS_OK;
}

static size_t len_of(const struct ls_tensor *tensor)
{
    size_t len = 1;
    for (int a = 0; a < tensor->axes; a++)
        len *= tensor->dims[a];
    return len;
}

static bool is_finite(const struct ls_tensor *tensor)
{
    enum { EXPONENT = 0x7f800000 };
    const size_t len = len_of(tensor);
    uint32_t bad = 0;
    for (size_t e = 0; e < len; e++) {
        uint32_t bits;
        memcpy(&bits, &tensor->data[e], sizeof bits);
        bad |= (bits & EXPONENT) == EXPONENT;
    }
    return bad == 0;
}

/* An update can overflow although loss and gradient were finite. */
static ls_status check_finite(const struct ls_checkpoint *checkpoint)
{
    for (size_t i = 0; i < checkpoint->n_tensors; i++)
        if (!is_finite(&checkpoint->tensors[i]))
            return ls_fail(LS_DIVERGED,
                           "step %llu: %s is not finite after the update; no checkpoint was "
                           "written (try a smaller lr or clip: {norm: 1})",
                           number(checkpoint->step), checkpoint->tensors[i].path);
    return LS_OK;
}

/* What stays the same through the run, and room for the rest. */
static ls_status plan_snapshot(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    struct ls_checkpoint *const c = &t->saver.checkpoint;
    *c = (struct ls_checkpoint){.seed = s->job.seed,
                                .shards = s->shards,
                                .input = s->train.shape,
                                .n_normalize = s->mean ? s->train.shape.c : 0,
                                .mean = s->mean,
                                .std = s->std,
                                .n_classes = s->n_classes,
                                .classes = s->class_names};
    c->engine = ls_arena_strdup(s->arena, s->engine->describe());
    c->libm = ls_arena_printf(s->arena, "glibc %s", gnu_get_libc_version());
    if (!c->engine || !c->libm)
        return LS_OTHER;
    LS_TRY(ls_yaml_emit(s->root, s->arena, &c->job));
    LS_TRY(ls_replay_plan_save(s, c));
    return ls_state_plan(&s->model, &t->trainer, s->arena, c);
}

ls_status ls_training_plan_saves(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    const size_t size = (size_t)s->peers->size;
    t->drift = ls_arena_get(s->arena, size, sizeof *t->drift);
    t->drift_bytes = ls_arena_get(s->arena, size, sizeof *t->drift_bytes);
    if (!t->drift || !t->drift_bytes)
        return LS_OTHER;
    for (size_t r = 0; r < size; r++)
        t->drift_bytes[r] = sizeof *t->drift;
    return t->here ? plan_snapshot(t) : LS_OK;
}

static void copy_snapshot(struct ls_training *t)
{
    const struct ls_session *const s = t->session;
    struct ls_checkpoint *const c = &t->saver.checkpoint;
    const uint64_t per_epoch = s->plan.steps_per_epoch;
    c->epoch = t->step / per_epoch;
    c->step = t->step;
    c->sample = t->step % per_epoch * s->job.batch;
    c->best_metric = t->best;
    c->best_step = t->best_step;
    c->skipped = t->trainer.skipped;
    c->rollbacks = t->rollbacks;
    c->lr_factor = t->trainer.lr_factor;
    ls_state_copy(&s->model, &t->trainer, c);
}

/* What became of the checkpoint that was being written, if one was. */
static ls_status take_result(struct ls_training *t)
{
    ls_status status;
    if (ls_saver_ask(&t->saver, &status) && status == LS_OK)
        ls_run_dir_log(&t->run, "checkpoint of step %llu", number(t->saver.checkpoint.step));
    return status;
}

void ls_training_saved(struct ls_training *t)
{
    if (t->here && take_result(t) != LS_OK)
        ls_training_warn(t, "step %llu: %s; training goes on", number(t->saver.checkpoint.step),
                         ls_message());
}

/* Whether the snapshot may be filled; rank 0 knows. */
static bool wait_for_snapshot(struct ls_training *t, bool must)
{
    if (ls_saver_wait(&t->saver, must ? LS_FOREVER_S : most_wait_s))
        return true;
    ls_training_warn(t,
                     "step %llu: no checkpoint, as the one of step %llu has not been written "
                     "for %.0f s; training goes on",
                     number(t->step), number(t->saver.checkpoint.step), most_wait_s);
    return false;
}

static ls_status give_snapshot(struct ls_training *t, bool is_best)
{
    copy_snapshot(t);
    LS_TRY(check_finite(&t->saver.checkpoint));
    ls_saver_give(&t->saver, is_best);
    return LS_OK;
}

void ls_training_finish_saving(struct ls_training *t)
{
    (void)ls_saver_wait(&t->saver, LS_FOREVER_S);
    ls_training_saved(t);
}

static ls_status finish(struct ls_training *t)
{
    (void)ls_saver_wait(&t->saver, LS_FOREVER_S);
    return take_result(t);
}

ls_status ls_training_save(struct ls_training *t, bool is_best, bool must)
{
    const struct ls_peers *const peers = t->session->peers;
    LS_TRY(check_drift(t));
    bool takes = t->here && wait_for_snapshot(t, must);
    ls_broadcast(peers, &takes, sizeof takes);
    if (takes && t->here)
        ls_training_saved(t);
    if (takes)
        ls_replay_save(t->session, &t->saver.checkpoint);
    LS_TRY(ls_agree(peers, takes && t->here ? give_snapshot(t, is_best) : LS_OK));
    return must ? ls_agree(peers, t->here ? finish(t) : LS_OK) : LS_OK;
}
