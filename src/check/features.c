/* Inputs that tell nothing, or drown others. */
#include "src/check/check.h"

static const double wild = 1000;  /* times another feature's range */
static const double far_off = 50; /* times a feature's own */

static const char *what(const struct ls_check_facts *facts)
{
    return facts->model->input.axes == 1 ? "feature" : "channel";
}

static double range_of(const struct ls_check_facts *facts, size_t i)
{
    const struct ls_job_data *const data = &facts->job->data;
    const double range = (double)facts->x->most[i] - (double)facts->x->least[i];
    return data->normalize_by == LS_NORMALIZE_GIVEN ? range / data->std.value[i] : range;
}

static void find_constant(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_extents *const x = facts->x;
    size_t first = 0, n = 0;
    for (size_t i = x->len; i-- > 0;)
        if (x->least[i] == x->most[i]) {
            first = i;
            n++;
        }
    if (n == 1)
        ls_found(findings, facts->job->data_node, "%s %zu is %g in every sample", what(facts),
                 first, (double)x->least[first]);
    else if (n > 1)
        ls_found(findings, facts->job->data_node,
                 "%zu of %zu %ss are the same in every sample, the first of them %s %zu, which is "
                 "%g",
                 n, x->len, what(facts), what(facts), first, (double)x->least[first]);
}

const struct ls_check_ops ls_check_constant = {
    "constant", "leave out what tells nothing, or look why it is so", find_constant};

static bool is_normalized(const struct ls_check_facts *facts)
{
    const struct ls_layer *const first = &facts->model->layers[0];
    return facts->job->data.normalize_by == LS_NORMALIZE_CHANNEL ||
           (first->ops->traits & LS_NORMALIZES);
}

/* The first feature that lies so far from 0 that what changes of it is next to nothing. */
static bool find_far(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    const struct ls_extents *const x = facts->x;
    const struct ls_job_data *const data = &facts->job->data;
    for (size_t i = 0; i < x->len; i++) {
        const double range = (double)x->most[i] - (double)x->least[i];
        const double mean = data->normalize_by == LS_NORMALIZE_GIVEN ? data->mean.value[i] : 0;
        const double middle = ((double)x->most[i] + (double)x->least[i]) / 2;
        if (!(range > 0 && fabs(middle - mean) > far_off * range))
            continue;
        ls_found(findings, facts->job->data_node, "%s %zu lies between %g and %g, far from 0",
                 what(facts), i, (double)x->least[i], (double)x->most[i]);
        return true;
    }
    return false;
}

static void find_scale(const struct ls_check_facts *facts, struct ls_findings *findings)
{
    size_t least = 0, most = 0;
    bool some = false;
    if (is_normalized(facts) || find_far(facts, findings))
        return;
    for (size_t i = 0; i < facts->x->len; i++) {
        if (!(range_of(facts, i) > 0))
            continue;
        least = !some || range_of(facts, i) < range_of(facts, least) ? i : least;
        most = !some || range_of(facts, i) > range_of(facts, most) ? i : most;
        some = true;
    }
    if (some && range_of(facts, most) > wild * range_of(facts, least))
        ls_found(findings, facts->job->data_node,
                 "%s %zu covers a range of %g and %s %zu one of %g, so that the one drowns the "
                 "other",
                 what(facts), most, range_of(facts, most), what(facts), least,
                 range_of(facts, least));
}

const struct ls_check_ops ls_check_scale = {"scale", "add data.normalize: channel", find_scale};
