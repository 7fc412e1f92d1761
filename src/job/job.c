#include "src/job/job.h"

#include <string.h>

#include "src/job/data.h"

#define AT(field) offsetof(struct ls_job, field)
#define NODE(key, field, fallback, text)                                                           \
    {                                                                                              \
        key, LS_NODE, AT(field), fallback, 0, 0, NULL, text                                        \
    }

static const struct ls_option top_options[] = {
    {"seed", LS_SIZE, AT(seed), "1", 0, 0, NULL, "of every random draw"},
    NODE("data", data_node, NULL, "the datasets, see below"),
    {"batch", LS_SIZE, AT(batch), NULL, 1, 1 << 24, NULL, "samples of a global batch"},
    NODE("shards", shards_node, "",
         "pieces of a global batch [auto: the largest power of two up to max(8, batch/16)]"),
    {"threads", LS_SIZE, AT(threads), "1", 1, 1024, NULL, "threads of each rank"},
    {"epochs", LS_SIZE, AT(epochs), "0", 0, 1e9, NULL, "passes over the training set"},
    {"steps", LS_SIZE, AT(steps), "0", 0, 4e9, NULL, "steps, in place of epochs"},
    NODE("model", model, NULL, "the list of layers"),
    NODE("loss", loss_node, NULL, "KIND or {KIND: {...}}"),
    {"metrics", LS_NAMES, AT(metrics), "", 0, 0, NULL, "on the validation set"},
    NODE("optimizer", optimizer_node, NULL, "KIND or {KIND: {...}}"),
    NODE("schedule", schedule_node, "", "of the learning rate [constant]"),
    NODE("clip", clip_node, "", "of the gradient [none]"),
    NODE("regularize", regularize_node, "", "penalties added to the gradient [none]"),
    NODE("gradient_noise", noise_node, "", "added to the gradient [none]"),
    NODE("sampler", sampler_node, "", "order of the samples"),
    NODE("checkpoint", checkpoint_node, "", "when to write one"),
    NODE("init", init_node, "", "weights to begin with [random]"),
    NODE("on_failure", on_failure_node, "", "a loss or gradient that is not finite [stop]"),
    {"log_every", LS_SIZE, AT(log_every), "10", 1, 1e9, NULL, "steps between records"},
    {"watch_every", LS_SIZE, AT(watch_every), "100", 0, 1e9, NULL,
     "steps between looks at every layer's outputs and gradient; 0: never"},
    {"engine", LS_STRING, AT(engine), "", 0, 0, NULL, "compute engine [the default one]"},
    {0}};

#undef AT
#define AT(field) offsetof(struct ls_job_data, field)

static const struct ls_option data_options[] = {
    {"train", LS_STRING, AT(train), NULL, 0, 0, NULL, "HDF5 file to train on"},
    NODE("valid", valid, "", "HDF5 file, or a share of train held out per class"),
    {"inputs", LS_STRING, AT(inputs), "x", 0, 0, NULL, "name of the dataset of inputs"},
    {"labels", LS_STRING, AT(labels), "y", 0, 0, NULL, "name of the dataset of labels"},
    {"groups", LS_STRING, AT(groups), "", 0, 0, NULL,
     "name of a dataset (N) of integers that sampler.balance takes for classes [labels]"},
    NODE("normalize", normalize, "", "channel, sample, or {mean: [...], std: [...]} [none]"),
    NODE("augment", augment, "", "list of flip and {crop: {pad: 4}} [none]"),
    {"long_tail", LS_REAL, AT(long_tail), "", 1, 1e15, NULL,
     "cut classes to a long tail, the first this many times the last [none]"},
    NODE("noise", noise, "",
         "in training, {normal: STD} is added to x, or a share {mask: P} of it "
         "is set to 0 [none]"),
    {"memory", LS_SIZE, AT(memory), "1024", 0, 1 << 30, NULL,
     "MiB of samples that the ranks of a node may hold, together"},
    {"check", LS_BOOL, AT(check), "false", 0, 0, NULL, "refuse values that are not finite"},
    {0}};

