#include "src/optim/penalty.h"

#include "src/base/vector.h"

const struct ls_option ls_penalty_options[] = {
    {"l1", LS_REAL, offsetof(struct ls_penalty, l1), "0", 0, 1e6, NULL,
     "times the sum of sizes of the parameters"},
    {"l2", LS_REAL, offsetof(struct ls_penalty, l2), "0", 0, 1e6, NULL,
     "times half the sum of squares of the parameters"},
    {"max_norm", LS_REAL, offsetof(struct ls_penalty, max_norm), "0", 0, 1e30, NULL,
     "largest norm of the weights of one output of dense or conv [no limit]"},
    {0}};

ls_status ls_penalty_parse(struct ls_penalty *penalty, const struct ls_node *node,
                           struct ls_arena *arena)
{
    return ls_options_parse(ls_penalty_options, node, "regularize", NULL, arena, penalty);
}

LS_VECTOR void ls_penalty_add(const struct ls_penalty *penalty, size_t len, const real *restrict w,
                              real *restrict g)
{
    if (penalty->l1 == 0 && penalty->l2 == 0)
        return;
    const real l1 = (real)penalty->l1, l2 = (real)penalty->l2;
    for (size_t i = 0; i < len; i++) {
        const real fall = w[i] < 0 ? -l1 : 0;
        g[i] += (w[i] > 0 ? l1 : fall) + l2 * w[i];
    }
}
