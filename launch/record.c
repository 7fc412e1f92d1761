#include <math.h>
#include <stdarg.h>

#include "launch/report.h"
#include "launch/training.h"

void ls_training_warn(struct ls_training *t, const char *format, ...)
{
    char text[LS_MESSAGE_LEN];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    ls_progress_finish(&t->progress);
    ls_run_dir_log(&t->run, "warning: %s", text);
    (void)fprintf(t->progress.file, "lockstep: warning: %s\n", text);
    (void)fflush(t->progress.file);
}

/* Where metrics.jsonl cannot grow, training goes on without its records. */
static void keep_record(struct ls_training *t)
{
    const bool lost = ls_run_dir_keep(&t->run) != LS_OK;
    if (lost && !t->loses_records)
        ls_training_warn(t, "%s: records are lost from step %llu on; training goes on",
                         ls_message(), (unsigned long long)t->step);
    t->loses_records = lost;
}

static void write_step(struct ls_training *t, const struct ls_record *record, double rate)
{
    FILE *const file = t->run.metrics;
    (void)fprintf(file, "{\"kind\": \"step\", \"step\": %llu",
                  (unsigned long long)record->step + 1);
    (void)fprintf(file, ", \"epoch\": %llu", (unsigned long long)record->epoch + 1);
    struct ls_json json = {.file = file, .inside = true};
    ls_json_number(&json, "loss", record->loss);
    ls_json_number(&json, "lr", record->lr);
    ls_json_number(&json, "grad_norm", record->grad_norm);
    ls_json_number(&json, "samples_per_s", rate);
    (void)fputs("}\n", file);
    keep_record(t);
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
                       : t->best_by          ? t->best_by->name
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

/* Whether the metric that chooses, or the loss, is better than ever. */
static bool better(const struct ls_training *t, double value)
{
    if (isnan(value))
        return false;
    const bool higher = t->best_by && t->best_by->higher_is_better;
    return isnan(t->best) || (higher ? value > t->best : value < t->best);
}

/* The epoch's line in metrics.jsonl; the last one of a run has the figures of each class. */
static void write_epoch(struct ls_training *t, uint64_t epoch, const struct ls_report *report)
{
    FILE *const file = t->run.metrics;
    (void)fprintf(file, "{\"kind\": \"epoch\", \"epoch\": %llu, \"step\": %llu",
                  (unsigned long long)epoch, (unsigned long long)t->step);
    struct ls_json json = {.file = file, .inside = true};
    ls_report_json_metrics(report, &json);
    if (t->step == t->session->steps)
        ls_report_json_classes(report, &json);
    (void)fputs("}\n", file);
    keep_record(t);
}

void ls_training_say(struct ls_training *t, const char *text)
{
    ls_run_dir_log(&t->run, "%s", text);
    (void)fprintf(t->progress.file, "%s\n", text);
    (void)fflush(t->progress.file);
}

/* The epoch in log.txt and on the terminal. */
static void tell_epoch(struct ls_training *t, uint64_t epoch, bool is_best)
{
    const struct ls_evaluation *const found = &t->found;
    char text[LS_MESSAGE_LEN];
    size_t len = (size_t)snprintf(text, sizeof text, "epoch %llu: valid loss %.4g",
                                  (unsigned long long)epoch, found->loss);
    for (size_t i = 0; i < t->n_metrics && len < sizeof text; i++)
        len +=
            (size_t)snprintf(text + len, sizeof text - len, ", %s %.4f", t->metrics[i]->name,
                             ls_metric_value(t->metrics[i], t->evaluator.kind, &found->measures));
    if (is_best && len < sizeof text)
        (void)snprintf(text + len, sizeof text - len, ", the best yet");
    ls_progress_finish(&t->progress);
    ls_training_say(t, text);
    if (ls_report_warning(found, sizeof text, text))
        ls_training_say(t, text);
}

ls_status ls_training_evaluate(struct ls_training *t, uint64_t epoch, bool *is_best)
{
    LS_TRY(ls_evaluate(&t->evaluator, t->valid_loader, t->session->valid_plan.steps_per_epoch,
                       &t->found, NULL, NULL));
    t->last_metric = t->found.loss;
    if (t->best_by)
        t->last_metric = ls_metric_value(t->best_by, t->evaluator.kind, &t->found.measures);
    *is_best = better(t, t->last_metric);
    t->best = *is_best ? t->last_metric : t->best;
    t->best_step = *is_best ? t->step : t->best_step;
    if (!t->here)
        return LS_OK;
    const struct ls_report report = {t->session, t->evaluator.kind, &t->found, t->metrics};
    write_epoch(t, epoch, &report);
    tell_epoch(t, epoch, *is_best);
    return LS_OK;
}
