#include "tests/src/layers/rig.h"

#include <string.h>

#include "src/base/philox.h"

enum { CANARIES = 8 };

static const struct ls_node *arguments_node(struct ls_arena *arena, const char *const *arguments)
{
    struct ls_node *map = ls_node_branch(arena, LS_NODE_MAP, NULL);
    for (; arguments && *arguments; arguments += 2) {
        if (!strchr(arguments[1], ',')) {
            ls_node_put(map, ls_node_scalar(arena, arguments[0], arguments[1]));
            continue;
        }
        struct ls_node *list = ls_node_branch(arena, LS_NODE_LIST, arguments[0]);
        char *text = ls_arena_strdup(arena, arguments[1]), *rest = NULL;
        for (char *word = strtok_r(text, ",", &rest); word; word = strtok_r(NULL, ",", &rest))
            ls_node_put(list, ls_node_scalar(arena, NULL, word));
        ls_node_put(map, list);
    }
    return map;
}

ls_status rig_plan(struct rig *rig, const char *kind, const char *const *arguments, int n_in,
                   const struct ls_shape *in)
{
    *rig = (struct rig){.step = 5, .training = true};
    ls_arena_init(&rig->arena);
    struct ls_layer *layer = &rig->layer;
    *layer = (struct ls_layer){.ops = ls_layer_find(kind), .n_in = n_in, .number = 3};
    assert_non_null(layer->ops);
    assert_true(n_in >= layer->ops->min_inputs && n_in <= layer->ops->max_inputs);
    memcpy(layer->in, in, (size_t)n_in * sizeof *in);
    layer->traits = layer->ops->traits;
    layer->engine = ls_engine_find(NULL);
    layer->engine->start();
    layer->arena = &rig->arena;
    void *args = ls_arena_get(&rig->arena, 1, layer->ops->args_bytes);
    LS_TRY(ls_options_parse(layer->ops->options, arguments_node(&rig->arena, arguments), kind, NULL,
                            &rig->arena, args));
    layer->args = args;
    return layer->ops->plan(layer);
}

static void fill(real *values, size_t len, uint64_t stream)
{
    for (size_t i = 0; i < len; i++) {
        const uint32_t word = ls_philox(7, stream, i).word[0];
        values[i] = 2 * (real)word / 4294967296.0 - 1;
    }
}

/* `len` reals between canaries, all NaN: what is not written shows, what is overrun as well. */
static real *guarded(struct rig *rig, size_t len)
{
    real *memory = ls_arena_get(&rig->arena, len + CANARIES, sizeof *memory);
    assert_non_null(memory);
    for (size_t i = 0; i < len + CANARIES; i++)
        memory[i] = (real)NAN;
    return memory;
}

static void expect_canaries(const real *memory, size_t len)
{
    for (size_t i = 0; i < CANARIES; i++)
        assert_true(isnan(memory[len + i]));
}

static void load_params(struct rig *rig, struct ls_param *params, int n, real **memory, real shift)
{
    for (int i = 0; i < n; i++) {
        struct ls_param *param = &params[i];
        param->len = 1;
        for (int axis = 0; axis < param->axes; axis++)
            param->len *= param->dims[axis];
        memory[i] = guarded(rig, param->len);
        fill(memory[i], param->len, 100 + (uint64_t)i);
        for (size_t j = 0; j < param->len; j++)
            memory[i][j] += shift;
    }
}

void rig_load(struct rig *rig, size_t n)
{
    struct ls_layer *layer = &rig->layer;
    rig->n = n;
    for (int i = 0; i < layer->n_in; i++) {
        const size_t len = n * ls_shape_len(layer->in[i]);
        rig->x[i] = guarded(rig, len);
        rig->dx[i] = guarded(rig, len);
        fill(rig->x[i], len, 10 + (uint64_t)i);
    }
    const size_t len = n * ls_shape_len(layer->out);
    rig->y = guarded(rig, len);
    rig->dy = guarded(rig, len);
    fill(rig->dy, len, 50);
    load_params(rig, layer->params, layer->n_params, layer->param, 0);
    load_params(rig, layer->buffers, layer->n_buffers, layer->buffer, 2); /* a positive variance */
    for (int i = 0; i < layer->n_params; i++)
        rig->grad[i] = guarded(rig, layer->params[i].len);
}

/* One shard's call, with memory of its own that is released after the run. */
struct shard {
    struct ls_call call;
    size_t scratch_len;
};

/* Cuts grow with the square of the shard's number: the first ones are empty, the last are large. */
static size_t cut(size_t n, int shard, int shards)
{
    return n * (size_t)(shard * shard) / (size_t)(shards * shards);
}

