/* The two passes over the slab against one pass for each thing that is done to it, bit for bit,
 * on one rank and on ranks that share a node's memory, played by threads. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "tests/bench.h"

enum { RANKS = 3, STEPS = 3, MAX_SHARED = 16 };

/* tensors of one block of the norm and of several, gaps, one without decay, batch-norm at the end
 */
static const char net[] = "- conv: {out: 5, kernel: 3, pad: same}\n"
                          "- bn\n"
                          "- relu\n"
                          "- flatten\n"
                          "- dense: {out: 97, name: wide}\n"
                          "- bn\n"
                          "- dense: {out: 3, name: last}\n";

static const struct bench_setup setups[] = {
    {.optimizer = "{sgd: {lr: 0.1}}"},
    {.optimizer = "{sgd: {lr: 0.1, momentum: 0.9, weight_decay: 0.01}}", .clip = {.norm = 0.5}},
    {.optimizer = "{sgd: {lr: 0.1, momentum: 0.9, nesterov: true, weight_decay: 0.01, decay: all}}",
     .penalty = {0.001, 0.01}},
    {.optimizer = "{adam: {lr: 0.01, weight_decay: 0.01}}", .clip = {.value = 0.01}},
    {.optimizer = "{adamw: {lr: 0.01}}", .penalty = {0.001, 0}, .clip = {.norm = 0.3}},
    {.optimizer = "{adamw: {lr: 0.01, decay: all}}", .penalty = {0, 0.02}, .freeze = "wide"},
    {.optimizer = "{rmsprop: {lr: 0.01, weight_decay: 0.01}}", .penalty = {0, 0.02}, .threads = 2},
    {.optimizer = "{rmsprop: {lr: 0.01, momentum: 0.9}}", .clip = {.value = 0.02}},
    {.optimizer = "{adagrad: {lr: 0.01, weight_decay: 0.01}}",
     .clip = {.norm = 0.2},
     .penalty = {0.01, 0.1},
     .freeze = "bn1",
     .threads = 2},
};

static struct bench_setup whole(const struct bench_setup *part)
{
    struct bench_setup setup = *part;
    setup.model = net;
    setup.input = (struct ls_shape){3, 2, 6, 6};
    setup.samples = 16;
    setup.batch = 16;
    return setup;
}

static const double weight = 12.7;

/* A sum over the batch; what is not trained has none. */
static void fill(const struct bench *b)
{
    real *const sum = b->ws.reducer.sum;
    memset(sum, 0, b->model.n_params * sizeof *sum);
    for (int l = 0; l < b->model.n_layers; l++) {
        const struct ls_layer *const layer = &b->model.layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++)
            for (size_t e = 0; e < layer->params[i].len; e++)
                sum[layer->params[i].offset + e] = LS_R(memory_random(layer->params[i].offset + e));
    }
}

static void add_penalties(const struct bench *b, real *g)
{
    for (int l = 0; l < b->model.n_layers; l++) {
        const struct ls_layer *const layer = &b->model.layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++)
            if (ls_trainer_decays(&b->trainer, &layer->params[i]))
                ls_penalty_add(&b->trainer.spec.penalty, layer->params[i].len, layer->param[i],
                               g + layer->params[i].offset);
    }
}

static void update_tensor(const struct bench *b, const struct ls_param *param, const real *g,
                          const struct ls_record *record)
{
    struct ls_update update = {
        .lr = record->lr,
        .weight_decay = ls_trainer_decays(&b->trainer, param) ? b->optimizer.weight_decay : 0,
        .step = record->step + 1,
        .len = param->len,
        .w = b->model.params + param->offset,
        .g = g + param->offset};
    for (int s = 0; s < b->optimizer.n_slots; s++)
        update.slot[s] = b->trainer.slot[s] + param->offset;
    ls_optimizer_update(&b->optimizer, &update);
}

