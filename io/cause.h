/* Why a call of the system or of HDF5 failed, as the end of a one-line message. */
#ifndef LOCKSTEP_IO_CAUSE_H
#define LOCKSTEP_IO_CAUSE_H

/** "no space left on device" for an errno.
 *  Owner: the thread; valid until its next call here.  Collective: no. */
const char *ls_cause_errno(int error);

/** What the innermost function of HDF5's last failing call said; where it met an error of the
 *  system, that. To be asked before any other call of HDF5 but ls_hdf5_close, under
 *  the lock.
 *  Owner: the thread; valid until its next call here.  Collective: no. */
const char *ls_cause_hdf5(void);

/** The errno inside the error stack of HDF5's last failing call, 0 when there is none.
 *  Collective: no. */
int ls_cause_hdf5_errno(void);

#endif
