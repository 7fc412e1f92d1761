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

#endif
