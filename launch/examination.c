#include "launch/examination.h"

#include <string.h>

/* A number of each sample of the global batch, from all ranks.
 * of  (shards, max_n)    all  (n), overwritten */
static ls_status gather_numbers(const struct ls_examination *x, const uint64_t *of, uint64_t **all,
                                struct ls_arena *arena)
{
    const struct ls_peers *const peers = x->session->peers;
    const struct ls_tree *const tree = x->trainer->ws->tree;
    const struct ls_batch *const batch = x->batch;
    *all = ls_arena_get(arena, x->n, sizeof **all);
    uint64_t *const mine = ls_arena_get(arena, x->n, sizeof *mine);
    size_t *const bytes = ls_arena_get(arena, (size_t)peers->size, sizeof *bytes);
    LS_TRY(ls_agree(peers, *all && mine && bytes ? LS_OK : LS_OTHER));
    size_t len = 0;
    for (int s = 0; s < tree->last - tree->first; s++)
        for (size_t i = 0; i < batch->n[s]; i++)
            mine[len++] = of[(size_t)s * batch->max_n + i];
    for (int r = 0; r < peers->size; r++) {
        const int first = ls_tree_first_shard(tree->shards, peers->size, r);
        const int last = ls_tree_first_shard(tree->shards, peers->size, r + 1);
        bytes[r] =
            (ls_shard_row(x->n, tree->shards, last) - ls_shard_row(x->n, tree->shards, first)) *
            sizeof *mine;
    }
    ls_gather(peers, mine, *all, bytes);
    return LS_OK;
}

/* The batch as it is in the file, on rank 0; where it cannot be had, the page says less. */
static void read_raw(struct ls_examination *x, struct ls_arena *arena)
{
    struct ls_source *const source = &x->session->train;
    x->raw = ls_arena_get(arena, x->n * ls_shape_len(source->shape), sizeof *x->raw);
    if (x->raw && ls_source_read_x(source, x->samples, x->n, x->raw) != LS_OK)
        x->raw = NULL;
}

/* Augmentation moves values: where the bad one is in the file. */
static void place_in_file(struct ls_examination *x)
{
    const struct ls_shape s = x->session->train.shape;
    const size_t len = ls_shape_len(s);
    struct ls_bad *const bad = &x->look.bad;
    if (bad->place != LS_PLACE_INPUT || !x->raw)
        return;
    for (size_t i = 0; i < x->n; i++) {
        size_t e = 0;
        while (x->samples[i] == bad->sample && e < len && isfinite(x->raw[i * len + e]))
            e++;
        if (x->samples[i] != bad->sample || e == len)
            continue;
        bad->element = e;
        bad->value = isnan(x->raw[i * len + e]) ? (double)NAN : (double)x->raw[i * len + e];
        return;
    }
}

ls_status ls_examination_run(struct ls_examination *x, const struct ls_examination_spec *spec,
                             struct ls_arena *arena)
{
    const struct ls_trainer *const trainer = spec->trainer;
    *x = (struct ls_examination){.session = spec->session,
                                 .trainer = trainer,
                                 .batch = spec->batch,
                                 .error = spec->error,
                                 .evidence = {.model = trainer->spec.model,
                                              .loss = trainer->spec.loss,
                                              .optimizer = trainer->spec.optimizer,
                                              .clip = trainer->spec.clip,
                                              .history = spec->history,
                                              .onset = ls_onset_find(spec->history)}};
    x->n = x->batch->global_n;
    LS_TRY(gather_numbers(x, x->batch->samples, &x->samples, arena));
    LS_TRY(gather_numbers(x, x->batch->occasions, &x->occasions, arena));
    if (ls_look(trainer, x->batch, arena, &x->look) == LS_OK)
        x->evidence.look = &x->look;
    x->raw = spec->raw;
    if (!x->raw && x->session->peers->rank == 0)
        read_raw(x, arena);
    if (x->evidence.look)
        place_in_file(x);
    return LS_OK;
}

static ls_status measure_past(struct ls_examination *x, const struct ls_batch *batch,
                              struct ls_arena *arena)
{
    const struct ls_peers *const peers = x->session->peers;
    const struct ls_tree *const tree = x->trainer->ws->tree;
    const int shards = tree->last - tree->first;
    struct ls_evidence *const e = &x->evidence;
    if (ls_agree(peers, batch->status) != LS_OK)
        return LS_OK;
    LS_TRY(ls_scale_x(batch, shards, e->model->input, peers, arena, &e->past_x));
    if (batch->values)
        LS_TRY(ls_scale_y(batch, shards, e->loss->k, peers, arena, &e->past_y));
    e->has_past = true;
    return LS_OK;
}

ls_status ls_examination_look_back(struct ls_examination *x, struct ls_arena *arena)
{
    const struct ls_evidence *const e = &x->evidence;
    if (!e->onset.known || e->onset.row + 1 >= e->history->len)
        return LS_OK;
    const double step = ls_history_row(e->history, e->onset.row)->step;
    const struct ls_loader_spec spec = ls_session_train_loader(x->session);
    struct ls_loader *loader = NULL;
    ls_status status =
        ls_agree(x->session->peers, ls_loader_create(&loader, &spec, (uint64_t)step - 1));
    if (status == LS_OK)
        status = measure_past(x, ls_loader_next(loader), arena);
    ls_loader_free(loader);
    return status;
}

void ls_examination_judge(struct ls_examination *x)
{
    x->n_suspicions = 0;
    for (const struct ls_cause *const *cause = ls_causes; *cause; cause++) {
        struct ls_suspicion *const next = &x->suspicions[x->n_suspicions];
        bool known = false;
        for (size_t i = 0; i < x->n_suspicions; i++)
            known = known || strcmp(x->suspicions[i].cause->name, (*cause)->name) == 0;
        if (known || x->n_suspicions == LS_MAX_CAUSES || !(*cause)->test(&x->evidence, next->text))
            continue;
        next->cause = *cause;
        x->n_suspicions++;
    }
}
