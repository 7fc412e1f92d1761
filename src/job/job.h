/* A job: what the user's file says, checked as far as that is possible without the data. The
 * tables here are the job file's keys; parsing, defaults and the help come from them. */
#ifndef LOCKSTEP_JOB_JOB_H
#define LOCKSTEP_JOB_JOB_H

#include "src/data/plan.h"
#include "src/data/transform.h"
#include "src/engine/engine.h"
#include "src/hard/options.h"
#include "src/job/on_failure.h"
#include "src/losses/loss.h"
#include "src/model/init.h"
#include "src/optim/clip.h"
#include "src/optim/noise.h"
#include "src/optim/optimizer.h"
#include "src/optim/penalty.h"
#include "src/optim/schedule.h"
#include "src/sampler/shares.h"

enum ls_normalize {
    LS_NORMALIZE_NONE,
    LS_NORMALIZE_CHANNEL,
    LS_NORMALIZE_SAMPLE,
    LS_NORMALIZE_GIVEN
};

struct ls_job_data {
    const char *train;
    const struct ls_node *valid;          /* a path or a share */
    const char *inputs, *labels, *groups; /* groups "": none */
    const struct ls_node *normalize, *augment, *noise;
    double long_tail; /* largest class by smallest, to cut to; 0: no cut */
    size_t memory;    /* MiB a rank may hold of a dataset */
    bool check;       /* refuse values that are not finite */
    /* worked out */
    const char *valid_path; /* NULL: none */
    double valid_share;     /* 0: none */
    enum ls_normalize normalize_by;
    struct ls_reals mean, std; /* LS_NORMALIZE_GIVEN */
    struct ls_augment augment_by;
    struct ls_corruption corrupt_by;
};

struct ls_job_sampler {
    int order; /* enum ls_order */
    const struct ls_node *balance_node, *hard_node;
    /* worked out */
    struct ls_balance_spec balance;
    struct ls_hard hard;
};

struct ls_job_checkpoint {
    size_t every_steps; /* 0: at the end of every epoch */
    size_t keep;
    const char *best; /* a metric or loss; "": the first of metrics, or the loss */
};

struct ls_job_init {
    const char *from;
    struct ls_names only, skip;   /* layers of the model that are loaded, or are not */
    const struct ls_node *rename; /* a map from layers of the file to layers of the model */
    bool strict;
    size_t unfreeze_at_epoch; /* epochs during which `freeze` holds; 0: all */
    const struct ls_node *weights;
    struct ls_model_init model; /* what the model is made with */
};

struct ls_job {
    size_t seed, batch, threads, epochs, steps, log_every, watch_every;
    const struct ls_node *data_node, *model, *shards_node, *loss_node, *optimizer_node;
    const struct ls_node *schedule_node, *clip_node, *regularize_node, *sampler_node;
    const struct ls_node *checkpoint_node, *init_node, *on_failure_node, *noise_node;
    struct ls_names metrics;
    const char *engine; /* NULL: the default */
    /* worked out */
    size_t shards; /* 0: auto */
    struct ls_job_data data;
    struct ls_loss loss; /* not yet planned */
    struct ls_optimizer optimizer;
    struct ls_schedule schedule; /* not yet planned */
    struct ls_clip clip;
    struct ls_penalty penalty;
    struct ls_noise noise;
    struct ls_job_sampler sampler;
    struct ls_job_checkpoint checkpoint;
    struct ls_job_init init;
    struct ls_on_failure on_failure;
};

/* A table of keys and the key of the job under which it stands ("" for the top). */
struct ls_job_table {
    const char *key;
    const struct ls_option *options;
};

/* All tables of the job file but those of layers, losses and optimisers; ends with key NULL. */
extern const struct ls_job_table ls_job_tables[];

/** Reads a whole job.
 *  folder  of the job file, to which paths are relative
 *  Errors: LS_USAGE with file, line and column.  Owner: arena; the job keeps pointers into
 *  `root`.  Collective: no. */
ls_status ls_job_parse(struct ls_job *job, const struct ls_node *root, const char *folder,
                       struct ls_arena *arena);

/** The number of shards: the job's, or for auto the largest power of two not above
 *  max(8, batch / 16).  Collective: no. */
size_t ls_job_shards(const struct ls_job *job);

/** Writes what was worked out (shards, absolute paths, class weights and counts, defaults) into the
 *  tree, so that it says all that the run does.
 *  loss  the job's, planned; NULL: leave class weights and counts as they are
 *  Owner: arena.  Errors: memory.  Collective: no. */
ls_status ls_job_resolve(const struct ls_job *job, struct ls_node *root, size_t shards,
                         const char *engine, const struct ls_loss *loss, struct ls_arena *arena);

#endif
