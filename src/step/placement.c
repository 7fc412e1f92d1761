#include "src/step/placement.h"

#include <limits.h>
#include <stdlib.h>

enum { LINE = 64 };

struct planner {
    struct ls_placement *p;
    const struct ls_placement_spec *spec;
    const struct ls_model *model;
    int *forward_at, *backward_at; /* (layers) the group of each; the loss lies between */
    int loss_at;
};

static bool reads(const struct planner *s, int layer, int tensor)
{
    for (int i = 0; i < s->model->layers[layer].n_in; i++)
        if (s->model->wiring[layer].from[i] == tensor)
            return true;
    return false;
}

static bool goes_back(const struct planner *s, int layer)
{
    return s->spec->backward && s->spec->needed[layer];
}

static int new_buffer(struct planner *s, size_t bytes, int at)
{
    const int end = s->spec->keep ? INT_MAX : at;
    s->p->buffers[s->p->n_buffers] = (struct ls_buffer){bytes, at, end, 0};
    return s->p->n_buffers++;
}

static void use_until(struct planner *s, int buffer, int at)
{
    if (s->p->buffers[buffer].end < at)
        s->p->buffers[buffer].end = at;
}

static size_t out_bytes(const struct planner *s, int layer)
{
    return ls_shape_len(s->model->layers[layer].out) * sizeof(real);
}

/* The last group that reads layer l's output. */
static int last_read(const struct planner *s, int l)
{
    const struct ls_layer *const layers = s->model->layers;
    int last = s->forward_at[l];
    if (l == s->model->n_layers - 1)
        last = s->loss_at;
    if (goes_back(s, l) && (layers[l].traits & LS_BACKWARD_READS_Y))
        last = s->backward_at[l];
    for (int r = l + 1; r < s->model->n_layers; r++) {
        if (!reads(s, r, l))
            continue;
        if (last < s->forward_at[r])
            last = s->forward_at[r];
        const bool later = goes_back(s, r) && (layers[r].traits & LS_BACKWARD_READS_X);
        if (later && last < s->backward_at[r])
            last = s->backward_at[r];
    }
    return last;
}

/* Whether layer l may write its output over its first input. */
static bool may_replace(const struct planner *s, int l)
{
    const struct ls_layer *const layers = s->model->layers;
    const int from = s->model->wiring[l].from[0];
    if (s->spec->keep || !(layers[l].traits & LS_IN_PLACE) || from == LS_MODEL_INPUT ||
        out_bytes(s, l) != out_bytes(s, from))
        return false;
    if (goes_back(s, from) && (layers[from].traits & LS_BACKWARD_READS_Y))
        return false;
    for (int i = 1; i < layers[l].n_in; i++) {
        const int other = s->model->wiring[l].from[i];
        if (other == from)
            return false;
    }
    for (int r = from + 1; r < s->model->n_layers; r++) {
        if (!reads(s, r, from))
            continue;
        if (r > l || (goes_back(s, r) && (layers[r].traits & LS_BACKWARD_READS_X)))
            return false;
    }
    return true;
}

static void place_outputs(struct planner *s)
{
    for (int l = 0; l < s->model->n_layers; l++) {
        const int from = s->model->wiring[l].from[0];
        const struct ls_layer *const layer = &s->model->layers[l];
        s->p->y[l] =
            may_replace(s, l) ? s->p->y[from] : new_buffer(s, out_bytes(s, l), s->forward_at[l]);
        use_until(s, s->p->y[l], last_read(s, l));
        s->p->saved[l] = LS_NO_BUFFER;
        if (layer->saved_bytes > 0) {
            s->p->saved[l] = new_buffer(s, layer->saved_bytes, s->forward_at[l]);
            use_until(s, s->p->saved[l], goes_back(s, l) ? s->backward_at[l] : s->forward_at[l]);
        }
    }
}

/* The first layer from l on, as backward goes, that adds to tensor t's gradient once layer l has
 * written it, which l itself does if it reads t twice; -1: none. */
static int next_writer(const struct planner *s, int t, int l)
{
    int times = 0;
    for (int i = 0; i < s->model->layers[l].n_in; i++)
        times += s->model->wiring[l].from[i] == t;
    if (times > 1)
        return l;
    for (int r = l - 1; r > t; r--)
        if (reads(s, r, t) && goes_back(s, r))
            return r;
    return -1;
}

/* Whether layer l may leave the gradient of its input `from` where that of its output is. Others
 * whose gradients lie there must not see what is written, nor write what it needs: gradient u is
 * read until layer u runs backward, and layers run from the last to the first. */
static bool may_inherit(const struct planner *s, int l, int from)
{
    const struct ls_layer *const layer = &s->model->layers[l];
    const bool shares = (layer->traits & LS_SHARES_DY) != 0;
    const bool in_place = (layer->traits & LS_IN_PLACE) && from == s->model->wiring[l].from[0];
    if (s->spec->keep || !(shares || in_place) || out_bytes(s, l) != out_bytes(s, from) ||
        s->p->dy[l] < 0)
        return false;
    for (int u = l - 1; u >= 0; u--) {
        if (u == from || s->p->dy[u] != s->p->dy[l])
            continue;
        if (!shares)
            return false;
        const bool u_sees = next_writer(s, from, l) > u;
        const bool from_sees = next_writer(s, u, l) > from;
        if (u_sees || from_sees)
            return false;
    }
    return true;
}

