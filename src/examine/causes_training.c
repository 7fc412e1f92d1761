/* Causes that lie in how the weights move. */
#include "src/examine/cause.h"

static bool parameters_are_not_finite(const struct ls_evidence *e, char *text)
{
    if (!e->look || e->look->bad.place != LS_PLACE_PARAM)
        return false;
    return ls_cause_says(text, "%s held such a value before the step",
                         e->model->layers[e->look->bad.layer].name);
}

extern const struct ls_cause ls_cause_parameters_not_finite;
const struct ls_cause ls_cause_parameters_not_finite = {
    .name = "parameters not finite",
    .advice = "look at the file of init.from; a run cannot have made them itself",
    .test = parameters_are_not_finite};

/* Against sqrt(2 / inputs), the root mean square that keeps activations of relu as they are. */
static double start_ratio(const struct ls_evidence *e, int l)
{
    const struct ls_layer *const layer = &e->model->layers[l];
    if (layer->n_params == 0 || layer->params[0].axes < 2)
        return 0;
    const double len = (double)layer->params[0].len;
    const double inputs = len / (double)layer->params[0].dims[0];
    return e->history->start[l] / sqrt(len) / sqrt(2 / inputs);
}

static bool weights_were_too_large(const struct ls_evidence *e, char *text)
{
    const double too_large = 5;
    const struct ls_history *const h = e->history;
    if (h->len == 0 || h->start_at != ls_history_row(h, 0)->step)
        return false;
    for (int l = 0; l < e->model->n_layers; l++)
        if (start_ratio(e, l) > too_large)
            return ls_cause_says(text, "those of %s were %.3g times sqrt(2/inputs) at step %.0f",
                                 e->model->layers[l].name, start_ratio(e, l), h->start_at);
    return false;
}

extern const struct ls_cause ls_cause_weights_too_large;
const struct ls_cause ls_cause_weights_too_large = {
    .name = "weights too large at the start",
    .advice = "take the layer's own initial values, or smaller ones in init.from",
    .test = weights_were_too_large};

/* How far a step moves the weights, against their size. */
static double push(const struct ls_evidence *e, size_t row)
{
    const struct ls_history *const h = e->history;
    const struct ls_optimizer *const o = e->optimizer;
    const struct ls_history_row *const r = ls_history_row(h, row);
    double size = ls_history_total(h->start, h->layers);
    for (size_t i = 0; i <= row; i++)
        if (!isnan(ls_history_row(h, i)->weight_norm))
            size = ls_history_row(h, i)->weight_norm;
    const double norm = e->clip.norm > 0 ? fmin(r->grad_norm, e->clip.norm) : r->grad_norm;
    const double gain = o->ops->gain ? o->ops->gain(o) : 1;
    const double move = o->ops->adaptive ? sqrt((double)e->model->n_weights) : norm;
    return r->lr * gain * move / size;
}

static bool rate_is_too_high(const struct ls_evidence *e, char *text)
{
    const double too_far = 0.3, usual_norm = 100;
    const struct ls_history *const h = e->history;
    const struct ls_optimizer *const o = e->optimizer;
    const bool update = e->look && e->look->bad.place == LS_PLACE_UPDATE;
    if (h->len == 0 || (!update && !e->onset.known))
        return false; /* no step that was made has changed anything */
    const size_t row = update ? h->len - 1 : e->onset.row - 1;
    const struct ls_history_row *const r = ls_history_row(h, row);
    const double gain = o->ops->gain ? o->ops->gain(o) : 1, most = o->ops->usual_lr[1];
    if (r->lr * o->weight_decay > 1)
        return ls_cause_says(text,
                             "lr %.3g times weight_decay %.3g is above 1: the decay alone "
                             "throws the weights past 0",
                             r->lr, o->weight_decay);
    const double moved = push(e, row);
    if (moved > too_far && r->grad_norm < usual_norm)
        return ls_cause_says(text,
                             "at step %.0f, lr %.3g moved the weights by about %.3g times their "
                             "size; then the loss went up",
                             r->step, r->lr, moved);
    if (r->lr * gain > most)
        return ls_cause_says(text, "lr %.3g is high for %s: usual is up to %.3g", r->lr,
                             o->ops->kind, most / gain);
    return false;
}

extern const struct ls_cause ls_cause_learning_rate;
const struct ls_cause ls_cause_learning_rate = {
    .name = "learning rate too high",
    .advice = "a tenth of the lr; schedule: {warmup_steps: 200}; clip: {norm: 1}",
    .test = rate_is_too_high};

static const double far_above = 10;

static bool exploded_over_steps(const struct ls_evidence *e, char *text)
{
    const struct ls_onset *const o = &e->onset;
    if (!o->known || o->row + 1 >= e->history->len)
        return false;
    const struct ls_history_row *const row = ls_history_row(e->history, o->row);
    if (row->grad_norm <= far_above * o->before)
        return false; /* only the loss went up */
    if (o->layer < 0)
        return ls_cause_says(text, "from step %.0f on: the norm went from %.3g to %.3g", row->step,
                             o->before, row->grad_norm);
    return ls_cause_says(text,
                         "from step %.0f on: the norm went from %.3g to %.3g, first in %s "
                         "(from %.3g to %.3g)",
                         row->step, o->before, row->grad_norm, e->model->layers[o->layer].name,
                         o->layer_before, o->layer_after);
}

/* Within the step: outputs from the first layer to the last, or gradients from the last to the
 * first, grow from one that was small. */
static bool exploded_within(const struct ls_evidence *e, char *text)
{
    const double far = 1e6;
    const struct ls_layer_look *const layers = e->look->layers;
    const bool back = e->look->bad.place > LS_PLACE_LOSS;
    const int n = e->model->n_layers;
    int least = -1, from = -1, to = -1;
    double smallest = 0, growth = far;
    for (int i = 0; i < n; i++) {
        const int l = back ? n - 1 - i : i;
        const double size = back ? layers[l].dy : layers[l].y;
        if (size > 0 && (least < 0 || size < smallest)) {
            least = l;
            smallest = size;
        } else if (size > growth * smallest && least >= 0) {
            growth = size / smallest;
            from = least;
            to = l;
        }
    }
    if (from < 0)
        return false;
    return ls_cause_says(text, "within the step, %s grow from %.3g in %s to %.3g in %s",
                         back ? "gradients" : "outputs", back ? layers[from].dy : layers[from].y,
                         e->model->layers[from].name, back ? layers[to].dy : layers[to].y,
                         e->model->layers[to].name);
}

static bool gradients_exploded(const struct ls_evidence *e, char *text)
{
    return exploded_over_steps(e, text) || (e->look && exploded_within(e, text));
}

extern const struct ls_cause ls_cause_gradients_exploding;
const struct ls_cause ls_cause_gradients_exploding = {
    .name = "gradients exploding",
    .advice = "clip: {norm: 1}; bn between layers; residual; a smaller lr",
    .test = gradients_exploded};

static bool nothing_was_found(const struct ls_evidence *e, char *text)
{
    if (!e->look || e->look->bad.place != LS_PLACE_NONE)
        return false;
    return ls_cause_says(text, "run again, the step had no bad value anywhere");
}

extern const struct ls_cause ls_cause_memory_at_fault;
const struct ls_cause ls_cause_memory_at_fault = {
    .name = "memory or processor at fault",
    .advice = "go on with --resume on another machine; a step is a pure function of what came "
              "before, so this does not happen on one that works",
    .test = nothing_was_found};
