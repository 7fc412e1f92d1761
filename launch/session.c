#include "launch/session.h"

#include <string.h>

#include "io/dataset.h"
#include "launch/balance.h"
#include "launch/init_load.h"
#include "launch/job_file.h"
#include "launch/replay.h"
#include "launch/state.h"
#include "src/data/labels.h"
#include "src/data/statistics.h"

static const char too_few_shards[] =
    "more ranks than shards: ranks x threads is %d x %zu, but shards: %zu; start fewer, or set "
    "shards: %zu in the job (a run with other shards gives other last bits)";

ls_status ls_session_read_job(struct ls_session *session, const char *path, char *const *overrides,
                              size_t n_overrides, const struct ls_peers *peers,
                              struct ls_arena *arena)
{
    *session = (struct ls_session){.arena = arena, .peers = peers, .job_path = path};
    LS_TRY(ls_job_file_read(path, overrides, n_overrides, peers, arena, &session->root));
    const char *folder = NULL;
    LS_TRY(ls_job_file_folder(path, arena, &folder));
    return ls_job_parse(&session->job, session->root, folder, arena);
}

/* groups  NULL: none */
static ls_status open_file(const struct ls_session *s, const char *path, const char *groups,
                           size_t memory, struct ls_source *source)
{
    const struct ls_job_data *const data = &s->job.data;
    LS_TRY(ls_dataset_open(source, path, data->inputs, data->labels, groups, memory, s->peers,
                           s->arena));
    if (source->note && s->peers->rank == 0)
        (void)fprintf(stderr, "lockstep: note: %s\n", source->note);
    return LS_OK;
}

static ls_status open_data(struct ls_session *s)
{
    const struct ls_job_data *const data = &s->job.data;
    const size_t memory = data->memory << 20;
    const bool by_groups =
        data->groups[0] != '\0' && s->job.sampler.balance.kind != LS_BALANCE_NONE;
    LS_TRY(open_file(s, data->train, by_groups ? data->groups : NULL, memory, &s->train));
    if (!data->valid_path)
        return LS_OK;
    return open_file(s, data->valid_path, NULL, memory - s->train.held, &s->valid_file);
}

static ls_status split_data(struct ls_session *s)
{
    const struct ls_job_data *const data = &s->job.data;
    s->train_set = ls_subset_all(s->train.len);
    if (data->valid_path) {
        s->valid = &s->valid_file;
        s->valid_set = ls_subset_all(s->valid_file.len);
        char a[LS_SHAPE_TEXT], b[LS_SHAPE_TEXT];
        if (!ls_shape_equal(s->train.shape, s->valid_file.shape))
            return ls_fail(LS_DATA, "%s: samples of shape %s, but those of %s are %s",
                           data->valid_path, ls_shape_text(s->valid_file.shape, a), data->train,
                           ls_shape_text(s->train.shape, b));
    } else if (data->valid_share > 0) {
        LS_TRY(ls_subset_split(&s->train, data->valid_share, s->job.seed, &s->train_set,
                               &s->valid_set, s->arena));
        s->valid = &s->train;
    }
    if (data->long_tail > 0)
        LS_TRY(
            ls_subset_long_tail(&s->train, data->long_tail, s->job.seed, &s->train_set, s->arena));
    return LS_OK;
}

/* Fixes the shards, checks that there are enough for the ranks and plans the tree. */
static ls_status plan_tree(struct ls_session *s, const struct ls_checkpoint *checkpoint)
{
    const struct ls_job *const job = &s->job;
    s->shards = checkpoint ? (size_t)checkpoint->shards : ls_job_shards(job);
    if (checkpoint && job->shards > 0 && job->shards != s->shards)
        return ls_node_fail(job->shards_node,
                            "the run was begun with shards: %zu, which a restart keeps; the job "
                            "says %zu: change it back, or start a new run",
                            s->shards, job->shards);
    const size_t wanted = (size_t)s->peers->size * job->threads;
    size_t enough = s->shards;
    while (enough < wanted)
        enough *= 2;
    if (wanted > s->shards)
        return ls_fail(LS_USAGE, too_few_shards, s->peers->size, job->threads, s->shards, enough);
    return ls_tree_plan(&s->tree, (int)s->shards, s->peers->size, s->peers->rank, (int)job->threads,
                        s->arena);
}

