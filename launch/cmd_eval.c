#include "launch/command.h"
#include "launch/report.h"

struct flags {
    const char *data;
    size_t batch, threads;
    struct ls_names metrics;
    bool json;
};

static const struct ls_option flags[] = {
    {"data", LS_STRING, offsetof(struct flags, data), NULL, 0, 0, NULL, "HDF5 file with x and y"},
    {"batch", LS_SIZE, offsetof(struct flags, batch), "0", 0, 1 << 24, NULL,
     "samples at a time [the job's batch]"},
    {"threads", LS_SIZE, offsetof(struct flags, threads), "1", 1, 1024, NULL, "of each rank"},
    {"metrics", LS_NAMES, offsetof(struct flags, metrics), "", 0, 0, NULL,
     "only these [all that apply]"},
    {"json", LS_BOOL, offsetof(struct flags, json), "false", 0, 0, NULL,
     "one JSON object in place of tables"},
    {0}};

enum { MAX_METRICS = 64 };

/* An evaluation on its way to a report. */
struct evaluating {
    struct ls_session session;
    struct ls_workspace ws;
    struct ls_evaluator evaluator;
    struct ls_evaluation found;
    struct ls_loader *loader;
    const struct ls_metric_ops *chosen[MAX_METRICS + 1]; /* NULL-terminated */
    const struct ls_metric_ops *const *metrics;          /* chosen, or all */
    unsigned wants;
};

static ls_status choose(struct evaluating *e, const struct ls_names *names)
{
    const enum ls_metric_kind kind = ls_metric_kind(&e->session.loss);
    e->metrics = ls_metrics;
    e->wants = ls_metrics_wants(kind);
    if (names->len == 0)
        return LS_OK;
    if (names->len > MAX_METRICS)
        return ls_fail(LS_USAGE, "--metrics: at most %d", MAX_METRICS);
    e->metrics = e->chosen;
    e->wants = LS_WANT_COUNTS;
    for (size_t i = 0; i < names->len; i++) {
        LS_TRY(ls_metric_choose(names->value[i], kind, NULL, &e->chosen[i]));
        e->wants |= e->chosen[i]->wants;
    }
    return LS_OK;
}

static ls_status prepare(struct evaluating *e, const struct flags *given)
{
    struct ls_session *const s = &e->session;
    const struct ls_loader_spec spec = ls_session_valid_loader(s);
    LS_TRY(choose(e, &given->metrics));
    LS_TRY(ls_workspace_init(&e->ws, &s->model, &s->tree, s->peers, s->room, (int)s->job.threads,
                             false, s->arena));
    ls_workspace_expect(&e->ws, &s->valid_plan, false);
    LS_TRY(ls_evaluator_init(&e->evaluator, &e->ws, &s->loss, &s->valid_plan, e->wants, s->arena));
    return ls_loader_create(&e->loader, &spec, 0);
}

static void print(const struct evaluating *e, const char *checkpoint, const struct flags *given)
{
    const unsigned long long samples = e->session.train.len;
    const struct ls_report report = {&e->session, e->evaluator.kind, &e->found, e->metrics};
    if (!given->json) {
        (void)printf("%s: %llu samples\n", given->data, samples);
        ls_report_print(&report, stdout);
        return;
    }
    char warning[LS_MESSAGE_LEN];
    if (ls_report_warning(&e->found, sizeof warning, warning))
        (void)fprintf(stderr, "lockstep: warning: %s\n", warning);
    struct ls_json json = {.file = stdout};
    ls_json_open(&json, NULL, '{');
    ls_json_text(&json, "kind", "eval");
    ls_json_text(&json, "checkpoint", checkpoint);
    ls_json_text(&json, "data", given->data);
    ls_json_number(&json, "samples", (double)samples);
    ls_report_json_metrics(&report, &json);
    ls_report_json_classes(&report, &json);
    ls_json_close(&json, '}');
    (void)fputc('\n', stdout);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    const char *const checkpoint = call->positional[0];
    struct evaluating e = {0};
    ls_status status = LS_OK;
    LS_TRY_OUT(ls_session_from_checkpoint(&e.session, checkpoint, given->data, given->batch,
                                          given->threads, call->peers, call->arena));
    LS_TRY_OUT(ls_agree(call->peers, prepare(&e, given)));
    LS_TRY_OUT(ls_evaluate(&e.evaluator, e.loader, e.session.valid_plan.steps_per_epoch, &e.found,
                           NULL, NULL));
    if (call->peers->rank == 0)
        print(&e, checkpoint, given);
out:
    ls_loader_free(e.loader);
    ls_session_release(&e.session);
    return status;
}

const struct ls_command_ops ls_command_eval = {.name = "eval",
                                               .help = "measure a checkpoint on a dataset",
                                               .usage = "CHECKPOINT --data FILE",
                                               .flags = flags,
                                               .flags_bytes = sizeof(struct flags),
                                               .min_positional = 1,
                                               .max_positional = 1,
                                               .every_rank = true,
                                               .run = run};
