#include <string.h>

#include "launch/check_step.h"
#include "launch/command.h"
#include "launch/job_help.h"
#include "launch/plan_report.h"
#include "launch/session.h"
#include "src/check/check.h"
#include "src/data/scan.h"

enum { MAX_SHOWN = 100 }; /* classes whose samples are counted before a person's eyes */
struct flags {
    bool ranks;
};

static const struct ls_option flags[] = {
    {"ranks", LS_BOOL, offsetof(struct flags, ranks), "false", 0, 0, NULL,
     "only print how many ranks the job can use; read no data"},
    {0}};

static void print_layers(const struct ls_model *model)
{
    int width = (int)strlen("layer");
    char shape[LS_SHAPE_TEXT];
    for (int l = 0; l < model->n_layers; l++)
        if ((int)strlen(model->layers[l].name) > width)
            width = (int)strlen(model->layers[l].name);
    (void)printf("  %-*s  %-18s %12s  %14s\n", width, "layer", "output", "parameters",
                 "FLOP a sample");
    (void)printf("  %-*s  %-18s\n", width, "input", ls_shape_text(model->input, shape));
    double flops = 0;
    for (int l = 0; l < model->n_layers; l++) {
        const struct ls_layer *const layer = &model->layers[l];
        size_t params = 0;
        for (int i = 0; i < layer->n_params; i++)
            params += layer->params[i].len;
        flops += layer->flops;
        (void)printf("  %-*s  %-18s %12zu  %14.0f%s\n", width, layer->name,
                     ls_shape_text(layer->out, shape), params, layer->flops,
                     layer->frozen ? "  frozen" : "");
    }
    (void)printf("  %-*s  %-18s %12zu  %14.0f  forward; about three times that a step\n", width,
                 "total", "", model->n_weights, flops);
}

static void print_run(const struct ls_session *s, size_t bytes)
{
    const size_t last = ls_plan_step(&s->plan, s->plan.steps_per_epoch - 1).n;
    (void)printf("  %llu samples to train on%s", (unsigned long long)s->train_set.len,
                 s->valid ? "" : "\n");
    if (s->valid)
        (void)printf(", %llu to validate\n", (unsigned long long)s->valid_set.len);
    (void)printf("  %llu steps of %zu samples, %llu an epoch%s", (unsigned long long)s->steps,
                 s->job.batch, (unsigned long long)s->plan.steps_per_epoch,
                 last == s->job.batch ? "\n" : "");
    if (last != s->job.batch)
        (void)printf(", whose last has %zu\n", last);
    (void)printf("  %zu shards of up to %zu samples, on %d rank%s x %zu thread%s\n", s->shards,
                 ls_shard_max(s->room, (int)s->shards), s->peers->size,
                 s->peers->size == 1 ? "" : "s", s->job.threads, s->job.threads == 1 ? "" : "s");
    (void)printf("  %.1f MiB of memory a rank, and %.1f MiB of samples a node\n",
                 (double)bytes / 0x1p20,
                 (double)(s->train.held + s->valid_file.held + s->index_bytes) / 0x1p20);
    (void)printf("  %.1f KiB of gradients reduced a step\n",
                 (double)(s->model.n_summed * sizeof(real)) / 0x1p10);
    (void)printf("  engine: %s\n", s->engine->describe());
}

static void tell(void *context, const char *check, const char *text)
{
    (void)context;
    (void)printf("  warning: %s [%s]\n", text, check);
}

static void print_counts(const struct ls_session *s, const struct ls_class_counts *train,
                         const struct ls_class_counts *valid)
{
    int width = (int)strlen("class");
    for (size_t c = 0; c < s->n_classes; c++)
        if ((int)strlen(s->class_names[c]) > width)
            width = (int)strlen(s->class_names[c]);
    (void)printf("\n  %7s  %-*s  %12s  %7s%s\n", "label", width, "class", "to train on", "share",
                 valid->len > 0 ? "   to validate" : "");
    for (size_t c = 0; c < train->len && c < MAX_SHOWN; c++) {
        (void)printf("  %7zu  %-*s  %12llu  %6.2f%%", c, width,
                     c < s->n_classes ? s->class_names[c] : "", (unsigned long long)train->n[c],
                     100 * (double)train->n[c] / (double)s->train_set.len);
        if (valid->len > 0)
            (void)printf("  %12llu", (unsigned long long)valid->n[c]);
        (void)puts("");
    }
    if (train->len > MAX_SHOWN)
        (void)printf("  and %zu classes more\n", train->len - MAX_SHOWN);
}

