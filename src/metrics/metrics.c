#include "src/metrics/metrics.h"

#include <string.h>

#define LS_METRIC(name) extern const struct ls_metric_ops ls_metric_##name;
#include "src/metrics/metrics.def"
#undef LS_METRIC

#define LS_METRIC(name) &ls_metric_##name,
const struct ls_metric_ops *const ls_metrics[] = {
#include "src/metrics/metrics.def"
    NULL};
#undef LS_METRIC

#define LS_METRIC(name) #name,
const char *const ls_metric_names[] = {
#include "src/metrics/metrics.def"
    NULL};
#undef LS_METRIC

static const char *const kind_names[] = {"classes", "labels", "values"};

enum ls_metric_kind ls_metric_kind(const struct ls_loss *loss)
{
    if (loss->ops->target == LS_TARGET_CLASS)
        return LS_METRIC_CLASSES;
    return loss->ops->multi_label ? LS_METRIC_LABELS : LS_METRIC_VALUES;
}

const struct ls_metric_ops *ls_metric_find(const char *name)
{
    for (const struct ls_metric_ops *const *metric = ls_metrics; *metric; metric++)
        if (strcmp((*metric)->name, name) == 0)
            return *metric;
    return NULL;
}

/* " accuracy macro_f1": the metrics that apply to `kind` */
static void list_applicable(enum ls_metric_kind kind, size_t bytes, char *text)
{
    size_t used = 0;
    text[0] = '\0';
    for (const struct ls_metric_ops *const *metric = ls_metrics; *metric; metric++)
        if ((*metric)->value[kind] && used < bytes)
            used += (size_t)snprintf(text + used, bytes - used, " %s", (*metric)->name);
}

ls_status ls_metric_choose(const char *name, enum ls_metric_kind kind, const struct ls_node *node,
                           const struct ls_metric_ops **metric)
{
    char applicable[LS_MESSAGE_LEN / 2];
    *metric = ls_metric_find(name);
    if (*metric && (*metric)->value[kind])
        return LS_OK;
    list_applicable(kind, sizeof applicable, applicable);
    if (*metric)
        return ls_node_fail(node,
                            "metric \"%s\" does not apply to targets that are %s; these do:%s",
                            name, kind_names[kind], applicable);
    const char *near = ls_nearest(name, ls_metric_names);
    if (near)
        return ls_node_fail(node, "there is no metric \"%s\" (did you mean \"%s\"?)", name, near);
    return ls_node_fail(node, "there is no metric \"%s\"; for targets that are %s there are:%s",
                        name, kind_names[kind], applicable);
}

unsigned ls_metrics_wants(enum ls_metric_kind kind)
{
    unsigned wants = LS_WANT_COUNTS;
    for (const struct ls_metric_ops *const *metric = ls_metrics; *metric; metric++)
        if ((*metric)->value[kind])
            wants |= (*metric)->wants;
    return wants;
}

bool ls_metric_is_known(const struct ls_metric_ops *metric, enum ls_metric_kind kind,
                        const struct ls_measures *measures)
{
    return metric->value[kind] && measures->counts &&
           (!(metric->wants & LS_WANT_BINS) || measures->bins) &&
           (!(metric->wants & LS_WANT_RANKINGS) || measures->rankings);
}

double ls_metric_value(const struct ls_metric_ops *metric, enum ls_metric_kind kind,
                       const struct ls_measures *measures)
{
    LS_ASSERT(ls_metric_is_known(metric, kind, measures));
    return metric->value[kind](measures);
}
