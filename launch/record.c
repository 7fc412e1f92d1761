#include <math.h>

#include "launch/training.h"

/* JSON has no NaN: null stands for what is not known. */
static void put_number(FILE *file, const char *key, double value)
{
    if (isfinite(value))
        (void)fprintf(file, ", \"%s\": %.9g", key, value);
    else
        (void)fprintf(file, ", \"%s\": null", key);
}

static void write_step(struct ls_training *t, const struct ls_record *record, double rate)
{
    FILE *const file = t->run.metrics;
    (void)fprintf(file, "{\"kind\": \"step\", \"step\": %llu",
                  (unsigned long long)record->step + 1);
    (void)fprintf(file, ", \"epoch\": %llu", (unsigned long long)record->epoch + 1);
    put_number(file, "loss", record->loss);
    put_number(file, "lr", record->lr);
    put_number(file, "grad_norm", record->grad_norm);
    put_number(file, "samples_per_s", rate);
    (void)fputs("}\n", file);
    (void)fflush(file);
}

static void show(struct ls_training *t, const struct ls_record *record)
{
    const struct ls_session *const s = t->session;
    const uint64_t per_epoch = s->plan.steps_per_epoch;
    const double seconds = ls_seconds() - t->start_s;
    const uint64_t done = t->step - t->first_step;
    const struct ls_progress_state state = {
        .epoch = record->epoch + 1,
        .epochs = (s->steps + per_epoch - 1) / per_epoch,
        .step = record->step % per_epoch + 1,
        .steps = per_epoch,
        .loss = record->loss,
        .metric_name = isnan(t->last_metric) ? NULL
                       : t->n_metrics        ? t->metrics[0]->name
                                             : "valid",
        .metric = t->last_metric,
        .samples_per_s = (double)done * (double)s->job.batch / seconds,
        .left_s = seconds / (double)done * (double)(s->steps - t->step)};
    ls_progress_update(&t->progress, &state);
}

void ls_training_record(struct ls_training *t, const struct ls_record *record)
{
    t->samples_since += record->samples;
    if (!t->here)
        return;
    if (t->step % t->session->job.log_every == 0) {
        const double now = ls_seconds();
        write_step(t, record, (double)t->samples_since / (now - t->record_s));
        t->record_s = now;
        t->samples_since = 0;
    }
    show(t, record);
}

/* Whether the first metric, or without one the loss, is better than ever. */
static bool better(const struct ls_training *t, double value)
{
    if (isnan(value))
        return false;
    const bool higher = t->n_metrics > 0 && t->metrics[0]->higher_is_better;
    return isnan(t->best) || (higher ? value > t->best : value < t->best);
}

/* The epoch's line in metrics.jsonl, in log.txt and on the terminal. */
static void write_epoch(struct ls_training *t, uint64_t epoch, double loss, const double *values,
                        bool is_best)
{
    FILE *const file = t->run.metrics;
    char text[LS_MESSAGE_LEN];
    (void)fprintf(file, "{\"kind\": \"epoch\", \"epoch\": %llu, \"step\": %llu",
                  (unsigned long long)epoch, (unsigned long long)t->step);
    put_number(file, "loss", loss);
    int len =
        snprintf(text, sizeof text, "epoch %llu: valid loss %.4g", (unsigned long long)epoch, loss);
    for (size_t i = 0; i < t->n_metrics; i++) {
        put_number(file, t->metrics[i]->name, values[i]);
        len += snprintf(text + len, sizeof text - (size_t)len, ", %s %.4f", t->metrics[i]->name,
                        values[i]);
    }
    (void)fputs("}\n", file);
    (void)fflush(file);
    const char *const best = is_best ? ", the best yet" : "";
    ls_run_dir_log(&t->run, "%s%s", text, best);
    ls_progress_finish(&t->progress);
    (void)fprintf(t->progress.file, "%s%s\n", text, best);
    (void)fflush(t->progress.file);
}

ls_status ls_training_evaluate(struct ls_training *t, uint64_t epoch, bool *is_best)
{
    struct ls_evaluation found;
    LS_TRY(ls_evaluate(&t->evaluator, t->valid_loader, t->session->valid_plan.steps_per_epoch,
                       &found, NULL, NULL));
    double values[LS_MAX_METRICS] = {0};
    for (size_t i = 0; i < t->n_metrics; i++)
        values[i] =
            ls_metric_value(t->metrics[i], t->evaluator.kind, t->session->loss.k, found.sums);
    t->last_metric = t->n_metrics > 0 ? values[0] : found.loss;
    *is_best = better(t, t->last_metric);
    t->best = *is_best ? t->last_metric : t->best;
    if (t->here)
        write_epoch(t, epoch, found.loss, values, *is_best);
    return LS_OK;
}
