#include "src/step/timeline.h"

/* What a run reads and writes should stay in a core's second-level cache. */
enum { RUN_BYTES = 192 * 1024 };

static ls_status init(struct ls_timeline *timeline, const struct ls_model *model,
                      struct ls_arena *arena)
{
    const size_t most = 2 * (size_t)model->n_layers + 1; /* a leaf may be a group of its own */
    *timeline = (struct ls_timeline){0};
    timeline->groups = ls_arena_get(arena, most, sizeof *timeline->groups);
    timeline->segments = ls_arena_get(arena, most, sizeof *timeline->segments);
    return timeline->groups && timeline->segments ? LS_OK : LS_OTHER;
}

static bool is_whole(const struct ls_layer *layer)
{
    return (layer->traits & LS_WHOLE_SHARD) != 0;
}

static int segment_begin(const struct ls_timeline *t)
{
    return t->n_segments > 0 ? t->segments[t->n_segments - 1].end : 0;
}

/* True when the next layer may join the last group. */
static bool is_open(const struct ls_timeline *t, const struct ls_model *model)
{
    return t->n_groups > segment_begin(t) &&
           !is_whole(&model->layers[t->groups[t->n_groups - 1].begin]);
}

static void add_group(struct ls_timeline *t, int begin, int end)
{
    t->groups[t->n_groups++] = (struct ls_group){begin, end, -1, 0};
}

static void end_segment(struct ls_timeline *t, const struct ls_model *model, int exchange,
                        int summed)
{
    const int begin = segment_begin(t);
    if (exchange >= 0 && !is_open(t, model))
        add_group(t, exchange, exchange);
    if (exchange >= 0)
        t->groups[t->n_groups - 1].leaf = exchange;
    t->segments[t->n_segments++] = (struct ls_segment){begin, t->n_groups, exchange, summed};
}

static void measure_runs(struct ls_timeline *t, const struct ls_model *model)
{
    for (int g = 0; g < t->n_groups; g++) {
        struct ls_group *const group = &t->groups[g];
        size_t bytes = 0;
        for (int l = group->begin; l < group->end; l++) {
            const struct ls_layer *const layer = &model->layers[l];
            bytes += ls_shape_len(layer->out) * sizeof(real);
            for (int i = 0; i < layer->n_in; i++)
                bytes += ls_shape_len(layer->in[i]) * sizeof(real);
        }
        if (bytes > 0 && !is_whole(&model->layers[group->begin]))
            group->run = bytes < RUN_BYTES ? RUN_BYTES / bytes : 1;
    }
}

ls_status ls_timeline_forward(struct ls_timeline *t, const struct ls_model *model, bool training,
                              struct ls_arena *arena)
{
    LS_TRY(init(t, model, arena));
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        if (training && layer->forward_len > 0 && !layer->frozen)
            end_segment(t, model, l, -1);
        if (is_open(t, model) && !is_whole(layer))
            t->groups[t->n_groups - 1].end = l + 1;
        else
            add_group(t, l, l + 1);
    }
    end_segment(t, model, -1, -1);
    measure_runs(t, model);
    return LS_OK;
}

ls_status ls_timeline_backward(struct ls_timeline *t, const struct ls_model *model,
                               const bool *needed, struct ls_arena *arena)
{
    LS_TRY(init(t, model, arena));
    int summed = -1;
    for (int l = model->n_layers - 1; l >= 0; l--) {
        const struct ls_layer *const layer = &model->layers[l];
        if (!needed[l])
            continue;
        const bool exchanges = layer->backward_len > 0 && !layer->frozen;
        if (exchanges || (ls_layer_is_summed(layer) && summed >= 0)) {
            end_segment(t, model, exchanges ? l : -1, summed);
            summed = -1;
        }
        if (ls_layer_is_summed(layer))
            summed = l;
        const bool joins =
            is_open(t, model) && !is_whole(layer) && t->groups[t->n_groups - 1].begin == l + 1;
        if (joins)
            t->groups[t->n_groups - 1].begin = l;
        else
            add_group(t, l, l + 1);
    }
    end_segment(t, model, -1, summed);
    measure_runs(t, model);
    return LS_OK;
}
