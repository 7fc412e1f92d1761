/* Adam, with weight decay as an L2 penalty in the gradient.  Source: torch.optim.Adam. */
#include "src/optim/adam.h"

static const struct ls_option options[] = {LS_OPTIM_COMMON("0.001", "0"), LS_ADAM_OPTIONS, {0}};

ls_status ls_adam_plan(struct ls_optimizer *optimizer)
{
    const struct ls_adam_args *args = optimizer->args;
    const struct ls_reals betas = args->betas;
    if (betas.len != 2 || !(betas.value[0] < 1) || !(betas.value[1] < 1))
        return ls_fail(LS_USAGE, "betas takes two numbers from 0 to below 1, e.g. [0.9, 0.999]");
    ls_optim_take(optimizer, &args->common);
    (void)ls_optim_add_slot(optimizer, "exp_avg");
    (void)ls_optim_add_slot(optimizer, "exp_avg_sq");
    return LS_OK;
}

LS_VECTOR void ls_adam_step(const struct ls_adam_args *args, const struct ls_update *update,
                            double keep, double l2)
{
    const double beta1 = args->betas.value[0], beta2 = args->betas.value[1];
    const double t = (double)update->step;
    const real rate = (real)(update->lr / (1 - pow(beta1, t)));
    const real root = (real)sqrt(1 - pow(beta2, t));
    const real b2 = (real)beta2, new1 = (real)(1 - beta1), new2 = (real)(1 - beta2);
    const real eps = (real)args->eps, kept = (real)keep, decay = (real)l2;
    real *restrict w = update->w;
    const real *restrict g = update->g;
    real *restrict m = update->slot[0];
    real *restrict v = update->slot[1];
    const size_t len = update->len;
    for (size_t i = 0; i < len; i++) {
        const real wi = kept * w[i], gi = g[i] + decay * w[i];
        m[i] += new1 * (gi - m[i]);
        v[i] = b2 * v[i] + new2 * (gi * gi);
        w[i] = wi - rate * (m[i] / (sqrt(v[i]) / root + eps));
    }
}

/* m is a sum of (1 - b1) b1^k g_k, v one of (1 - b2) b2^k g_k^2: so
 *   m^2 <= v (1 - b1)^2 / (1 - b2) sum (b1^2 / b2)^k  (Cauchy and Schwarz). */
void ls_adam_reach(const struct ls_adam_args *args, double lr, double keep, double l2,
                   struct ls_reach *r)
{
    const double b1 = args->betas.value[0], b2 = args->betas.value[1];
    const double g = r->g + l2 * r->w, left = 1 - b1 * b1 / b2;
    const double share = (1 - b2) * left / ((1 - b1) * (1 - b1));
    r->slot[0] = fmax(r->slot[0], g);
    r->slot[1] = fmax(r->slot[1], g * g);
    const double ratio = left > 0 ? ls_optim_ratio(share, args->eps) : r->slot[0] / args->eps;
    r->w = fabs(keep) * r->w + lr / (1 - b1) * ratio;
}

static void reach(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *r)
{
    ls_adam_reach(optimizer->args, lr, 1, weight_decay, r);
}

static void update(const struct ls_optimizer *optimizer, const struct ls_update *u)
{
    ls_adam_step(optimizer->args, u, 1, u->weight_decay);
}

extern const struct ls_optimizer_ops ls_optimizer_adam;
const struct ls_optimizer_ops ls_optimizer_adam = {
    .kind = "adam",
    .help = "adaptive moments; weight decay as an L2 penalty",
    .options = options,
    .args_bytes = sizeof(struct ls_adam_args),
    .plan = ls_adam_plan,
    .update = update,
    .adaptive = true,
    .usual_lr = {1e-6, 0.03},
    .reach = reach,
};
