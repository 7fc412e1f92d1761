/* RMSprop. With g += weight_decay w:
 *   v = alpha v + (1 - alpha) g^2;  step = g / (sqrt(v) + eps)
 *   momentum > 0: b = momentum b + step, w -= lr b;  else w -= lr step
 * Source: torch.optim.RMSprop, not centered. */
#include "src/optim/common.h"

struct args {
    struct ls_optim_common common;
    double alpha, eps, momentum;
};

static const struct ls_option options[] = {LS_OPTIM_COMMON("0.01", "0"),
                                           {"alpha", LS_REAL, offsetof(struct args, alpha), "0.99",
                                            0, 1, NULL, "decay of the squared gradient's average"},
                                           {"eps", LS_REAL, offsetof(struct args, eps), "1e-8", 0,
                                            1, NULL, "added to the root of that average"},
                                           {"momentum", LS_REAL, offsetof(struct args, momentum),
                                            "0", 0, 1, NULL,
                                            "share of the last step's direction that is kept"},
                                           {0}};

static ls_status plan(struct ls_optimizer *optimizer)
{
    const struct args *args = optimizer->args;
    ls_optim_take(optimizer, &args->common);
    (void)ls_optim_add_slot(optimizer, "square_avg");
    if (args->momentum > 0)
        (void)ls_optim_add_slot(optimizer, "momentum_buffer");
    return LS_OK;
}

LS_VECTOR static void plain(const struct args *args, const struct ls_update *u)
{
    const real lr = (real)u->lr, decay = (real)u->weight_decay, eps = (real)args->eps;
    const real alpha = (real)args->alpha, fresh = (real)(1 - args->alpha);
    real *restrict w = u->w;
    const real *restrict g = u->g;
    real *restrict v = u->slot[0];
    const size_t len = u->len;
    for (size_t i = 0; i < len; i++) {
        const real gi = g[i] + decay * w[i];
        v[i] = alpha * v[i] + fresh * (gi * gi);
        w[i] -= lr * (gi / (sqrt(v[i]) + eps));
    }
}

LS_VECTOR static void heavy(const struct args *args, const struct ls_update *u)
{
    const real lr = (real)u->lr, decay = (real)u->weight_decay, eps = (real)args->eps;
    const real alpha = (real)args->alpha, fresh = (real)(1 - args->alpha);
    const real momentum = (real)args->momentum;
    real *restrict w = u->w;
    const real *restrict g = u->g;
    real *restrict v = u->slot[0];
    real *restrict b = u->slot[1];
    const size_t len = u->len;
    for (size_t i = 0; i < len; i++) {
        const real gi = g[i] + decay * w[i];
        v[i] = alpha * v[i] + fresh * (gi * gi);
        b[i] = momentum * b[i] + gi / (sqrt(v[i]) + eps);
        w[i] -= lr * b[i];
    }
}

static void update(const struct ls_optimizer *optimizer, const struct ls_update *u)
{
    if (optimizer->n_slots == 2)
        heavy(optimizer->args, u);
    else
        plain(optimizer->args, u);
}

static double gain(const struct ls_optimizer *optimizer)
{
    return 1 / (1 - ((const struct args *)optimizer->args)->momentum);
}

static void reach(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *r)
{
    const struct args *const args = optimizer->args;
    const double g = r->g + weight_decay * r->w;
    r->slot[0] = fmax(r->slot[0], g * g);
    r->slot[1] = args->momentum * r->slot[1] + ls_optim_ratio(1 - args->alpha, args->eps);
    r->w += lr * r->slot[1];
}

extern const struct ls_optimizer_ops ls_optimizer_rmsprop;
const struct ls_optimizer_ops ls_optimizer_rmsprop = {
    .kind = "rmsprop",
    .help = "steps scaled by the root of the squared gradient's average",
    .options = options,
    .args_bytes = sizeof(struct args),
    .plan = plan,
    .update = update,
    .adaptive = true,
    .usual_lr = {1e-6, 0.1},
    .gain = gain,
    .reach = reach,
};
