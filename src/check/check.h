/* What can be seen to be wrong with a job before its first step: for `lockstep check`. A check is
 * one const struct with its name, the test, and what a person should change; they are listed in
 * checks.def. A check sees facts that are the same on any number of ranks, so its words are too. */
#ifndef LOCKSTEP_CHECK_CHECK_H
#define LOCKSTEP_CHECK_CHECK_H

#include "src/data/extent.h"
#include "src/data/labels.h"
#include "src/job/job.h"
#include "src/model/model.h"
#include "src/step/watch.h"

struct ls_check_facts {
    const struct ls_job *job;
    const struct ls_model *model;
    const struct ls_loss *loss; /* planned */
    size_t shards;
    uint64_t samples;                /* to train on */
    size_t usual_batch, least_batch; /* samples of an epoch's first batch, and of its smallest */
    const struct ls_class_counts *classes; /* of what is trained on; NULL: labels are no classes */
    const char *const *class_names;        /* (classes->len), NULL: unnamed */
    const struct ls_extents *x, *y;        /* as in the file; y NULL: labels are classes */
    const struct ls_watch_layer *first;    /* (n_layers) of the first step; NULL: none was taken */
    const char *failure;                   /* why there are no figures of it, "" when there are */
    double first_loss;
};

/* What the checks have found. */
struct ls_findings {
    /* Called with each warning: name of the check, its text without a line's end. */
    void (*tell)(void *context, const char *check, const char *text);
    void *context;
    const struct ls_check_ops *check; /* that runs */
    size_t of_check;                  /* that it has found */
};

struct ls_check_ops {
    const char *name;
    const char *remedy; /* what to change; ends each of its warnings */
    void (*run)(const struct ls_check_facts *facts, struct ls_findings *findings);
};

/* All checks, NULL-terminated, in the order of checks.def. */
extern const struct ls_check_ops *const ls_checks[];

/** Runs all checks. Of warnings of one check that are many the first few are told, and how many
 *  there are more.  Collective: no. */
void ls_check_run(const struct ls_check_facts *facts, struct ls_findings *findings);

/** A warning of the check that runs, which its remedy is put behind.
 *  node  its place in the job, NULL: none     Collective: no. */
void ls_found(struct ls_findings *findings, const struct ls_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
