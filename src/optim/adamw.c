/* Adam with weight decay apart from the gradient: w *= 1 - lr weight_decay, then Adam's step.
 * Source: torch.optim.AdamW. */
#include "src/optim/adam.h"

static const struct ls_option options[] = {LS_OPTIM_COMMON("0.001", "0.01"), LS_ADAM_OPTIONS, {0}};

static void update(const struct ls_optimizer *optimizer, const struct ls_update *u)
{
    ls_adam_step(optimizer->args, u, 1 - u->lr * u->weight_decay, 0);
}

static void reach(const struct ls_optimizer *optimizer, double lr, double weight_decay,
                  struct ls_reach *r)
{
    ls_adam_reach(optimizer->args, lr, 1 - lr * weight_decay, 0, r);
}

extern const struct ls_optimizer_ops ls_optimizer_adamw;
const struct ls_optimizer_ops ls_optimizer_adamw = {
    .kind = "adamw",
    .help = "adaptive moments; weight decay apart from the gradient",
    .options = options,
    .args_bytes = sizeof(struct ls_adam_args),
    .plan = ls_adam_plan,
    .update = update,
    .adaptive = true,
    .usual_lr = {1e-6, 0.03},
    .reach = reach,
};