static struct shard make_shard(struct rig *rig, int number, int shards)
{
    const struct ls_layer *layer = &rig->layer;
    const size_t row = cut(rig->n, number, shards), n = cut(rig->n, number + 1, shards) - row;
    struct shard shard = {
        .call = {.n = n, .row = row, .batch = rig->n, .seed = 11, .step = rig->step},
    };
    struct ls_call *call = &shard.call;
    call->training = rig->training;
    for (int i = 0; i < layer->n_in; i++) {
        call->x[i] = rig->x[i] + row * ls_shape_len(layer->in[i]);
        call->dx[i] = rig->dx[i] + row * ls_shape_len(layer->in[i]);
    }
    call->y = rig->y + row * ls_shape_len(layer->out);
    call->dy = rig->dy + row * ls_shape_len(layer->out);
    for (int i = 0; i < layer->n_params && !layer->ops->backward_leaf; i++)
        call->grad[i] = guarded(rig, layer->params[i].len);
    call->saved = guarded(rig, (n * layer->saved_bytes + sizeof(real) - 1) / sizeof(real));
    shard.scratch_len = layer->ops->scratch_len ? layer->ops->scratch_len(layer, n) : 0;
    call->scratch = guarded(rig, shard.scratch_len);
    return shard;
}

static void exchange(struct rig *rig, struct shard *shard, struct ls_fold *fold, bool is_forward)
{
    const struct ls_layer *layer = &rig->layer;
    const struct ls_layer_ops *ops = layer->ops;
    const size_t len = is_forward ? layer->forward_len : layer->backward_len;
    if (len == 0 || !rig->training || layer->frozen)
        return;
    for (int i = 0; i < fold->tree->shards; i++)
        (is_forward ? ops->forward_leaf : ops->backward_leaf)(layer, &shard[i].call,
                                                              ls_fold_leaf(fold, i, len));
    const double *root = ls_fold(fold, is_forward ? ops->forward_merge : ops->backward_merge, len);
    if (is_forward)
        ops->forward_finish(layer, root);
    else
        ops->backward_finish(layer, root, rig->grad);
}

static void add_gradients(struct rig *rig, const struct shard *shard, int shards)
{
    for (int p = 0; p < rig->layer.n_params && !rig->layer.ops->backward_leaf; p++)
        for (size_t i = 0; i < rig->layer.params[p].len; i++) {
            rig->grad[p][i] = 0;
            for (int s = 0; s < shards; s++)
                rig->grad[p][i] += shard[s].call.grad[p][i];
        }
}

static void expect_bounds(const struct rig *rig, const struct shard *shard, int shards)
{
    const struct ls_layer *layer = &rig->layer;
    expect_canaries(rig->y, rig->n * ls_shape_len(layer->out));
    for (int i = 0; i < layer->n_in; i++)
        expect_canaries(rig->dx[i], rig->n * ls_shape_len(layer->in[i]));
    for (int s = 0; s < shards; s++) {
        const size_t saved = shard[s].call.n * layer->saved_bytes;
        expect_canaries(shard[s].call.saved, (saved + sizeof(real) - 1) / sizeof(real));
        expect_canaries(shard[s].call.scratch, shard[s].scratch_len);
        for (int p = 0; p < layer->n_params && !layer->ops->backward_leaf; p++)
            expect_canaries(shard[s].call.grad[p], layer->params[p].len);
    }
}

void rig_run(struct rig *rig, int shards)
{
    const struct ls_layer *layer = &rig->layer;
    struct ls_arena *kept = rig->layer.arena, arena = rig->arena;
    ls_arena_init(&rig->arena); /* what this run takes is released below */
    struct ls_tree tree;
    struct ls_fold fold;
    const struct ls_peers peers = ls_peers_alone();
    const size_t forward_len = layer->forward_len, backward_len = layer->backward_len;
    assert_int_equal(ls_tree_plan(&tree, shards, 1, 0, 1, &rig->arena), LS_OK);
    assert_int_equal(ls_fold_init(&fold, &tree, &peers,
                                  forward_len > backward_len ? forward_len : backward_len,
                                  &rig->arena),
                     LS_OK);
    struct shard *shard = ls_arena_get(&rig->arena, (size_t)shards, sizeof *shard);
    for (int i = 0; i < shards; i++)
        shard[i] = make_shard(rig, i, shards);
    if (layer->ops->prepare)
        layer->ops->prepare(layer);
    exchange(rig, shard, &fold, true);
    for (int i = 0; i < shards; i++)
        rig_forward(rig, &shard[i].call);
    for (int i = 0; i < shards; i++)
        rig_forget(rig, &shard[i].call);
    exchange(rig, shard, &fold, false);
    for (int i = 0; i < shards; i++)
        rig_backward(rig, &shard[i].call);
    add_gradients(rig, shard, shards);
    expect_bounds(rig, shard, shards);
    ls_arena_release(&rig->arena);
    rig->arena = arena;
    rig->layer.arena = kept;
}

void rig_release(struct rig *rig)
{
    ls_arena_release(&rig->arena);
}

