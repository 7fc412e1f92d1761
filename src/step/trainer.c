#include "src/step/trainer.h"

#include "src/step/miner.h"

enum { RANGE = 16384 };

static size_t list_ranges(const struct ls_trainer *trainer, struct ls_range *ranges)
{
    const struct ls_model *const model = trainer->spec.model;
    const bool all = trainer->spec.optimizer->decay == LS_DECAY_ALL;
    size_t n = 0;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++) {
            const struct ls_param *const param = &layer->params[i];
            for (size_t at = 0; at < param->len; at += RANGE, n++) {
                const size_t left = param->len - at;
                if (ranges)
                    ranges[n] = (struct ls_range){param->offset + at, left < RANGE ? left : RANGE,
                                                  all || param->axes > 1};
            }
        }
    }
    return n;
}

ls_status ls_trainer_init(struct ls_trainer *trainer, const struct ls_trainer_spec *spec,
                          struct ls_workspace *ws, struct ls_arena *arena)
{
    *trainer = (struct ls_trainer){.spec = *spec, .ws = ws};
    trainer->n_ranges = list_ranges(trainer, NULL);
    trainer->ranges = ls_arena_get(arena, trainer->n_ranges, sizeof *trainer->ranges);
    trainer->partial =
        ls_arena_get(arena, ls_norm_blocks(spec->model->n_params), sizeof *trainer->partial);
    if (!trainer->ranges || !trainer->partial)
        return LS_OTHER;
    (void)list_ranges(trainer, trainer->ranges);
    for (int s = 0; s < spec->optimizer->n_slots; s++) {
        trainer->slot[s] = ls_arena_get(arena, spec->model->n_params, sizeof(real));
        if (!trainer->slot[s])
            return LS_OTHER;
    }
    if (spec->loss->mine.rule == LS_MINE_NONE)
        return LS_OK;
    ws->miner = ls_arena_get(arena, 1, sizeof *ws->miner);
    return ws->miner ? ls_miner_init(ws->miner, ws, spec->loss, arena) : LS_OTHER;
}

/* What a rank could not read, told to all. */
static ls_status agree_on_batch(const struct ls_trainer *trainer, const struct ls_batch *batch)
{
    const ls_status mine =
        batch->status == LS_OK ? LS_OK : ls_fail(batch->status, "%s", batch->message);
    return ls_agree(trainer->ws->peers, mine);
}

ls_status ls_trainer_step(struct ls_trainer *trainer, const struct ls_batch *batch, bool stop,
                          struct ls_record *record)
{
    struct ls_workspace *const ws = trainer->ws;
    const struct ls_pass pass = {ws, batch, trainer->spec.seed, true};
    double at = ls_profile_start(ws->profile);
    ls_model_prepare(ws->model);
    at = ls_profile_phase(ws->profile, LS_PHASE_PREPARE, at);
    ls_forward(&pass);
    at = ls_profile_phase(ws->profile, LS_PHASE_FORWARD, at);
    ls_pass_loss(&pass, trainer->spec.loss);
    at = ls_profile_phase(ws->profile, LS_PHASE_LOSS, at);
    ls_backward(&pass);
    at = ls_profile_phase(ws->profile, LS_PHASE_BACKWARD, at);
    const double *const tail = ls_pass_reduce(&pass, batch->status != LS_OK, stop);
    at = ls_profile_phase(ws->profile, LS_PHASE_REDUCE, at);
    real *const gradient = ws->reducer.sum;
    if (tail[LS_TAIL_FAILED] > 0)
        return agree_on_batch(trainer, batch);
    const double weight = tail[LS_TAIL_WEIGHT] > 0 ? tail[LS_TAIL_WEIGHT] : 1;
    *record = (struct ls_record){
        .step = batch->step,
        .epoch = batch->epoch,
        .samples = batch->global_n,
        .loss = tail[LS_TAIL_VALUE] / weight,
        .lr = ls_schedule_lr(trainer->spec.schedule, trainer->spec.optimizer->lr, batch->step),
        .stop = tail[LS_TAIL_STOP] > 0};
    record->grad_norm = ls_trainer_gradient(trainer, gradient, weight);
    LS_TRY(ls_trainer_finite(trainer, gradient, record));
    ls_trainer_clip(trainer, gradient, record->grad_norm);
    ls_trainer_update(trainer, gradient, record);
    (void)ls_profile_phase(ws->profile, LS_PHASE_UPDATE, at);
    return LS_OK;
}