/* One step, a pass over the slab for each thing; returns the norm. */
static double step_in_passes(const struct bench *b, real *g, const struct ls_record *record)
{
    const size_t len = b->model.n_params;
    const struct ls_clip clip = b->trainer.spec.clip;
    for (size_t i = 0; i < len; i++)
        g[i] = b->ws.reducer.sum[i] / LS_R(weight);
    add_penalties(b, g);
    const double norm = ls_norm(g, len);
    ls_clip_scale(g, len, ls_clip_factor(norm, clip.norm));
    ls_clip_value(g, len, clip.value);
    for (int l = 0; l < b->model.n_layers; l++) {
        const struct ls_layer *const layer = &b->model.layers[l];
        for (int i = 0; i < layer->n_params && !layer->frozen; i++)
            update_tensor(b, &layer->params[i], g, record);
    }
    return norm;
}

static void step_fused(const struct bench *b, struct ls_record *record)
{
    const struct ls_gradient gradient = {.sum = b->ws.reducer.sum,
                                         .divisor = LS_R(weight),
                                         .penalty = b->trainer.spec.penalty,
                                         .factor = 1};
    record->grad_norm = ls_trainer_norm(&b->trainer, &gradient);
    ls_trainer_update(&b->trainer, &gradient, record);
}

static void assert_same_state(const struct bench *a, const struct bench *b)
{
    const size_t bytes = a->model.n_params * sizeof(real);
    assert_memory_equal(a->model.params, b->model.params, bytes);
    for (int s = 0; s < a->optimizer.n_slots; s++)
        assert_memory_equal(a->trainer.slot[s], b->trainer.slot[s], bytes);
}

static void two_passes_have_the_bits_of_separate_ones(void **state)
{
    (void)state;
    const struct ls_peers alone = ls_peers_alone();
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        const struct bench_setup setup = whole(&setups[i]);
        struct bench fused, separate;
        bench_init(&fused, &setup, &alone);
        bench_init(&separate, &setup, &alone);
        fill(&fused);
        fill(&separate);
        real *const g = ls_arena_get(&separate.arena, separate.model.n_params, sizeof *g);
        for (uint64_t s = 0; s < STEPS; s++) {
            struct ls_record record = {.step = s, .lr = 0.1};
            const double norm = step_in_passes(&separate, g, &record);
            step_fused(&fused, &record);
            assert_true(norm > 0 && norm == record.grad_norm);
            assert_same_state(&fused, &separate);
        }
        assert_memory_equal(fused.ws.reducer.sum, separate.ws.reducer.sum,
                            fused.model.n_params * sizeof(real));
        bench_release(&fused);
        bench_release(&separate);
    }
}

static void each_layer_has_the_norm_of_its_own_gradient(void **state)
{
    (void)state;
    const struct ls_peers alone = ls_peers_alone();
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        const struct bench_setup setup = whole(&setups[i]);
        struct bench b;
        bench_init(&b, &setup, &alone);
        fill(&b);
        real *const g = ls_arena_get(&b.arena, b.model.n_params, sizeof *g);
        for (size_t e = 0; e < b.model.n_params; e++)
            g[e] = b.ws.reducer.sum[e] / LS_R(weight);
        add_penalties(&b, g);
        struct ls_record record = {.lr = 0.1};
        step_fused(&b, &record);
        for (int l = 0; l < b.model.n_layers; l++) {
            const struct ls_layer *const layer = &b.model.layers[l];
            double sum = 0;
            for (int p = 0; p < layer->n_params && !layer->frozen; p++)
                sum += pow(ls_norm(g + layer->params[p].offset, layer->params[p].len), 2);
            assert_true(fabs(b.trainer.layer_norm[l] - sqrt(sum)) <= 1e-12 * sqrt(sum));
        }
        bench_release(&b);
    }
}

/* A node: its ranks are made one after another, and then run in a thread each. */
struct node {
    void *shared[MAX_SHARED]; /* of the first rank's arena */
    pthread_barrier_t barrier;
    bool running;
};

