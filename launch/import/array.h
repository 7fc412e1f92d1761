/* An array of numbers in a file, whatever its header: what idx and npy have in common. A pair of
 * them, samples and labels, makes a dataset. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_ARRAY_H
#define LOCKSTEP_LAUNCH_IMPORT_ARRAY_H

#include "launch/import/elements.h"
#include "launch/import/gzin.h"
#include "launch/import/import.h"

enum { LS_ARRAY_AXES = 4 };

/* Read up to its first number. */
struct ls_array {
    struct ls_gzin in;
    struct ls_number_type type;
    int axes;
    size_t dims[LS_ARRAY_AXES];
};

/* Opens `path` and reads its header into a zeroed array, which the caller closes in any case.
 * Errors: LS_DATA. */
typedef ls_status ls_array_open(struct ls_array *array, const char *path);

/** Checks that `header` bytes and the array's numbers are exactly what the file holds.
 *  Errors: LS_DATA, with the bytes expected and found.  Collective: no. */
ls_status ls_array_check(const struct ls_array *array, uint64_t header);

/** Imports call->positional[0], and [1] where given as labels: integers (N) are classes, reals
 *  (N) or (N, K) are values. `images` makes (N, H, W) of one channel, else it is (N, C, L).
 *  Errors: LS_DATA, and those of ls_import_write.  Collective: no. */
ls_status ls_array_import(const struct ls_command_call *call, ls_array_open *open, bool images,
                          const struct ls_import_flags *flags);

#endif
