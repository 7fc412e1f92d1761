/* A file to import, gzip or plain, read from front to back. Its length is measured at opening, so
 * that sizes claimed by a header are checked before anything is made of them. */
#ifndef LOCKSTEP_LAUNCH_IMPORT_GZIN_H
#define LOCKSTEP_LAUNCH_IMPORT_GZIN_H

#include <stdint.h>
#include <zlib.h>

#include "src/base/status.h"

struct ls_gzin {
    gzFile file;
    const char *path;
    uint64_t bytes; /* uncompressed */
};

/** Opens and measures; a compressed file is read through once for that.
 *  Errors: LS_DATA: cannot be read, damaged, truncated.  Owner: caller, ls_gzin_close.
 *  Collective: no. */
ls_status ls_gzin_open(struct ls_gzin *in, const char *path);

/** The next `len` bytes.  Errors: LS_DATA: fewer are left.  Collective: no. */
ls_status ls_gzin_read(struct ls_gzin *in, void *data, size_t len);

/** Up to `len` bytes, *got of them, 0 at the end.  Errors: LS_DATA.  Collective: no. */
ls_status ls_gzin_read_some(struct ls_gzin *in, void *data, size_t len, size_t *got);

/** Back to the first byte.  Errors: LS_DATA.  Collective: no. */
ls_status ls_gzin_rewind(struct ls_gzin *in);

/** Takes a zeroed struct.  Collective: no. */
void ls_gzin_close(struct ls_gzin *in);

#endif