struct seat {
    struct node *node;
    int rank, shared;
    struct bench bench;
    double norm[STEPS];
};

static ls_status node_agree(void *context, ls_status mine)
{
    (void)context;
    return mine;
}

static ls_status node_share(void *context, size_t bytes, struct ls_arena *arena, void **memory)
{
    struct seat *const seat = context;
    void **const shared = &seat->node->shared[seat->shared++];
    assert_true(seat->shared <= MAX_SHARED);
    if (seat->rank == 0)
        *shared = ls_arena_get(arena, bytes, 1);
    *memory = *shared;
    return *memory ? LS_OK : LS_OTHER;
}

static void node_meet(void *context)
{
    const struct seat *const seat = context;
    if (seat->node->running)
        (void)pthread_barrier_wait(&seat->node->barrier);
}

static ls_status node_reducer_init(struct ls_reducer *reducer, struct ls_arena *arena)
{
    (void)reducer, (void)arena;
    return LS_OK;
}

static void *train(void *context)
{
    struct seat *const seat = context;
    for (uint64_t s = 0; s < STEPS; s++) {
        struct ls_record record = {.step = s, .lr = 0.1};
        step_fused(&seat->bench, &record);
        seat->norm[s] = record.grad_norm;
    }
    return NULL;
}

static void make_node(struct node *node, struct seat *seats, const struct bench_setup *setup)
{
    static const struct ls_peers_ops ops = {.agree = node_agree,
                                            .share = node_share,
                                            .meet = node_meet,
                                            .reducer_init = node_reducer_init};
    *node = (struct node){0};
    assert_int_equal(pthread_barrier_init(&node->barrier, NULL, RANKS), 0);
    for (int r = 0; r < RANKS; r++) {
        seats[r] = (struct seat){.node = node, .rank = r};
        const struct ls_peers peers = {r, RANKS, r, RANKS, &ops, &seats[r]};
        bench_init(&seats[r].bench, setup, &peers);
    }
    node->running = true;
}

static void run_node(struct seat *seats)
{
    pthread_t thread[RANKS];
    for (int r = 0; r < RANKS; r++)
        assert_int_equal(pthread_create(&thread[r], NULL, train, &seats[r]), 0);
    for (int r = 0; r < RANKS; r++)
        assert_int_equal(pthread_join(thread[r], NULL), 0);
}

static void ranks_of_a_node_share_the_update_and_its_bits_are_those_of_one(void **state)
{
    (void)state;
    const struct ls_peers alone = ls_peers_alone();
    for (size_t i = 0; i < sizeof setups / sizeof *setups; i++) {
        const struct bench_setup setup = whole(&setups[i]);
        struct node node;
        static struct seat seats[RANKS];
        struct bench one;
        make_node(&node, seats, &setup);
        bench_init(&one, &setup, &alone);
        fill(&one);
        fill(&seats[0].bench);
        run_node(seats);
        for (uint64_t s = 0; s < STEPS; s++) {
            struct ls_record record = {.step = s, .lr = 0.1};
            step_fused(&one, &record);
            for (int r = 0; r < RANKS; r++)
                assert_true(seats[r].norm[s] == record.grad_norm);
        }
        for (int r = 0; r < RANKS; r++) {
            assert_ptr_equal(seats[r].bench.model.params, seats[0].bench.model.params);
            assert_true(seats[r].bench.trainer.last_block > seats[r].bench.trainer.first_block);
            assert_same_state(&seats[r].bench, &one);
        }
        for (int r = RANKS - 1; r >= 0; r--)
            bench_release(&seats[r].bench);
        bench_release(&one);
        (void)pthread_barrier_destroy(&node.barrier);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_passes_have_the_bits_of_separate_ones),
        cmocka_unit_test(each_layer_has_the_norm_of_its_own_gradient),
        cmocka_unit_test(ranks_of_a_node_share_the_update_and_its_bits_are_those_of_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
