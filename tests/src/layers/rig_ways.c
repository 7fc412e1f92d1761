/* The ways in which a layer's traits allow it to be called. Each gives the bits of the plain one.
 */
#include "tests/src/layers/rig.h"

#include <string.h>

static void copy(real *to, const real *from, size_t len)
{
    memcpy(to, from, len * sizeof *to);
}

static void forget(const real *values, size_t len)
{
    for (size_t i = 0; i < len; i++)
        ((real *)(uintptr_t)values)[i] = (real)NAN;
}

/* The samples [begin, begin + n) of a call. */
static struct ls_call cut_call(const struct ls_layer *layer, const struct ls_call *whole,
                               size_t begin, size_t n)
{
    struct ls_call call = *whole;
    const size_t out = begin * ls_shape_len(layer->out);
    call.n = n;
    call.row += begin;
    call.y += out;
    call.dy += out;
    call.saved = (unsigned char *)call.saved + begin * layer->saved_bytes;
    for (int i = 0; i < layer->n_in; i++) {
        call.x[i] += begin * ls_shape_len(layer->in[i]);
        call.dx[i] += begin * ls_shape_len(layer->in[i]);
    }
    return call;
}

typedef void pass(const struct ls_layer *layer, const struct ls_call *call);

/* One sample, two samples, three, ... */
static void in_runs(pass *run, const struct ls_layer *layer, const struct ls_call *call)
{
    size_t n = 1;
    for (size_t begin = 0; begin < call->n; begin += n++) {
        const struct ls_call part =
            cut_call(layer, call, begin, begin + n < call->n ? n : call->n - begin);
        run(layer, &part);
    }
}

void rig_forward(const struct rig *rig, const struct ls_call *call)
{
    const struct ls_layer *layer = &rig->layer;
    const size_t len = call->n * ls_shape_len(layer->out);
    if (rig->way == RIG_IN_RUNS) {
        in_runs(layer->ops->forward, layer, call);
        return;
    }
    if (rig->way != RIG_IN_PLACE) {
        layer->ops->forward(layer, call);
        return;
    }
    struct ls_call moved = *call;
    copy(call->y, call->x[0], len);
    moved.x[0] = call->y;
    layer->ops->forward(layer, &moved);
}

static void backward_over(const struct ls_layer *layer, const struct ls_call *call, int i)
{
    struct ls_call moved = *call;
    copy(call->dx[i], call->dy, call->n * ls_shape_len(layer->out));
    moved.dy = call->dx[i];
    layer->ops->backward(layer, &moved);
}

void rig_forget(const struct rig *rig, const struct ls_call *call)
{
    const struct ls_layer *layer = &rig->layer;
    if (rig->way != RIG_FORGETFUL)
        return;
    for (int i = 0; i < layer->n_in && !(layer->traits & LS_BACKWARD_READS_X); i++)
        forget(call->x[i], call->n * ls_shape_len(layer->in[i]));
    if (!(layer->traits & LS_BACKWARD_READS_Y))
        forget(call->y, call->n * ls_shape_len(layer->out));
}

void rig_backward(const struct rig *rig, const struct ls_call *call)
{
    const struct ls_layer *layer = &rig->layer;
    if (rig->way == RIG_IN_RUNS)
        in_runs(layer->ops->backward, layer, call);
    else if (rig->way == RIG_IN_PLACE)
        backward_over(layer, call, 0);
    else if (rig->way == RIG_SHARING_DY)
        backward_over(layer, call, layer->n_in - 1);
    else
        layer->ops->backward(layer, call);
}

static bool allows(const struct ls_layer *layer, enum rig_way way)
{
    if (way == RIG_IN_PLACE)
        return layer->traits & LS_IN_PLACE;
    if (way == RIG_SHARING_DY)
        return layer->traits & LS_SHARES_DY;
    return way != RIG_IN_RUNS || !(layer->traits & LS_WHOLE_SHARD);
}

static void expect_bits(const struct rig *rig, enum rig_way way, const real *have, const real *want,
                        size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (memcmp(&have[i], &want[i], sizeof *have) != 0)
            fail_msg("%s, way %d: element %zu is %.17g, not %.17g", rig->layer.ops->kind, (int)way,
                     i, have[i], want[i]);
}

static void check_way(struct rig *rig, enum rig_way way)
{
    const struct ls_layer *layer = &rig->layer;
    const size_t out = rig->n * ls_shape_len(layer->out);
    real *x[LS_MAX_INPUTS], *dx[LS_MAX_INPUTS], *y = ls_alloc(out, sizeof *y);
    rig_run(rig, 3);
    copy(y, rig->y, out);
    for (int i = 0; i < layer->n_in; i++) {
        const size_t len = rig->n * ls_shape_len(layer->in[i]);
        x[i] = ls_alloc(len, sizeof **x);
        dx[i] = ls_alloc(len, sizeof **dx);
        copy(x[i], rig->x[i], len);
        copy(dx[i], rig->dx[i], len);
        if (layer->traits & LS_SHARES_DY)
            expect_bits(rig, way, dx[i], rig->dy, len);
    }
    rig->way = way;
    rig_run(rig, 3);
    rig->way = RIG_PLAIN;
    if (way != RIG_FORGETFUL)
        expect_bits(rig, way, rig->y, y, out);
    for (int i = 0; i < layer->n_in; i++) {
        const size_t len = rig->n * ls_shape_len(layer->in[i]);
        expect_bits(rig, way, rig->dx[i], dx[i], len);
        copy(rig->x[i], x[i], len);
        ls_free(x[i]);
        ls_free(dx[i]);
    }
    ls_free(y);
}

void rig_check_traits(struct rig *rig)
{
    for (enum rig_way way = RIG_PLAIN; way <= RIG_IN_RUNS; way++)
        if (allows(&rig->layer, way))
            check_way(rig, way);
}