static ls_status normalize(struct ls_session *s, const struct ls_checkpoint *checkpoint)
{
    const struct ls_job_data *const data = &s->job.data;
    const size_t channels = s->train.shape.c;
    s->transform = (struct ls_transform){.shape = s->train.shape,
                                         .augment = data->augment_by,
                                         .corruption = data->corrupt_by,
                                         .seed = s->job.seed};
    if (s->train.shape.axes == 1 && (data->augment_by.flip || data->augment_by.crop_pad > 0))
        return ls_node_fail(data->augment,
                            "augment needs samples of shape (C, L) or (C, H, W), "
                            "but %s has features",
                            data->train);
    if (data->normalize_by == LS_NORMALIZE_NONE)
        return LS_OK;
    if (data->normalize_by == LS_NORMALIZE_SAMPLE) {
        s->transform.own = true;
        return s->train.shape.axes > 1
                   ? LS_OK
                   : ls_node_fail(data->normalize,
                                  "normalize: sample needs samples of shape (C, L) or (C, H, W), "
                                  "but %s has features",
                                  data->train);
    }
    s->mean = ls_arena_get(s->arena, channels, sizeof(float));
    s->std = ls_arena_get(s->arena, channels, sizeof(float));
    if (!s->mean || !s->std)
        return LS_OTHER;
    s->transform.mean = s->mean;
    s->transform.std = s->std;
    const size_t given = checkpoint ? checkpoint->n_normalize : data->mean.len;
    if ((checkpoint || data->normalize_by == LS_NORMALIZE_GIVEN) && given != channels)
        return ls_node_fail(data->normalize,
                            "normalize: mean and std have %zu numbers, but %s has %zu channels",
                            given, data->train, channels);
    for (size_t c = 0; checkpoint && c < channels; c++) {
        s->mean[c] = checkpoint->mean[c];
        s->std[c] = checkpoint->std[c];
    }
    for (size_t c = 0; !checkpoint && c < data->mean.len; c++) {
        s->mean[c] = (float)data->mean.value[c];
        s->std[c] = (float)data->std.value[c];
    }
    return LS_OK;
}

static bool to_input(const struct ls_session *s)
{
    return s->job.loss.ops->target == LS_TARGET_VALUES &&
           s->job.loss.shared.target == LS_TARGET_INPUT;
}

static ls_status check_targets(const struct ls_session *s, const struct ls_source *source)
{
    const size_t k = s->model.output.c, len = ls_shape_len(s->train.shape);
    if (!to_input(s))
        return ls_loader_check_labels(source, s->loss.ops->target, k);
    if (k == len)
        return LS_OK;
    return ls_node_fail(s->job.loss_node,
                        "target: input: the model gives %zu outputs, but a sample has %zu values: "
                        "end it with dense: %zu, or with an image of the input's shape and flatten",
                        k, len, len);
}

static ls_status plan_loss(struct ls_session *s, struct ls_source *source)
{
    const size_t k = s->model.output.c;
    struct ls_class_counts counts = {0};
    if (source)
        LS_TRY(check_targets(s, source));
    if (source && k > 1 && ls_loss_needs_counts(&s->loss))
        LS_TRY(ls_class_counts(source, &s->train_set, k, &counts, s->arena));
    return ls_loss_plan(&s->loss, k, counts.n, s->arena);
}