#undef AT
#define AT(field) offsetof(struct ls_job_sampler, field)
static const char *const orders[] = {"shuffle", "sequential", NULL};
static const struct ls_option sampler_options[] = {
    {"order", LS_ENUM, AT(order), "shuffle", 0, 0, orders, "of the samples within an epoch"},
    NODE("balance", balance_node, "none",
         "share of each class in every batch: none, equal, sqrt, {ratio: {CLASS: PARTS, ...}} or "
         "{effective: BETA}"),
    NODE("hard", hard_node, "none",
         "hard examples come again: none, SHARE of each batch, or a map, see below"),
    {0}};

#undef AT
#define AT(field) offsetof(struct ls_job_checkpoint, field)
static const struct ls_option checkpoint_options[] = {
    {"every_steps", LS_SIZE, AT(every_steps), "0", 0, 4e9, NULL,
     "steps between checkpoints; 0: at the end of every epoch"},
    {"keep", LS_SIZE, AT(keep), "3", 2, 1e6, NULL, "newest checkpoints to keep"},
    {"best", LS_STRING, AT(best), "", 0, 0, NULL,
     "metric, or loss, that chooses best.h5 [the first of metrics]"},
    {0}};

#undef AT
#define AT(field) offsetof(struct ls_job_init, field)
static const struct ls_option init_options[] = {
    {"from", LS_STRING, AT(from), "", 0, 0, NULL, "HDF5 file with /model/..."},
    {"only", LS_NAMES, AT(only), "", 0, 0, NULL, "layers of the model to load [all]"},
    {"skip", LS_NAMES, AT(skip), "", 0, 0, NULL, "layers of the model not to load"},
    NODE("rename", rename, "", "{NAME IN THE FILE: NAME IN THE MODEL}"),
    {"strict", LS_BOOL, AT(strict), "true", 0, 0, NULL,
     "refuse a file that lacks a tensor or has it in another shape; else that keeps its values"},
    {"unfreeze_at_epoch", LS_SIZE, AT(unfreeze_at_epoch), "0", 0, 1e9, NULL,
     "epochs after which what is frozen is trained too [never]"},
    NODE("weights", weights, "",
         "of dense and conv: he, xavier, orthogonal, lsuv or {normal: STD} "
         "[PyTorch's default]"),
    {"zero_last_bn", LS_BOOL, AT(model.zero_last_bn), "false", 0, 0, NULL,
     "a residual's last batch-norm begins with weight 0"},
    {"freeze", LS_NAMES, AT(model.freeze), "", 0, 0, NULL, "layers whose parameters stay"},
    {0}};

#undef AT
#undef NODE

const struct ls_job_table ls_job_tables[] = {{"", top_options},
                                             {"data", data_options},
                                             {"schedule", ls_schedule_options},
                                             {"clip", ls_clip_options},
                                             {"regularize", ls_penalty_options},
                                             {"gradient_noise", ls_noise_options},
                                             {"sampler", sampler_options},
                                             {"checkpoint", checkpoint_options},
                                             {"init", init_options},
                                             {NULL, NULL}};

static ls_status parse_path(const char **path, const char *folder, struct ls_arena *arena)
{
    if (!*path || (*path)[0] == '/' || (*path)[0] == '\0')
        return LS_OK;
    *path = ls_arena_printf(arena, "%s/%s", folder, *path);
    return *path ? LS_OK : LS_OTHER;
}

static ls_status parse_shards(struct ls_job *job, struct ls_arena *arena)
{
    const struct ls_node *const node = job->shards_node;
    if (!node || (node->kind == LS_NODE_SCALAR && strcmp(node->text, "auto") == 0))
        return LS_OK;
    static const struct ls_option option = {"shards", LS_SIZE, 0,    NULL,
                                            1,        65536,   NULL, "a whole number or auto"};
    return ls_option_parse(&option, node, "job", arena, &job->shards);
}

static ls_status parse_sampler(struct ls_job *job, struct ls_arena *arena)
{
    struct ls_job_sampler *const s = &job->sampler;
    LS_TRY(ls_options_parse(sampler_options, job->sampler_node, "sampler", NULL, arena, s));
    LS_TRY(ls_balance_parse(&s->balance, s->balance_node, arena));
    return ls_hard_parse(&s->hard, s->hard_node, arena);
}

