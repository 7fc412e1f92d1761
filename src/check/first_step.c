/* How the first step goes through the layers. */
#include "src/step/flow.h"

#include "src/check/check.h"

static const double small = 1e-6, large = 1e6; /* deviation of outputs */
static const double far = 10;                  /* times the loss of a guess */

static bool is_there(const struct ls_check_facts *facts)
{
    return facts->first && facts->failure[0] == '\0';
}

static void find_diverged(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    if (facts->first && !is_there(facts))
        ls_found(findings, NULL, "the first step fails: %s", facts->failure);
}

const struct ls_check_ops ls_check_diverged = {
    "diverged", "bring inputs and initial weights to a scale near 1", find_diverged};

/* Whether the layer begins at 0 on purpose. */
static bool is_zero(const struct ls_layer *layer)
{
    return layer->ends_residual && (layer->ops->traits & LS_NORMALIZES);
}

static void find_vanishing(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    if (!is_there(facts))
        return;
    const struct ls_flow flow = ls_flow_judge(model, facts->first);
    if (flow.vanishing >= 0)
        ls_found(findings, model->layers[flow.vanishing].node,
                 "the gradient vanishes on its way back: %.2g at %s, %.2g at %s",
                 facts->first[flow.vanishing].grad_norm, model->layers[flow.vanishing].name,
                 facts->first[flow.last].grad_norm, model->layers[flow.last].name);
    for (int l = 0; l < model->n_layers; l++)
        if (facts->first[l].deviation < small && flow.vanishing < 0 && flow.dead < 0 &&
            !is_zero(&model->layers[l])) {
            ls_found(findings, model->layers[l].node,
                     "the outputs of %s are the same for all samples, to within %.2g",
                     model->layers[l].name, facts->first[l].deviation);
            return;
        }
}

const struct ls_check_ops ls_check_vanishing = {
    "vanishing",
    "try batch-norm or residuals between, relu or elu in place of sigmoid and tanh, fewer layers",
    find_vanishing};

static void find_exploding(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    if (!is_there(facts))
        return;
    const struct ls_flow flow = ls_flow_judge(model, facts->first);
    if (flow.exploding >= 0)
        ls_found(findings, model->layers[flow.exploding].node,
                 "the gradient explodes on its way back: %.2g at %s, %.2g at %s",
                 facts->first[flow.exploding].grad_norm, model->layers[flow.exploding].name,
                 facts->first[flow.last].grad_norm, model->layers[flow.last].name);
    for (int l = 0; l < model->n_layers; l++)
        if (facts->first[l].deviation > large && flow.exploding < 0) {
            ls_found(findings, model->layers[l].node, "the outputs of %s deviate by %.2g",
                     model->layers[l].name, facts->first[l].deviation);
            return;
        }
}

const struct ls_check_ops ls_check_exploding = {
    "exploding", "try smaller initial weights, batch-norm between, data.normalize: channel",
    find_exploding};

static void find_dead(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    if (!is_there(facts))
        return;
    const struct ls_flow flow = ls_flow_judge(facts->model, facts->first);
    if (flow.dead >= 0)
        ls_found(findings, facts->model->layers[flow.dead].node,
                 "every output of %s is 0 for every sample of the first batch, so that nothing "
                 "before it learns",
                 facts->model->layers[flow.dead].name);
}

const struct ls_check_ops ls_check_dead = {
    "dead", "look at the scale of the inputs, or take elu or leaky_relu", find_dead};

/* A loss over k classes whose outputs are all alike is about log k. */
static void find_first_loss(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_loss *const loss = facts->loss;
    if (!is_there(facts) || loss->ops->target != LS_TARGET_CLASS || loss->ops->bounded)
        return;
    const double guess = log((double)loss->k);
    if (facts->first_loss > far * guess)
        ls_found(findings, facts->job->loss_node,
                 "the loss begins at %.3g, where a blind guess has about %.3g: the outputs are "
                 "too large",
                 facts->first_loss, guess);
}

const struct ls_check_ops ls_check_first_loss = {
    "first_loss", "add data.normalize: channel, or take smaller initial weights", find_first_loss};
