/* Causes that lie in the data. */
#include "src/examine/cause.h"

/* Sizes that normalised values do not have. */
static const double strange = 50, large = 1e3, far_apart = 100;

static bool is_at(const struct ls_evidence *e, enum ls_place place)
{
    return e->look && e->look->bad.place == place;
}

static bool input_is_not_finite(const struct ls_evidence *e, char *text)
{
    if (!is_at(e, LS_PLACE_INPUT))
        return false;
    const struct ls_bad *const bad = &e->look->bad;
    char place[LS_SHAPE_TEXT];
    return ls_cause_says(text, "x of sample %llu is %g at %s", (unsigned long long)bad->sample,
                         bad->value, ls_place_text(e->model->input, bad->element, place));
}

extern const struct ls_cause ls_cause_input_not_finite;
const struct ls_cause ls_cause_input_not_finite = {
    .name = "input not finite",
    .advice = "mend or take out the sample; lockstep check reads all data and names such values, "
              "data: {check: true} refuses them as they come, on_failure: skip passes over them",
    .test = input_is_not_finite};

static struct ls_shape targets_of(const struct ls_evidence *e)
{
    return (struct ls_shape){1, e->loss->k, 1, 1};
}

static bool target_is_not_finite(const struct ls_evidence *e, char *text)
{
    if (!is_at(e, LS_PLACE_TARGET))
        return false;
    const struct ls_bad *const bad = &e->look->bad;
    char place[LS_SHAPE_TEXT];
    return ls_cause_says(text, "y of sample %llu is %g at %s", (unsigned long long)bad->sample,
                         bad->value, ls_place_text(targets_of(e), bad->element, place));
}

extern const struct ls_cause ls_cause_target_not_finite;
const struct ls_cause ls_cause_target_not_finite = {
    .name = "label or target out of range",
    .advice = "mend or take out the sample; data: {check: true} refuses such values as they come, "
              "on_failure: skip passes over them",
    .test = target_is_not_finite};

/* What is strange about a scale; nothing when it is not. */
static bool scale_says(const struct ls_scale *s, struct ls_shape shape, const char *what,
                       const char *when, char *text)
{
    char place[LS_SHAPE_TEXT];
    const unsigned long long sample = (unsigned long long)s->sample;
    (void)ls_place_text(shape, s->element, place);
    if (s->most > strange && s->most > far_apart * s->others)
        return ls_cause_says(text,
                             "%s of sample %llu%s is %.4g at %s; in the other samples it is "
                             "at most %.3g",
                             what, sample, when, s->value, place, s->others);
    if (s->most <= large)
        return false;
    if (shape.c > 2 && s->most > far_apart * s->typical)
        return ls_cause_says(text,
                             "%s goes up to %.4g%s, in sample %llu at %s; half of the "
                             "features stay below %.3g",
                             what, s->most, when, sample, place, s->typical);
    return ls_cause_says(text, "%s goes up to %.4g%s, in sample %llu at %s", what, s->most, when,
                         sample, place);
}

/* In the batch at hand, or that with which the trend broke. */
static bool any_scale_says(const struct ls_evidence *e, bool targets, char *text)
{
    const struct ls_shape shape = targets ? targets_of(e) : e->model->input;
    const char *const what = targets ? "y" : "x";
    char when[64];
    if (e->has_past) {
        const struct ls_history_row *const row = ls_history_row(e->history, e->onset.row);
        (void)snprintf(when, sizeof when, ", in the batch of step %.0f,", row->step);
        if (scale_says(targets ? &e->past_y : &e->past_x, shape, what, when, text))
            return true;
    }
    return e->look && scale_says(targets ? &e->look->y : &e->look->x, shape, what, "", text);
}

static bool input_is_out_of_scale(const struct ls_evidence *e, char *text)
{
    return any_scale_says(e, false, text);
}

extern const struct ls_cause ls_cause_input_out_of_scale;
const struct ls_cause ls_cause_input_out_of_scale = {
    .name = "input out of scale",
    .advice = "data: {normalize: channel} brings channels and features to one scale; mend or take "
              "out a sample that stands alone",
    .test = input_is_out_of_scale};

static bool target_is_out_of_range(const struct ls_evidence *e, char *text)
{
    const bool values = e->loss->ops->target == LS_TARGET_VALUES && !e->loss->ops->multi_label;
    return values && any_scale_says(e, true, text);
}

extern const struct ls_cause ls_cause_target_out_of_range;
const struct ls_cause ls_cause_target_out_of_range = {
    .name = "label or target out of range",
    .advice =
        "bring targets to about -1 to 1; mend or take out a sample that stands alone, or take "
        "a loss that bears it (huber, l1)",
    .test = target_is_out_of_range};

static bool input_is_not_normalised(const struct ls_evidence *e, char *text)
{
    if (!e->look || !(e->look->x.most > strange) || e->look->x.most > large)
        return false;
    return ls_cause_says(text, "x goes up to %.4g, in sample %llu", e->look->x.most,
                         (unsigned long long)e->look->x.sample);
}

extern const struct ls_cause ls_cause_input_not_normalised;
const struct ls_cause ls_cause_input_not_normalised = {
    .name = "input out of scale",
    .advice = "data: {normalize: channel} brings channels and features to one scale",
    .test = input_is_not_normalised};

static bool loss_is_outside_its_domain(const struct ls_evidence *e, char *text)
{
    if (!e->look)
        return false;
    const struct ls_bad *const bad = &e->look->bad;
    const bool of_loss =
        bad->place == LS_PLACE_LOSS || (bad->place == LS_PLACE_BACKWARD && bad->through < 0);
    const double outside = 10;
    if (of_loss)
        return ls_cause_says(text,
                             "%s is %g for sample %llu, though outputs (up to %.3g) and "
                             "targets (up to %.3g) are finite",
                             e->loss->ops->kind, bad->value, (unsigned long long)bad->sample,
                             e->look->z, e->look->y.most);
    if (e->loss->ops->bounded && e->look->z > outside)
        return ls_cause_says(text, "%s is meant for outputs in [-1, 1], they go up to %.3g",
                             e->loss->ops->kind, e->look->z);
    return false;
}

extern const struct ls_cause ls_cause_loss_outside_its_domain;
const struct ls_cause ls_cause_loss_outside_its_domain = {
    .name = "loss outside its domain",
    .advice = "bring outputs and targets to the range that the loss is made for, or take another",
    .test = loss_is_outside_its_domain};