/* Lengths of the run: steps, and whether every batch can be trained on. */
static ls_status plan_steps(struct ls_session *s)
{
    const struct ls_job *const job = &s->job;
    s->plan = ls_plan(&s->train_set, job->batch, job->seed, (enum ls_order)job->sampler.order);
    s->plan.balance = job->sampler.balance.kind != LS_BALANCE_NONE ? &s->balance : NULL;
    if (s->valid)
        s->valid_plan = ls_plan(&s->valid_set, job->batch, job->seed, LS_ORDER_SEQUENTIAL);
    s->room = s->plan.batch > s->valid_plan.batch ? s->plan.batch : s->valid_plan.batch;
    s->steps = job->steps > 0 ? job->steps : job->epochs * s->plan.steps_per_epoch;
    LS_TRY(ls_schedule_plan(&s->job.schedule, s->plan.steps_per_epoch, s->steps, s->arena));
    const uint64_t shown = s->steps < s->plan.steps_per_epoch ? s->steps : s->plan.steps_per_epoch;
    LS_TRY(ls_model_check_batch(&s->model, ls_plan_step(&s->plan, 0).n));
    return ls_model_check_batch(&s->model, ls_plan_step(&s->plan, shown - 1).n);
}

static ls_status take_engine(struct ls_session *s)
{
    const char *const name = s->job.engine && s->job.engine[0] ? s->job.engine : NULL;
    s->engine = ls_engine_find(name);
    if (!s->engine)
        return ls_fail(LS_USAGE, "engine \"%s\" is not built in", name);
    s->engine->start();
    return LS_OK;
}

/* What can fail on some ranks only: files. */
static ls_status plan_all(struct ls_session *s, const struct ls_checkpoint *checkpoint)
{
    LS_TRY(take_engine(s));
    LS_TRY(plan_tree(s, checkpoint));
    LS_TRY(ls_model_create(&s->model, s->job.model, s->train.shape, s->engine, s->job.seed,
                           &s->job.init.model, s->arena));
    s->loss = s->job.loss;
    LS_TRY(plan_loss(s, &s->train));
    if (s->valid == &s->valid_file)
        LS_TRY(check_targets(s, s->valid));
    LS_TRY(normalize(s, checkpoint));
    LS_TRY(plan_steps(s));
    s->n_classes = s->train.n_class_names;
    s->class_names = s->train.class_names;
    if (s->job.init.from && s->job.init.from[0] && !checkpoint)
        LS_TRY(ls_init_load(&s->job.init, &s->model, s->arena, &s->loaded));
    return LS_OK;
}

/* Ranks on processors of different kinds compute different bits: said, not forbidden. */
static void note_other_engines(const struct ls_session *s)
{
    char first[256];
    const char *const mine = s->engine->describe();
    (void)snprintf(first, sizeof first, "%s", mine);
    ls_broadcast(s->peers, first, sizeof first);
    ls_status same = LS_OK;
    if (strcmp(first, mine) != 0)
        same = ls_fail(LS_OTHER,
                       "computes with %s, rank 0 with %s: the bits now depend on which "
                       "rank computes what (OPENBLAS_CORETYPE and DNNL_MAX_CPU_ISA pin one "
                       "kind)",
                       mine, first);
    if (ls_agree(s->peers, same) != LS_OK && s->peers->rank == 0)
        (void)fprintf(stderr, "lockstep: note: %s\n", ls_message());
}

ls_status ls_session_prepare(struct ls_session *s, const struct ls_checkpoint *checkpoint)
{
    LS_TRY(open_data(s));
    LS_TRY(ls_agree(s->peers, split_data(s)));
    LS_TRY(ls_session_balance(s));
    LS_TRY(ls_agree(s->peers, plan_all(s, checkpoint)));
    LS_TRY(ls_session_replay(s));
    note_other_engines(s);
    if (s->job.data.normalize_by == LS_NORMALIZE_CHANNEL && !checkpoint)
        LS_TRY(ls_statistics(&s->train, &s->train_set, &s->tree, s->peers, s->mean, s->std));
    return ls_job_resolve(&s->job, s->root, s->shards, s->engine->name, &s->loss, s->arena);
}

