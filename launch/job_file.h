/* Job files as bytes: read by rank 0 alone and given to all, so that every rank has the same. */
#ifndef LOCKSTEP_LAUNCH_JOB_FILE_H
#define LOCKSTEP_LAUNCH_JOB_FILE_H

#include "src/base/node.h"
#include "src/peers.h"

/** Reads and parses `path`, then applies KEY=VALUE overrides in order.
 *  Errors: LS_USAGE: no such file, not YAML, larger than 16 MiB.  Owner: arena.
 *  Collective: yes. */
ls_status ls_job_file_read(const char *path, char *const *overrides, size_t n_overrides,
                           const struct ls_peers *peers, struct ls_arena *arena,
                           struct ls_node **root);

/** Parses a job's text; `name` is for messages.  Owner: arena.  Collective: no. */
ls_status ls_job_file_parse(const char *text, const char *name, struct ls_arena *arena,
                            struct ls_node **root);

/** The absolute folder of `path`.  Errors: LS_USAGE.  Owner: arena.  Collective: no. */
ls_status ls_job_file_folder(const char *path, struct ls_arena *arena, const char **folder);

/** "job" for "dir/job.yaml".  Owner: arena.  Errors: NULL, memory.  Collective: no. */
const char *ls_job_file_stem(const char *path, struct ls_arena *arena);

#endif