/* `schedule: cosine` and the like: a section is a map of keys. */
static ls_status check_sections(const struct ls_node *root)
{
    for (const struct ls_job_table *table = ls_job_tables; table->key; table++) {
        const struct ls_node *const node = table->key[0] ? ls_node_get(root, table->key) : NULL;
        if (!node || node->kind == LS_NODE_MAP ||
            (node->kind == LS_NODE_SCALAR && node->text[0] == '\0'))
            continue;
        char names[256] = "";
        for (const struct ls_option *row = table->options; row->name; row++) {
            const size_t used = strlen(names);
            (void)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", row->name);
        }
        return ls_node_fail(node, "%s takes keys and their values: %s", table->key, names);
    }
    return LS_OK;
}

static ls_status parse_length(struct ls_job *job, const struct ls_node *root)
{
    if (job->epochs == 0 && job->steps == 0)
        return ls_node_fail(root, "the job needs \"epochs\" or \"steps\", above 0");
    if (job->epochs > 0 && job->steps > 0)
        return ls_node_fail_key(ls_node_get(root, "steps"),
                                "\"epochs\" and \"steps\" are both given: keep one");
    return LS_OK;
}

ls_status ls_job_parse(struct ls_job *job, const struct ls_node *root, const char *folder,
                       struct ls_arena *arena)
{
    *job = (struct ls_job){0};
    if (root->kind != LS_NODE_MAP)
        return ls_node_fail(root, "a job is a map of keys: seed, data, batch, model, ...");
    LS_TRY(ls_options_parse(top_options, root, "job", NULL, arena, job));
    LS_TRY(check_sections(root));
    LS_TRY(parse_length(job, root));
    LS_TRY(parse_shards(job, arena));
    LS_TRY(ls_options_parse(data_options, job->data_node, "data", NULL, arena, &job->data));
    LS_TRY(ls_job_parse_data(&job->data, arena));
    LS_TRY(parse_path(&job->data.train, folder, arena));
    LS_TRY(parse_path(&job->data.valid_path, folder, arena));
    LS_TRY(ls_loss_parse(&job->loss, job->loss_node, arena));
    LS_TRY(ls_optimizer_parse(&job->optimizer, job->optimizer_node, arena));
    LS_TRY(ls_schedule_parse(&job->schedule, job->schedule_node, arena));
    LS_TRY(ls_clip_parse(&job->clip, job->clip_node, arena));
    LS_TRY(ls_noise_parse(&job->noise, job->noise_node, arena));
    LS_TRY(ls_penalty_parse(&job->penalty, job->regularize_node, arena));
    LS_TRY(parse_sampler(job, arena));
    LS_TRY(ls_options_parse(checkpoint_options, job->checkpoint_node, "checkpoint", NULL, arena,
                            &job->checkpoint));
    LS_TRY(ls_options_parse(init_options, job->init_node, "init", NULL, arena, &job->init));
    LS_TRY(ls_init_parse(&job->init.model.weights, job->init.weights, arena));
    LS_TRY(parse_path(&job->init.from, folder, arena));
    LS_TRY(ls_on_failure_parse(&job->on_failure, job->on_failure_node, arena));
    if (job->engine && job->engine[0] && !ls_engine_find(job->engine)) {
        const char *const near = ls_nearest(job->engine, ls_engine_names());
        return ls_node_fail(ls_node_get(root, "engine"), "engine \"%s\" is not built in%s%s%s",
                            job->engine, near ? " (did you mean \"" : "", near ? near : "",
                            near ? "\"?)" : "");
    }
    return LS_OK;
}

size_t ls_job_shards(const struct ls_job *job)
{
    if (job->shards > 0)
        return job->shards;
    const size_t limit = job->batch / 16 > 8 ? job->batch / 16 : 8;
    size_t shards = 1;
    while (2 * shards <= limit)
        shards *= 2;
    return shards;
}
