/* Stochastic gradient descent. With m = momentum:
 *   g += weight_decay w;  b = m b + g;  w -= lr (nesterov ? g + m b : b)
 * b starts at 0, so the first step has b = g as in torch. Without momentum w -= lr g, no slot.
 * Source: torch.optim.SGD with dampening 0. */
#include "src/optim/common.h"

struct args {
    struct ls_optim_common common;
    double momentum;
    bool nesterov;
};

static const struct ls_option options[] = {LS_OPTIM_COMMON("0.001", "0"),
                                           {"momentum", LS_REAL, offsetof(struct args, momentum),
                                            "0", 0, 1, NULL,
                                            "share of the last step's direction that is kept"},
                                           {"nesterov", LS_BOOL, offsetof(struct args, nesterov),
                                            "false", 0, 0, NULL, "look ahead along the momentum"},
                                           {0}};

static ls_status plan(struct ls_optimizer *optimizer)
{
    const struct args *args = optimizer->args;
    if (args->nesterov && !(args->momentum > 0))
        return ls_fail(LS_USAGE, "nesterov needs a momentum above 0; add momentum: 0.9");
    ls_optim_take(optimizer, &args->common);
    if (args->momentum > 0)
        (void)ls_optim_add_slot(optimizer, "momentum_buffer");
    return LS_OK;
}

LS_VECTOR static void plain(size_t len, real lr, real decay, real *restrict w,
                            const real *restrict g)
{
    for (size_t i = 0; i < len; i++)
        w[i] -= lr * (g[i] + decay * w[i]);
}

LS_VECTOR static void heavy(size_t len, real lr, real decay, real momentum, real *restrict w,
                            const real *restrict g, real *restrict buffer)
{
    for (size_t i = 0; i < len; i++) {
        buffer[i] = momentum * buffer[i] + (g[i] + decay * w[i]);
        w[i] -= lr * buffer[i];
    }
}

LS_VECTOR static void nesterov(size_t len, real lr, real decay, real momentum, real *restrict w,
                               const real *restrict g, real *restrict buffer)
{
    for (size_t i = 0; i < len; i++) {
        const real gi = g[i] + decay * w[i];
        buffer[i] = momentum * buffer[i] + gi;
        w[i] -= lr * (gi + momentum * buffer[i]);
    }
}

static void update(const struct ls_optimizer *optimizer, const struct ls_update *u)
{
    const struct args *args = optimizer->args;
    const real lr = (real)u->lr, decay = (real)u->weight_decay, momentum = (real)args->momentum;
    if (optimizer->n_slots == 0)
        plain(u->len, lr, decay, u->w, u->g);
    else if (args->nesterov)
        nesterov(u->len, lr, decay, momentum, u->w, u->g, u->slot[0]);
    else
        heavy(u->len, lr, decay, momentum, u->w, u->g, u->slot[0]);
}

static double gain(const struct ls_optimizer *optimizer)
{
    return 1 / (1 - ((const struct args *)optimizer->args)->momentum);
}

static void reach(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *r)
{
    const double g = r->g + weight_decay * r->w;
    r->slot[0] = ((const struct args *)optimizer->args)->momentum * r->slot[0] + g;
    r->w += lr * (g + r->slot[0]);
}

extern const struct ls_optimizer_ops ls_optimizer_sgd;
const struct ls_optimizer_ops ls_optimizer_sgd = {
    .kind = "sgd",
    .help = "gradient descent, with momentum or Nesterov's",
    .options = options,
    .args_bytes = sizeof(struct args),
    .plan = plan,
    .update = update,
    .usual_lr = {1e-5, 5},
    .gain = gain,
    .reach = reach,
};
