/* The hardest samples of a run: chosen by the losses that a checkpoint remembers, and what its
 * model makes of them now. */
#ifndef LOCKSTEP_LAUNCH_HARD_LIST_H
#define LOCKSTEP_LAUNCH_HARD_LIST_H

#include "launch/session.h"
#include "src/data/view.h"

struct ls_hard_list {
    struct ls_session session; /* of the checkpoint's model, and the data it was trained on */
    const char *checkpoint;
    uint64_t step, remembered, len; /* of the checkpoint; samples with a loss, and all */
    enum ls_metric_kind kind;
    size_t n;
    uint64_t *samples;  /* (n) the hardest first; equal losses by number */
    float *losses;      /* (n) */
    float *scores;      /* (n, K) */
    int32_t *predicted; /* (n) classes: the largest output */
    int64_t *classes;   /* (n) of the dataset, where labels are classes, else NULL */
    float *values;      /* (n, label_len), where they are not */
};

/** Makes the list: the `top` hardest, or as many as there are.
 *  path  a run's folder or a checkpoint
 *  data  the dataset; "": the one of the job
 *  Errors: LS_USAGE: nothing is remembered; LS_DATA.  Owner: arena; release with
 *  ls_session_release(&list->session), also after a failure.  Collective: yes. */
ls_status ls_hard_list_make(struct ls_hard_list *list, const char *path, const char *data,
                            size_t top, const struct ls_peers *peers, struct ls_arena *arena);

/** The table that a person reads.  Collective: no. */
void ls_hard_list_print(const struct ls_hard_list *list, FILE *file);

/** Writes the samples as a dataset: x and y, and beside them sample, loss, scores and, where there
 *  are classes, prediction.  Errors: LS_DATA.  Collective: no. */
ls_status ls_hard_list_write(struct ls_hard_list *list, const char *path);

/** Writes their pictures.
 *  Errors: LS_USAGE: the samples are no pictures; LS_DATA.  Collective: no. */
ls_status ls_hard_list_draw(struct ls_hard_list *list, const char *path);

#endif
