/* Numbers of a job that are far from those that others use. */
#include <string.h>

#include "src/check/check.h"
#include "src/losses/per_class.h"

static const double most_weight = 100; /* times that of another class */
/* Of a channel, for batch-norm's statistics. */
enum { LEAST_VALUES = 8, LEAST_VALUES_NOW_AND_THEN = 4 };

static void find_class_weights(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_loss *const loss = facts->loss;
    if (loss->ops->target != LS_TARGET_CLASS)
        return;
    const double *const weight = loss->class_weight;
    size_t least = 0, most = 0;
    for (size_t c = 0; c < loss->k; c++) {
        least = weight[c] > 0 && (!(weight[least] > 0) || weight[c] < weight[least]) ? c : least;
        most = weight[c] > weight[most] ? c : most;
    }
    if (weight[most] > most_weight * weight[least])
        ls_found(findings, facts->job->loss_node,
                 "a sample of class %zu weighs as much as %.0f of class %zu, and each batch that "
                 "has one is ruled by it",
                 most, weight[most] / weight[least], least);
}

const struct ls_check_ops ls_check_class_weights = {
    "class_weights", "try {effective: 0.99}, a list with smaller numbers, or a focal loss",
    find_class_weights};

/* The loss weighs classes as they are in the data, and not as they are drawn. */
static void find_balance(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_loss *const loss = facts->loss;
    const struct ls_balance_spec *const balance = &facts->job->sampler.balance;
    const bool weighs = ls_class_weights_need_counts(loss);
    if (balance->kind == LS_BALANCE_NONE || facts->job->data.groups[0] != '\0')
        return;
    if (weighs || strcmp(loss->ops->kind, "balanced_softmax") == 0)
        ls_found(findings, balance->node,
                 "rare classes are made up for twice, by sampler.balance and by %s%s",
                 weighs ? "class_weights of " : "", loss->ops->kind);
}

const struct ls_check_ops ls_check_balance = {"balance", "leave one of them out", find_balance};

static void find_lr(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_optimizer *const optimizer = &facts->job->optimizer;
    const struct ls_optimizer_ops *const ops = optimizer->ops;
    const double gain = ops->gain ? ops->gain(optimizer) : 1;
    const double least = ops->usual_lr[0] / gain, most = ops->usual_lr[1] / gain;
    if (!(optimizer->lr >= least && optimizer->lr <= most))
        ls_found(findings, facts->job->optimizer_node,
                 "lr %g is out of the range that is usual for %s%s, %.2g to %.2g", optimizer->lr,
                 ops->kind, gain > 1 ? " with this momentum" : "", least, most);
}

const struct ls_check_ops ls_check_lr = {
    "lr", "choose one within it; `lockstep lr_find` measures where to begin", find_lr};

/* The last batch of an epoch is one of many: it may be smaller. */
static bool is_too_small(const struct ls_check_facts *facts, const struct ls_layer *layer,
                         size_t *batch)
{
    const size_t area = layer->in[0].h * layer->in[0].w;
    const bool usual = facts->usual_batch * area < LEAST_VALUES;
    *batch = usual ? facts->usual_batch : facts->least_batch;
    return usual || facts->least_batch * area < LEAST_VALUES_NOW_AND_THEN;
}

static void find_bn_batch(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_model *const model = facts->model;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        size_t batch = 0;
        if (!(layer->ops->traits & LS_NORMALIZES) || layer->frozen ||
            !is_too_small(facts, layer, &batch))
            continue;
        const size_t values = batch * layer->in[0].h * layer->in[0].w;
        ls_found(findings, layer->node,
                 "%s takes its statistics over a whole batch, and one of %zu sample%s has %zu "
                 "value%s a channel",
                 layer->name, batch, batch == 1 ? "" : "s", values, values == 1 ? "" : "s");
    }
}

const struct ls_check_ops ls_check_bn_batch = {
    "bn_batch", "choose a batch that is larger, or of which the last one of an epoch keeps more",
    find_bn_batch};

static void find_shards(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    if (facts->job->shards > facts->job->batch)
        ls_found(findings, facts->job->shards_node,
                 "%zu shards for a batch of %zu: some stay empty", facts->shards,
                 facts->job->batch);
}

const struct ls_check_ops ls_check_shards = {
    "shards", "no more ranks than samples have work; take fewer shards or a larger batch",
    find_shards};

static void find_batch(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    if (facts->samples < facts->job->batch)
        ls_found(findings, NULL,
                 "a batch of %zu is larger than the training set of %llu: every step is a whole "
                 "epoch",
                 facts->job->batch, (unsigned long long)facts->samples);
}

const struct ls_check_ops ls_check_batch = {"batch", "make the batch smaller", find_batch};
