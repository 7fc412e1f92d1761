/* Adagrad. With g += weight_decay w:  s += g^2;  w -= lr g / (sqrt(s) + eps).
 * Source: torch.optim.Adagrad with lr_decay 0 and initial_accumulator_value 0. */
#include "src/optim/common.h"

struct args {
    struct ls_optim_common common;
    double eps;
};

static const struct ls_option options[] = {LS_OPTIM_COMMON("0.01", "0"),
                                           {"eps", LS_REAL, offsetof(struct args, eps), "1e-10", 0,
                                            1, NULL, "added to the root of the sum"},
                                           {0}};

static ls_status plan(struct ls_optimizer *optimizer)
{
    ls_optim_take(optimizer, &((const struct args *)optimizer->args)->common);
    (void)ls_optim_add_slot(optimizer, "sum");
    return LS_OK;
}

LS_VECTOR static void update(const struct ls_optimizer *optimizer, const struct ls_update *u)
{
    const real lr = (real)u->lr, decay = (real)u->weight_decay;
    const real eps = (real)((const struct args *)optimizer->args)->eps;
    real *restrict w = u->w;
    const real *restrict g = u->g;
    real *restrict sum = u->slot[0];
    const size_t len = u->len;
    for (size_t i = 0; i < len; i++) {
        const real gi = g[i] + decay * w[i];
        sum[i] += gi * gi;
        w[i] -= lr * (gi / (sqrt(sum[i]) + eps));
    }
}

static void reach(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *r)
{
    const double g = r->g + weight_decay * r->w;
    r->slot[0] += g * g;
    r->w += lr * ls_optim_ratio(1, ((const struct args *)optimizer->args)->eps);
}

extern const struct ls_optimizer_ops ls_optimizer_adagrad;
const struct ls_optimizer_ops ls_optimizer_adagrad = {
    .kind = "adagrad",
    .help = "steps scaled by the root of the sum of squared gradients",
    .options = options,
    .args_bytes = sizeof(struct args),
    .plan = plan,
    .update = update,
    .adaptive = true,
    .usual_lr = {1e-5, 1},
    .reach = reach,
};
