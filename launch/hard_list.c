#include "launch/hard_list.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launch/job_file.h"
#include "launch/outputs.h"
#include "launch/run_dir.h"

enum { PIECE = 16 * 1024 };

struct row {
    uint64_t sample;
    float loss;
};

static int harder_first(const void *left, const void *right)
{
    const struct row *const a = left, *const b = right;
    if (a->loss != b->loss)
        return a->loss > b->loss ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

/* Reads all losses a piece at a time, and keeps the `top` largest of what was read. */
static ls_status choose(struct ls_hard_list *list, const char *path, size_t top,
                        struct ls_arena *arena)
{
    struct row *const rows = ls_arena_get(arena, top + PIECE, sizeof *rows);
    float *const losses = ls_arena_get(arena, PIECE, sizeof *losses);
    if (!rows || !losses)
        return LS_OTHER;
    for (uint64_t at = 0; at < list->len; at += PIECE) {
        const size_t n = list->len - at < PIECE ? (size_t)(list->len - at) : PIECE;
        LS_TRY(ls_checkpoint_read_losses(path, "/sampler/loss", at, n, losses));
        size_t len = list->n;
        for (size_t i = 0; i < n; i++)
            if (!isnan(losses[i]))
                rows[len++] = (struct row){at + i, losses[i]};
        list->remembered += len - list->n;
        qsort(rows, len, sizeof *rows, harder_first);
        list->n = len < top ? len : top;
    }
    list->samples = ls_arena_get(arena, list->n, sizeof *list->samples);
    list->losses = ls_arena_get(arena, list->n, sizeof *list->losses);
    if (!list->samples || !list->losses)
        return LS_OTHER;
    for (size_t i = 0; i < list->n; i++) {
        list->samples[i] = rows[i].sample;
        list->losses[i] = rows[i].loss;
    }
    return LS_OK;
}

/* The checkpoint that `path` is or holds, and the data that it was trained on. */
static ls_status find(struct ls_hard_list *list, const char *path, const char **data, size_t top,
                      const struct ls_peers *peers, struct ls_arena *arena)
{
    struct stat what;
    struct ls_checkpoint checkpoint = {0};
    int is_run = peers->rank == 0 && stat(path, &what) == 0 && S_ISDIR(what.st_mode);
    ls_broadcast(peers, &is_run, sizeof is_run);
    list->checkpoint = path;
    if (is_run)
        LS_TRY(ls_run_dir_newest(path, &checkpoint, &list->checkpoint, peers, arena));
    else
        LS_TRY(ls_agree(peers, ls_checkpoint_read(path, &checkpoint, arena)));
    if (!list->checkpoint)
        return ls_fail(LS_DATA, "%s holds no checkpoint", path);
    list->step = checkpoint.step;
    list->len = checkpoint.n_losses;
    if (list->len == 0)
        return ls_fail(LS_USAGE,
                       "%s remembers no losses: train with sampler.hard, which {share: 0} makes "
                       "remember them and no more",
                       list->checkpoint);
    struct ls_node *root = NULL;
    struct ls_job job;
    LS_TRY(ls_job_file_parse(checkpoint.job, list->checkpoint, arena, &root));
    LS_TRY(ls_job_parse(&job, root, ".", arena));
    *data = (*data)[0] ? *data : job.data.train;
    return ls_agree(peers, choose(list, list->checkpoint, top, arena));
}

/* Labels as the dataset has them. */
static ls_status read_labels(struct ls_hard_list *list, struct ls_arena *arena)
{
    struct ls_source *const source = &list->session.train;
    if (!source->has_labels)
        return LS_OK;
    if (source->labels_are_classes) {
        list->classes = ls_arena_get(arena, list->n, sizeof *list->classes);
        return list->classes ? ls_source_read_classes(source, list->samples, list->n, list->classes)
                             : LS_OTHER;
    }
    list->values = ls_arena_get(arena, list->n * source->label_len, sizeof *list->values);
    return list->values ? ls_source_read_values(source, list->samples, list->n, list->values)
                        : LS_OTHER;
}

struct collection {
    struct ls_hard_list *list;
    struct ls_outputs outputs;
    size_t n; /* samples so far */
};

static ls_status collect(void *context, const struct ls_workspace *ws, const struct ls_batch *batch)
{
    struct collection *const c = context;
    struct ls_hard_list *const list = c->list;
    const size_t k = c->outputs.k;
    const real *const all = ls_outputs_gather(&c->outputs, ws, batch);
    for (size_t i = 0; i < batch->global_n; i++, c->n++) {
        ls_metrics_scores(list->kind, k, all + i * k, list->scores + c->n * k);
        list->predicted[c->n] = (int32_t)ls_argmax(k, all + i * k);
    }
    return LS_OK;
}

/* What the model makes of the samples, which are a dataset of their own. */
static ls_status predict(struct ls_hard_list *list, struct ls_loader **loader,
                         struct ls_arena *arena)
{
    struct ls_session *const s = &list->session;
    struct ls_workspace ws;
    struct ls_evaluator evaluator;
    struct ls_view *const view = ls_arena_get(arena, 1, sizeof *view);
    struct collection collection = {.list = list};
    s->valid_set = ls_subset_all(list->n);
    s->valid_plan = ls_plan(&s->valid_set, s->job.batch, s->job.seed, LS_ORDER_SEQUENTIAL);
    s->room = s->valid_plan.batch;
    list->kind = ls_metric_kind(&s->loss);
    list->scores = ls_arena_get(arena, list->n * s->loss.k, sizeof *list->scores);
    list->predicted = ls_arena_get(arena, list->n, sizeof *list->predicted);
    ls_status status = view && list->scores && list->predicted ? LS_OK : LS_OTHER;
    if (status == LS_OK)
        status = ls_view_init(view, &s->train, list->samples, list->n, arena);
    if (status == LS_OK)
        status = ls_outputs_init(&collection.outputs, s);
    LS_TRY(ls_agree(s->peers, status));
    s->valid = &view->source;
    LS_TRY(ls_workspace_init(&ws, &s->model, &s->tree, s->peers, s->room, (int)s->job.threads,
                             false, arena));
    struct ls_loader_spec spec = ls_session_valid_loader(s);
    spec.labels = false;
    status = ls_evaluator_init(&evaluator, &ws, &s->loss, NULL, 0, arena);
    if (status == LS_OK)
        status = ls_loader_create(loader, &spec, 0);
    LS_TRY(ls_agree(s->peers, status));
    return ls_evaluate(&evaluator, *loader, s->valid_plan.steps_per_epoch, NULL, collect,
                       &collection);
}

ls_status ls_hard_list_make(struct ls_hard_list *list, const char *path, const char *data,
                            size_t top, const struct ls_peers *peers, struct ls_arena *arena)
{
    *list = (struct ls_hard_list){0};
    LS_TRY(find(list, path, &data, top, peers, arena));
    if (list->n == 0)
        return LS_OK;
    LS_TRY(ls_session_from_checkpoint(&list->session, list->checkpoint, data, 0, 1, peers, arena));
    if (list->session.train.len != list->len)
        return ls_fail(LS_USAGE,
                       "%s remembers the losses of %llu samples, but %s has %llu: name the data it "
                       "was trained on by --data",
                       list->checkpoint, (unsigned long long)list->len, data,
                       (unsigned long long)list->session.train.len);
    struct ls_loader *loader = NULL;
    const ls_status status = predict(list, &loader, arena);
    ls_loader_free(loader);
    LS_TRY(status);
    return ls_agree(peers, read_labels(list, arena));
}
