/* A file that appears under its name only when it is complete: it is written as `.NAME.tmp` in
 * the same folder, brought to the disk, and renamed. */
#ifndef LOCKSTEP_IO_OUTFILE_H
#define LOCKSTEP_IO_OUTFILE_H

#include "io/hdf5.h"

struct ls_outfile {
    char *path, *temp;
    int fd;     /* of temp, -1 when none */
    hid_t file; /* open for writing, 0 when none */
};

/** Creates the temporary file as an HDF5 file whose metadata carry checksums.
 *  Errors: LS_DATA; nothing is left behind.  Needs the lock.  Collective: no. */
ls_status ls_outfile_create(struct ls_outfile *out, const char *path);

/** Reserves `bytes` of disk (what the data need; the slack for metadata is added), so that a full
 *  disk is met before anything is written.  Errors: LS_DATA.  Collective: no. */
ls_status ls_outfile_reserve(const struct ls_outfile *out, uint64_t bytes);

/** Fails with "cannot write PATH: WHAT: cause".  Needs the lock.  Collective: no. */
ls_status ls_outfile_failed(const struct ls_outfile *out, const char *what);

/** Writes out what HDF5 holds and closes it; the temporary file stays.
 *  Errors: LS_DATA.  Needs the lock.  Collective: no. */
ls_status ls_outfile_close(struct ls_outfile *out);

/** Waits until a closed file is on the disk.  Errors: LS_DATA.  Collective: no. */
ls_status ls_outfile_sync(struct ls_outfile *out);

/** Renames into place and waits for the folder to reach the disk.
 *  Errors: LS_DATA.  Collective: no. */
ls_status ls_outfile_commit(struct ls_outfile *out);

/** Removes the temporary file if it is still there, and frees; takes what a failed create or a
 *  commit left.  Needs the lock.  Collective: no. */
void ls_outfile_release(struct ls_outfile *out);

/** Splits "a/b" at the last slash: the length of the folder with its slash, 0 when there is
 *  none.  Collective: no. */
size_t ls_folder_len(const char *path);

/** Waits until the folder of `path`, with the names in it, is on the disk. Returns an errno, or 0,
 *  also where the file system does not sync folders.  Collective: no. */
int ls_folder_sync(const char *path);

#endif