/* Every check of the job, now that the data has been read. */
static ls_status print_warnings(struct ls_session *s, const struct ls_scan *scan,
                                const struct ls_check_step *step)
{
    const uint64_t last = s->plan.steps_per_epoch - 1;
    const bool classes = s->loss.ops->target == LS_TARGET_CLASS;
    struct ls_class_counts counts = {0}, valid = {0};
    if (classes)
        LS_TRY(ls_class_counts(&s->train, &s->train_set, s->loss.k, &counts, s->arena));
    if (classes && s->valid)
        LS_TRY(ls_class_counts(s->valid, &s->valid_set, s->loss.k, &valid, s->arena));
    const struct ls_check_facts facts = {
        .job = &s->job,
        .model = &s->model,
        .loss = &s->loss,
        .shards = s->shards,
        .samples = s->train_set.len,
        .usual_batch = ls_plan_step(&s->plan, 0).n,
        .least_batch = ls_plan_step(&s->plan, last < s->steps ? last : 0).n,
        .classes = classes ? &counts : NULL,
        .class_names = s->n_classes == s->loss.k ? s->class_names : NULL,
        .x = &scan->x,
        .y = classes ? NULL : &scan->y,
        .first = step->watch.layers,
        .failure = step->failure,
        .first_loss = step->record.loss};
    struct ls_findings findings = {.tell = tell};
    if (classes)
        print_counts(s, &counts, &valid);
    LS_TRY(ls_check_step_print(step, s));
    (void)puts("");
    ls_check_run(&facts, &findings);
    return LS_OK;
}

static ls_status print_ranks(const struct ls_session *s)
{
    const size_t shards = ls_job_shards(&s->job);
    if (s->job.threads > shards)
        return ls_fail(LS_USAGE, "more threads than shards: threads: %zu, but shards: %zu",
                       s->job.threads, shards);
    if (s->peers->rank == 0)
        (void)printf("%zu\n", shards / s->job.threads);
    return LS_OK;
}

static ls_status check(const struct ls_command_call *call, struct ls_session *s)
{
    const struct flags *const given = call->flags;
    struct ls_check_step step;
    LS_TRY(ls_session_read_job(s, call->positional[0], call->overrides, call->n_overrides,
                               call->peers, call->arena));
    if (given->ranks)
        return print_ranks(s);
    LS_TRY(ls_session_prepare(s, NULL));
    LS_TRY(ls_check_step_plan(&step, s));
    const size_t bytes = call->arena->bytes;
    const bool values =
        s->loss.ops->target == LS_TARGET_VALUES && s->loss.shared.target == LS_TARGET_LABELS;
    struct ls_scan scan, of_valid;
    LS_TRY(ls_scan(&s->train, values, s->peers, &scan, s->arena));
    if (s->valid == &s->valid_file)
        LS_TRY(ls_scan(s->valid, values, s->peers, &of_valid, s->arena));
    LS_TRY(ls_check_step_run(&step, s));
    ls_status status = LS_OK;
    if (s->peers->rank == 0) {
        (void)printf("%s\n", call->positional[0]);
        print_layers(&s->model);
        if (s->loaded)
            (void)printf("\n  weights from %s:\n%s\n", s->job.init.from, s->loaded);
        print_run(s, bytes);
        status = print_warnings(s, &scan, &step);
        if (status == LS_OK)
            status = ls_plan_report(s);
    }
    return ls_agree(s->peers, status);
}

static ls_status run(const struct ls_command_call *call)
{
    struct ls_session session = {0};
    const ls_status status = check(call, &session);
    ls_session_release(&session);
    return status;
}

const struct ls_command_ops ls_command_check = {
    .name = "check",
    .help = "read a job and all its data, train nothing: layers, sizes, warnings",
    .usage = "JOB [KEY=VALUE...]",
    .flags = flags,
    .flags_bytes = sizeof(struct flags),
    .min_positional = 1,
    .max_positional = 1,
    .takes_overrides = true,
    .every_rank = true,
    .more_help = ls_job_help,
    .run = run};
