#include <math.h>
#include <sys/stat.h>

#include "io/dataset.h"
#include "launch/command.h"
#include "launch/outputs.h"

struct flags {
    const char *data, *out;
    size_t batch, threads;
    bool force;
};

static const struct ls_option flags[] = {
    {"data", LS_STRING, offsetof(struct flags, data), NULL, 0, 0, NULL, "HDF5 file with x"},
    {"out", LS_STRING, offsetof(struct flags, out), NULL, 0, 0, NULL,
     "HDF5 file to write: scores (N, K), and classes where there are any"},
    {"batch", LS_SIZE, offsetof(struct flags, batch), "0", 0, 1 << 24, NULL,
     "samples at a time [the job's batch]"},
    {"threads", LS_SIZE, offsetof(struct flags, threads), "1", 1, 1024, NULL, "of each rank"},
    {"force", LS_BOOL, offsetof(struct flags, force), "false", 0, 0, NULL,
     "replace a file that is there"},
    {0}};

/* One rank's outputs on their way to rank 0's file. */
struct prediction {
    const struct ls_session *session;
    struct ls_dataset_writer *writer; /* rank 0's */
    enum ls_metric_kind kind;
    struct ls_outputs outputs;
    float *scores;    /* (batch, K) */
    int32_t *classes; /* (batch) */
    float *labels;    /* (batch, K) */
    uint64_t len;     /* samples so far; of these, with a NaN: how many, and the first */
    uint64_t n_spoilt, first_spoilt;
};

static void note_spoilt(struct prediction *p, size_t k, const real *z)
{
    bool is_spoilt = false;
    for (size_t c = 0; c < k; c++)
        is_spoilt = is_spoilt || isnan(z[c]);
    if (is_spoilt && p->n_spoilt++ == 0)
        p->first_spoilt = p->len;
    p->len++;
}

static void tell(const struct prediction *p, const char *out)
{
    const unsigned long long spoilt = p->n_spoilt, first = p->first_spoilt;
    if (spoilt > 0)
        (void)fprintf(stderr,
                      "lockstep: warning: the model's outputs for %llu sample%s are no numbers "
                      "(NaN), %s %llu: what is decided from them means nothing\n",
                      spoilt, spoilt == 1 ? "" : "s", spoilt == 1 ? "sample" : "the first sample",
                      first);
    (void)printf("%s: scores of %llu sample%s\n", out, (unsigned long long)p->len,
                 p->len == 1 ? "" : "s");
}

/* Decisions are made from the outputs, as eval makes them: scores are rounded. */
static ls_status append(struct prediction *p, const real *all, size_t n)
{
    const size_t k = p->session->loss.k;
    for (size_t i = 0; i < n; i++) {
        const real *const z = all + i * k;
        note_spoilt(p, k, z);
        ls_metrics_scores(p->kind, k, z, p->scores + i * k);
        p->classes[i] = (int32_t)ls_argmax(k, z);
        for (size_t c = 0; c < k; c++)
            p->labels[i * k + c] = z[c] > 0 ? 1.0f : 0.0f;
    }
    return ls_dataset_append(p->writer, n, p->scores, p->classes, p->labels);
}

static ls_status seen(void *context, const struct ls_workspace *ws, const struct ls_batch *batch)
{
    struct prediction *const p = context;
    const real *const all = ls_outputs_gather(&p->outputs, ws, batch);
    const bool appends = ws->peers->rank == 0 && batch->status == LS_OK;
    return ls_agree(ws->peers, appends ? append(p, all, batch->global_n) : LS_OK);
}

static ls_status create(struct prediction *p, const struct flags *given)
{
    const struct ls_session *const s = p->session;
    const size_t rows = ls_shard_max(s->room, (int)s->shards) * s->shards, k = s->loss.k;
    LS_TRY(ls_outputs_init(&p->outputs, s));
    p->scores = ls_arena_get(s->arena, rows * k, sizeof(float));
    p->labels = ls_arena_get(s->arena, rows * k, sizeof(float));
    p->classes = ls_arena_get(s->arena, rows, sizeof *p->classes);
    if (!p->scores || !p->labels || !p->classes)
        return LS_OTHER;
    if (s->peers->rank != 0)
        return LS_OK;
    struct stat there;
    if (!given->force && lstat(given->out, &there) == 0)
        return ls_fail(LS_USAGE, "%s is there already: name another --out, or say --force",
                       given->out);
    const struct ls_dataset_spec spec = {.len = s->train.len,
                                         .inputs = "scores",
                                         .labels = "classes",
                                         .axes = 2,
                                         .dims = {k},
                                         .element = LS_F32,
                                         .has_labels = p->kind != LS_METRIC_VALUES,
                                         .labels_are_classes = p->kind == LS_METRIC_CLASSES,
                                         .label_len = k,
                                         .n_class_names = s->n_classes,
                                         .class_names = s->class_names};
    return ls_dataset_create(&p->writer, given->out, &spec);
}

static ls_status predict(struct ls_session *s, struct prediction *p, const struct flags *given,
                         struct ls_loader **loader)
{
    struct ls_workspace ws;
    struct ls_evaluator evaluator;
    struct ls_loader_spec spec = ls_session_valid_loader(s);
    spec.labels = false;
    ls_status status = ls_workspace_init(&ws, &s->model, &s->tree, s->peers, s->room,
                                         (int)s->job.threads, false, s->arena);
    if (status == LS_OK)
        status = ls_evaluator_init(&evaluator, &ws, &s->loss, NULL, 0, s->arena);
    p->kind = ls_metric_kind(&s->loss);
    if (status == LS_OK)
        status = create(p, given);
    if (status == LS_OK)
        status = ls_loader_create(loader, &spec, 0);
    LS_TRY(ls_agree(s->peers, status));
    LS_TRY(ls_evaluate(&evaluator, *loader, s->valid_plan.steps_per_epoch, NULL, seen, p));
    struct ls_dataset_writer *const writer = p->writer;
    p->writer = NULL;
    return ls_agree(s->peers, writer ? ls_dataset_finish(writer) : LS_OK);
}

static ls_status run(const struct ls_command_call *call)
{
    const struct flags *const given = call->flags;
    struct ls_session session = {0};
    struct ls_loader *loader = NULL;
    struct prediction prediction = {.session = &session};
    ls_status status = LS_OK;
    LS_TRY_OUT(ls_session_from_checkpoint(&session, call->positional[0], given->data, given->batch,
                                          given->threads, call->peers, call->arena));
    LS_TRY_OUT(predict(&session, &prediction, given, &loader));
    if (call->peers->rank == 0)
        tell(&prediction, given->out);
out:
    ls_dataset_abandon(prediction.writer);
    ls_loader_free(loader);
    ls_session_release(&session);
    return status;
}

const struct ls_command_ops ls_command_predict = {.name = "predict",
                                                  .help = "scores and classes of a dataset",
                                                  .usage = "CHECKPOINT --data FILE --out FILE",
                                                  .flags = flags,
                                                  .flags_bytes = sizeof(struct flags),
                                                  .min_positional = 1,
                                                  .max_positional = 1,
                                                  .every_rank = true,
                                                  .run = run};
