/* What is found out about a step that was refused: where the first bad value is, what led to it and
 * the likely cause. As a page for a person, the same text on any number of ranks, and as a file
 * from which `lockstep examine` finds the same again. */
#ifndef LOCKSTEP_LAUNCH_EXAMINATION_H
#define LOCKSTEP_LAUNCH_EXAMINATION_H

#include "launch/session.h"
#include "src/examine/cause.h"

enum { LS_MAX_CAUSES = 16 };

/* A cause that something speaks for. */
struct ls_suspicion {
    const struct ls_cause *cause;
    char text[LS_CAUSE_TEXT];
};

struct ls_examination {
    struct ls_session *session;
    const struct ls_trainer *trainer;
    const struct ls_batch *batch;
    const char *error;   /* what the step said */
    size_t n;            /* samples of the global batch */
    uint64_t *samples;   /* (n) in its order */
    uint64_t *occasions; /* (n) likewise: what tells draws of one sample apart */
    float *raw;          /* (n, C, H, W) as in the file; rank 0's, NULL: could not be read */
    struct ls_look look;
    struct ls_evidence evidence;
    size_t n_suspicions;
    struct ls_suspicion suspicions[LS_MAX_CAUSES]; /* the likeliest first */
};

/* What the examination is given; the rest of it is found. */
struct ls_examination_spec {
    struct ls_session *session;
    const struct ls_trainer *trainer;
    const struct ls_batch *batch;
    const struct ls_history *history;
    const char *error;
    float *raw; /* (n, C, H, W) the batch as in the file; NULL: it is read */
};

/** Examines the batch that was just refused. With little memory it finds out less.
 *  Errors: memory, agreed.  Owner: arena.  Collective: yes. */
ls_status ls_examination_run(struct ls_examination *examination,
                             const struct ls_examination_spec *spec, struct ls_arena *arena);

/** Of the batch with which the trend broke, when its samples can be read again; for training,
 * before ls_examination_judge.  Collective: yes.  Errors: memory, agreed. */
ls_status ls_examination_look_back(struct ls_examination *examination, struct ls_arena *arena);

/** Tries the rules on what is known.  Collective: no; rank 0. */
void ls_examination_judge(struct ls_examination *examination);

/** The error in one line, with the likely cause.
 *  bytes  of text     with_rank  says which rank holds the bad value, where there are several
 *  Collective: no; rank 0. */
void ls_examination_line(const struct ls_examination *examination, bool with_rank, size_t bytes,
                         char *text);

/** The page below that line.  Collective: no; rank 0. */
void ls_examination_page(const struct ls_examination *examination, FILE *file);

/** Both, as a text.  NULL: no memory.  Owner: arena.  Collective: no; rank 0. */
const char *ls_examination_text(const struct ls_examination *examination, struct ls_arena *arena);

/** Writes all that ls_failure_open needs.  Errors: LS_DATA, memory.  Collective: no; rank 0. */
ls_status ls_failure_write(const struct ls_examination *examination, const char *path);

#endif