static double loss(struct rig *rig)
{
    double sum = 0;
    rig_run(rig, 3);
    for (size_t i = 0; i < rig->n * ls_shape_len(rig->layer.out); i++)
        sum += rig->y[i] * rig->dy[i];
    return sum;
}

/* The derivative of the loss along a random direction of `values`, both ways. */
static void check_direction(struct rig *rig, real *values, const real *gradient, size_t len)
{
    const double step = 1e-5;
    real *direction = ls_alloc(len, sizeof *direction), *kept = ls_alloc(len, sizeof *kept);
    double expected = 0, size = 0;
    fill(direction, len, 77);
    memcpy(kept, values, len * sizeof *kept);
    loss(rig);
    for (size_t i = 0; i < len; i++) {
        assert_true(isfinite(gradient[i]));
        expected += gradient[i] * direction[i];
        size += gradient[i] * direction[i] * gradient[i] * direction[i];
    }
    double side[2];
    for (int i = 0; i < 2; i++) {
        for (size_t j = 0; j < len; j++)
            values[j] = kept[j] + (i == 0 ? -step : step) * direction[j];
        side[i] = loss(rig);
    }
    memcpy(values, kept, len * sizeof *kept);
    const double measured = (side[1] - side[0]) / (2 * step);
    if (!(fabs(measured - expected) <= 1e-6 * sqrt(size)))
        fail_msg("%s: derivative %.12g, by finite differences %.12g", rig->layer.ops->kind,
                 expected, measured);
    ls_free(direction);
    ls_free(kept);
}

void rig_check_gradients(struct rig *rig)
{
    struct ls_layer *layer = &rig->layer;
    for (int i = 0; i < layer->n_in; i++)
        check_direction(rig, rig->x[i], rig->dx[i], rig->n * ls_shape_len(layer->in[i]));
    for (int i = 0; i < layer->n_params && !layer->frozen; i++)
        check_direction(rig, layer->param[i], rig->grad[i], layer->params[i].len);
}

void rig_check_shards(struct rig *rig)
{
    const struct ls_layer *layer = &rig->layer;
    real *const arrays[] = {rig->y, rig->dx[0], rig->grad[0], rig->grad[1]};
    const size_t len[] = {rig->n * ls_shape_len(layer->out), rig->n * ls_shape_len(layer->in[0]),
                          layer->params[0].len, layer->params[1].len};
    for (int i = 0; i < 4; i++) {
        if (!arrays[i] || (i > 1 && layer->frozen))
            continue;
        real *want = ls_alloc(len[i], sizeof *want);
        rig_run(rig, 1);
        memcpy(want, arrays[i], len[i] * sizeof *want);
        rig_run(rig, 3);
        rig_expect(arrays[i], want, len[i], 1e-12);
        rig_run(rig, 8);
        rig_expect(arrays[i], want, len[i], 1e-12);
        ls_free(want);
    }
}

void rig_check(const char *kind, const char *const *arguments, int n_in, const struct ls_shape *in,
               size_t n, struct ls_shape out)
{
    struct rig rig;
    if (rig_plan(&rig, kind, arguments, n_in, in) != LS_OK)
        fail_msg("%s", ls_message());
    char have[LS_SHAPE_TEXT], want[LS_SHAPE_TEXT];
    assert_string_equal(ls_shape_text(rig.layer.out, have), ls_shape_text(out, want));
    assert_true(ls_shape_equal(rig.layer.out, out));
    assert_true(rig.layer.flops > 0);
    rig_load(&rig, n);
    rig_check_gradients(&rig);
    rig_check_shards(&rig);
    rig_check_traits(&rig);
    rig_release(&rig);
}

void rig_check_refusal(const char *kind, const char *const *arguments, int n_in,
                       const struct ls_shape *in, const char *message)
{
    struct rig rig;
    assert_int_equal(rig_plan(&rig, kind, arguments, n_in, in), LS_USAGE);
    assert_string_equal(ls_message(), message);
    rig_release(&rig);
}

void rig_check_values(const char *kind, const char *const *arguments, size_t len, const double *x,
                      const double *y)
{
    struct rig rig;
    assert_int_equal(rig_plan(&rig, kind, arguments, 1, &(struct ls_shape){1, len, 1, 1}), LS_OK);
    rig_load(&rig, 1);
    memcpy(rig.x[0], x, len * sizeof *x);
    rig_run(&rig, 1);
    rig_expect(rig.y, y, len, 1e-13);
    rig_release(&rig);
}

void rig_expect(const real *have, const double *want, size_t len, double tolerance)
{
    for (size_t i = 0; i < len; i++)
        if (!(fabs(have[i] - want[i]) <= tolerance * fmax(1, fabs(want[i]))))
            fail_msg("element %zu is %.17g, not %.17g", i, have[i], want[i]);
}
