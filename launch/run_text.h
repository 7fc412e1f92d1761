/* The text files of a run that are replaced: by a temporary file that is brought to the disk and
 * renamed, so that a process killed or a disk full in between leaves what was there. */
#ifndef LOCKSTEP_LAUNCH_RUN_TEXT_H
#define LOCKSTEP_LAUNCH_RUN_TEXT_H

#include <stdint.h>

#include "src/base/status.h"

/** Makes `text` the content of the file.  Errors: LS_DATA.  Collective: no; rank 0. */
ls_status ls_run_text_put(const char *path, const char *text);

/** Takes the records of steps after `step` and a torn last line out of a metrics.jsonl, if there
 *  is one.  Errors: LS_DATA.  Collective: no; rank 0. */
ls_status ls_run_metrics_trim(const char *path, uint64_t step);

/** Brings what was added to a file opened for appending to the disk's keeping, or, where it does
 * not fit, takes all that came after byte *end out of it, so that it ends with a whole line. end
 * where the last whole line ends; moved on Returns an errno when it is lost, 0 when it is kept.
 * Collective: no; rank 0. */
int ls_run_text_keep(FILE *file, long long *end);

#endif