/* init  for the layers that do not move; NULL: none */
static ls_status plan_from_checkpoint(struct ls_session *s, const struct ls_checkpoint *checkpoint,
                                      const char *data_path, size_t batch,
                                      const struct ls_model_init *init)
{
    if (batch > 0)
        s->job.batch = batch;
    char a[LS_SHAPE_TEXT], b[LS_SHAPE_TEXT];
    if (!ls_shape_equal(s->train.shape, checkpoint->input))
        return ls_fail(LS_DATA, "%s: samples of shape %s, but the model takes %s", data_path,
                       ls_shape_text(s->train.shape, a), ls_shape_text(checkpoint->input, b));
    s->train_set = ls_subset_all(s->train.len);
    s->valid = &s->train;
    s->valid_set = s->train_set;
    s->valid_plan = ls_plan(&s->valid_set, s->job.batch, s->job.seed, LS_ORDER_SEQUENTIAL);
    s->room = s->valid_plan.batch;
    LS_TRY(take_engine(s));
    LS_TRY(plan_tree(s, checkpoint));
    LS_TRY(ls_model_create(&s->model, s->job.model, s->train.shape, s->engine, s->job.seed, init,
                           s->arena));
    s->loss = s->job.loss;
    LS_TRY(plan_loss(s, NULL));
    LS_TRY(normalize(s, checkpoint));
    s->n_classes = checkpoint->n_classes;
    s->class_names = checkpoint->classes;
    return ls_state_restore_model(checkpoint, &s->model);
}

ls_status ls_session_from_checkpoint(struct ls_session *s, const char *path, const char *data_path,
                                     size_t batch, size_t threads, const struct ls_peers *peers,
                                     struct ls_arena *arena)
{
    *s = (struct ls_session){.arena = arena, .peers = peers, .job_path = path};
    struct ls_checkpoint *const checkpoint = ls_arena_get(arena, 1, sizeof *checkpoint);
    LS_TRY(ls_agree(peers, checkpoint ? ls_checkpoint_read(path, checkpoint, arena) : LS_OTHER));
    LS_TRY(ls_job_file_parse(checkpoint->job, path, arena, &s->root));
    LS_TRY(ls_job_parse(&s->job, s->root, ".", arena));
    s->job.threads = threads;
    s->job.shards = 0; /* the checkpoint's */
    s->job.data.train = data_path;
    LS_TRY(
        ls_within(open_file(s, data_path, NULL, s->job.data.memory << 20, &s->train), "%s", path));
    return ls_agree(
        peers, ls_within(plan_from_checkpoint(s, checkpoint, data_path, batch, NULL), "%s", path));
}

static ls_status plan_again(struct ls_session *s, const struct ls_checkpoint *checkpoint,
                            size_t threads)
{
    LS_TRY(ls_job_file_parse(checkpoint->job, s->job_path, s->arena, &s->root));
    LS_TRY(ls_job_parse(&s->job, s->root, ".", s->arena));
    s->job.threads = threads;
    s->job.shards = 0; /* the checkpoint's */
    const struct ls_model_init frozen = {.freeze = s->job.init.model.freeze};
    LS_TRY(plan_from_checkpoint(s, checkpoint, s->job_path, 0, &frozen));
    return ls_schedule_plan(&s->job.schedule, s->plan.steps_per_epoch, s->steps, s->arena);
}

ls_status ls_session_again(struct ls_session *s, const struct ls_checkpoint *checkpoint, size_t n,
                           size_t threads)
{
    s->train = (struct ls_source){
        .path = s->job_path, .len = n, .shape = checkpoint->input, .has_labels = true};
    return ls_agree(s->peers, ls_within(plan_again(s, checkpoint, threads), "%s", s->job_path));
}

struct ls_loader_spec ls_session_train_loader(struct ls_session *s)
{
    return (struct ls_loader_spec){.source = &s->train,
                                   .plan = &s->plan,
                                   .transform = &s->transform,
                                   .tree = &s->tree,
                                   .room = s->room,
                                   .training = true,
                                   .labels = true,
                                   .to_input = to_input(s),
                                   .check = s->job.data.check,
                                   .target = s->loss.ops->target,
                                   .shares = s->loss.ops->multi_label,
                                   .k = s->loss.k};
}

struct ls_loader_spec ls_session_valid_loader(struct ls_session *s)
{
    struct ls_loader_spec spec = ls_session_train_loader(s);
    spec.source = s->valid;
    spec.plan = &s->valid_plan;
    spec.training = false;
    return spec;
}

void ls_session_release(struct ls_session *s)
{
    ls_source_close(&s->train);
    ls_source_close(&s->valid_file);
}
