/* What train, eval, predict and check share: from a job (a file, or the text in a checkpoint) to
 * opened data, the tree, a planned model and loss. Every rank goes through the same steps and
 * agrees where only some of them could fail. */
#ifndef LOCKSTEP_LAUNCH_SESSION_H
#define LOCKSTEP_LAUNCH_SESSION_H

#include "io/checkpoint.h"
#include "src/hard/replay.h"
#include "src/job/job.h"
#include "src/metrics/metrics.h"
#include "src/model/model.h"
#include "src/sampler/walk.h"
#include "src/step/evaluate.h"
#include "src/step/trainer.h"

struct ls_session {
    struct ls_arena *arena;
    const struct ls_peers *peers;
    struct ls_node *root; /* the job's tree, resolved by ls_session_prepare */
    struct ls_job job;
    const char *job_path;

    struct ls_source train, valid_file;
    struct ls_source *valid; /* train or valid_file; NULL: none */
    struct ls_subset train_set, valid_set;
    struct ls_plan plan, valid_plan;
    struct ls_balance balance; /* what plan.balance points to, where there is one */
    size_t index_bytes;        /* of memory of the node, that balance takes */
    struct ls_replay *replay;  /* what plan.replay points to; NULL: the job has no sampler.hard */
    uint64_t steps;            /* of the whole run */
    size_t room;               /* samples of the largest global batch, to train on or to evaluate */

    size_t shards;
    struct ls_tree tree;
    struct ls_transform transform;
    float *mean, *std; /* (channels), NULL: not normalised */
    const struct ls_engine_ops *engine;
    struct ls_model model;
    const char *loaded; /* what came of each layer with init.from, lines; NULL: nothing was read */
    struct ls_loss loss;
    size_t n_classes; /* names in class_names; 0: unnamed */
    const char *const *class_names;
};

/** Reads a job file on rank 0, gives it to all, applies KEY=VALUE overrides and parses it.
 *  Errors: LS_USAGE, LS_DATA: cannot read the file.  Owner: arena.  Collective: yes. */
ls_status ls_session_read_job(struct ls_session *session, const char *path, char *const *overrides,
                              size_t n_overrides, const struct ls_peers *peers,
                              struct ls_arena *arena);

/** Opens the job's data and plans everything up to the initial parameters.
 *  checkpoint  the one that the run goes on from, whose shards and normalisation are kept; NULL:
 *              a run from the start
 *  Errors: LS_USAGE, LS_DATA.  Collective: yes. */
ls_status ls_session_prepare(struct ls_session *session, const struct ls_checkpoint *checkpoint);

/** The model of a checkpoint with its parameters, for the samples in `data_path`.
 *  batch    samples of a global batch; 0: the job's
 *  threads  of each rank
 *  Errors: LS_USAGE, LS_DATA.  Owner: arena.  Collective: yes. */
ls_status ls_session_from_checkpoint(struct ls_session *session, const char *path,
                                     const char *data_path, size_t batch, size_t threads,
                                     const struct ls_peers *peers, struct ls_arena *arena);

/** The step of a failure again, without data: the model, loss and schedule of a checkpoint's job,
 *  for one global batch.
 *  session  arena, peers, job_path, steps and plan.steps_per_epoch are given, the rest zero
 *  n        samples of the batch
 *  Errors: LS_USAGE, LS_DATA.  Collective: yes. */
ls_status ls_session_again(struct ls_session *session, const struct ls_checkpoint *checkpoint,
                           size_t n, size_t threads);

/** What the loader reads for training, or for evaluation of `valid`.  Collective: no. */
struct ls_loader_spec ls_session_train_loader(struct ls_session *session);
struct ls_loader_spec ls_session_valid_loader(struct ls_session *session);

/** What a step of the job is made of.  Collective: no. */
struct ls_trainer_spec ls_session_trainer(struct ls_session *session);

/** What initialisers take from the data, at the start of a run: see src/step/lsuv.h.
 *  trainer  planned     Errors: LS_DATA, LS_DIVERGED; memory.  Collective: yes. */
ls_status ls_session_initialise(struct ls_session *session, struct ls_trainer *trainer);

/** Closes the data. Takes a zeroed session.  Collective: no. */
void ls_session_release(struct ls_session *session);

#endif