static void place_gradients(struct planner *s)
{
    const int n = s->model->n_layers;
    for (int l = 0; l < n; l++)
        s->p->dy[l] = LS_NO_BUFFER;
    if (!s->spec->backward)
        return;
    if (s->spec->needed[n - 1])
        s->p->dy[n - 1] = new_buffer(s, out_bytes(s, n - 1), s->loss_at);
    for (int l = n - 1; l >= 0; l--) {
        if (!goes_back(s, l))
            continue;
        use_until(s, s->p->dy[l], s->backward_at[l]);
        for (int i = 0; i < s->model->layers[l].n_in; i++) {
            const int from = s->model->wiring[l].from[i];
            if (from == LS_MODEL_INPUT || !s->spec->needed[from] || s->p->dy[from] >= 0)
                continue;
            s->p->dy[from] = may_inherit(s, l, from)
                                 ? s->p->dy[l]
                                 : new_buffer(s, out_bytes(s, from), s->backward_at[l]);
            use_until(s, s->p->dy[from], s->backward_at[from]);
        }
    }
}

static int larger_first(const void *a, const void *b)
{
    const struct ls_buffer *const x = *(struct ls_buffer *const *)a;
    const struct ls_buffer *const y = *(struct ls_buffer *const *)b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return x < y ? -1 : x > y;
}

static size_t shard_bytes(const struct planner *s, const struct ls_buffer *buffer)
{
    return (s->spec->max_n * buffer->bytes + LINE - 1) / LINE * LINE;
}

/* The largest first, each at the lowest place that is free while it is in use. `placed` are those
 * that have a place, by place. */
static void pack(struct planner *s, struct ls_buffer **order, struct ls_buffer **placed)
{
    const int n = s->p->n_buffers;
    for (int i = 0; i < n; i++)
        order[i] = &s->p->buffers[i];
    qsort(order, (size_t)n, sizeof(struct ls_buffer *), larger_first);
    for (int i = 0; i < n; i++) {
        struct ls_buffer *const buffer = order[i];
        const size_t bytes = shard_bytes(s, buffer);
        for (int k = 0; k < i; k++) {
            const bool at_once = placed[k]->begin <= buffer->end && buffer->begin <= placed[k]->end;
            if (at_once && placed[k]->place >= buffer->place + bytes)
                break;
            if (at_once && buffer->place < placed[k]->place + shard_bytes(s, placed[k]))
                buffer->place = placed[k]->place + shard_bytes(s, placed[k]);
        }
        int k = i;
        for (; k > 0 && placed[k - 1]->place > buffer->place; k--)
            placed[k] = placed[k - 1];
        placed[k] = buffer;
        if (s->p->bytes < buffer->place + bytes)
            s->p->bytes = buffer->place + bytes;
    }
}

static void number_groups(struct planner *s)
{
    const struct ls_timeline *const forward = s->spec->forward, *const back = s->spec->backward;
    s->loss_at = forward->n_groups;
    for (int g = 0; g < forward->n_groups; g++)
        for (int l = forward->groups[g].begin; l < forward->groups[g].end; l++)
            s->forward_at[l] = g;
    for (int g = 0; back && g < back->n_groups; g++)
        for (int l = back->groups[g].begin; l < back->groups[g].end; l++)
            s->backward_at[l] = s->loss_at + 1 + g;
}

ls_status ls_placement_plan(struct ls_placement *p, const struct ls_placement_spec *spec,
                            struct ls_arena *arena)
{
    const size_t layers = (size_t)spec->model->n_layers, most = 3 * layers;
    struct planner s = {.p = p, .spec = spec, .model = spec->model};
    *p = (struct ls_placement){.buffers = ls_arena_get(arena, most, sizeof *p->buffers),
                               .y = ls_arena_get(arena, layers, sizeof(int)),
                               .dy = ls_arena_get(arena, layers, sizeof(int)),
                               .saved = ls_arena_get(arena, layers, sizeof(int))};
    s.forward_at = ls_arena_get(arena, layers, sizeof(int));
    s.backward_at = ls_arena_get(arena, layers, sizeof(int));
    struct ls_buffer **const order = ls_arena_get(arena, most, sizeof(struct ls_buffer *));
    struct ls_buffer **const placed = ls_arena_get(arena, most, sizeof(struct ls_buffer *));
    if (!p->buffers || !p->y || !p->dy || !p->saved || !s.forward_at || !s.backward_at || !order ||
        !placed)
        return LS_OTHER;
    number_groups(&s);
    place_outputs(&s);
    place_gradients(&s);
    pack(&s, order, placed);
    return LS_OK;
}
