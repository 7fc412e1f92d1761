/* What the tests of all optimisers share: four steps on three parameters, which torch made in
 * float64, and runs that begin anywhere. */
#ifndef LOCKSTEP_TESTS_OPTIM_CHECK_H
#define LOCKSTEP_TESTS_OPTIM_CHECK_H

#include <string.h>

#include "src/optim/optimizer.h"
#include "tests/src/close.h"
#include "tests/src/nodes.h"

enum { STEPS = 4, PARAMS = 3, RUN = 67 };

static const real start[PARAMS] = {1.0, -2.0, 0.5};
static const real gradients[STEPS][PARAMS] = {
    {0.5, -1.25, 2.0}, {-0.75, 0.25, 1.5}, {1.0, 1.0, -3.0}, {0.125, -0.5, 0.75}};

static inline struct ls_optimizer parsed(const struct ls_node *node)
{
    struct ls_optimizer optimizer;
    assert_int_equal(ls_optimizer_parse(&optimizer, node, &nodes_arena), LS_OK);
    return optimizer;
}

/* After four steps the parameters and the slots, in order, are torch's. */
static inline void assert_torch(const struct ls_optimizer *optimizer, int n_slots,
                                const char *const *slot_names, const double *w_end,
                                double (*slot_end)[PARAMS])
{
    real w[PARAMS], slots[LS_MAX_SLOTS][PARAMS] = {{0}};
    memcpy(w, start, sizeof w);
    for (uint64_t step = 1; step <= STEPS; step++) {
        const struct ls_update update = {.lr = optimizer->lr,
                                         .weight_decay = optimizer->weight_decay,
                                         .step = step,
                                         .len = PARAMS,
                                         .w = w,
                                         .g = gradients[step - 1],
                                         .slot = {slots[0], slots[1], slots[2]}};
        ls_optimizer_update(optimizer, &update);
    }
    assert_int_equal(optimizer->n_slots, n_slots);
    for (int s = 0; s < n_slots; s++)
        assert_string_equal(optimizer->slot_name[s], slot_names[s]);
    for (size_t i = 0; i < PARAMS; i++) {
        assert_close((double)w[i], w_end[i], 1e-13);
        for (int s = 0; s < n_slots; s++)
            assert_close((double)slots[s][i], slot_end[s][i], 1e-13);
    }
}

static inline void fill(real *w, real *g)
{
    for (size_t i = 0; i < RUN; i++) {
        w[i] = LS_R(0.01) * (real)((i * 37) % 101) - LS_R(0.5);
        g[i] = LS_R(0.007) * (real)((i * 53) % 89) - LS_R(0.3);
    }
}

/* Two steps over [0, RUN) cut at `cut`. */
static inline void two_steps(const struct ls_optimizer *optimizer, size_t cut, real *w)
{
    real g[RUN], slots[LS_MAX_SLOTS][RUN] = {{0}};
    fill(w, g);
    for (uint64_t step = 1; step <= 2; step++)
        for (size_t from = 0; from < RUN; from = from < cut ? cut : RUN) {
            const struct ls_update update = {
                .lr = 0.1,
                .weight_decay = 0.01,
                .step = step,
                .len = (from < cut ? cut : RUN) - from,
                .w = w + from,
                .g = g + from,
                .slot = {slots[0] + from, slots[1] + from, slots[2] + from}};
            ls_optimizer_update(optimizer, &update);
        }
}

/* Where a run of elements begins and ends does not change a bit. */
static inline void assert_any_cut_has_the_same_bits(const struct ls_optimizer *optimizer)
{
    real whole[RUN], pieces[RUN];
    two_steps(optimizer, 0, whole);
    for (size_t cut = 1; cut < RUN; cut++) {
        two_steps(optimizer, cut, pieces);
        assert_memory_equal(pieces, whole, sizeof whole);
    }
}

static inline int release_nodes(void **state)
{
    (void)state;
    ls_arena_release(&nodes_arena);
    return 0;
}

#endif
