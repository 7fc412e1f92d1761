#include "io/cause.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/hdf5.h"

enum { CAUSE_LEN = 200 };

static _Thread_local char cause[CAUSE_LEN];

const char *ls_cause_errno(int error)
{
    (void)snprintf(cause, sizeof cause, "%s", strerror(error));
    cause[0] = (char)tolower((unsigned char)cause[0]);
    return cause;
}

static herr_t keep_innermost(unsigned n, const H5E_error2_t *error, void *context)
{
    char *text = context;
    if (n == 0 && error->desc)
        (void)snprintf(text, CAUSE_LEN, "%s", error->desc);
    return 0;
}

static herr_t keep_errno(unsigned n, const H5E_error2_t *error, void *context)
{
    (void)n;
    int *found = context;
    const char *place = error->desc ? strstr(error->desc, "errno = ") : NULL;
    if (place && *found == 0)
        *found = (int)strtol(place + strlen("errno = "), NULL, 10);
    return 0;
}

int ls_cause_hdf5_errno(void)
{
    int found = 0;
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_errno, &found);
    return found;
}

const char *ls_cause_hdf5(void)
{
    const int error = ls_cause_hdf5_errno();
    if (error)
        return ls_cause_errno(error);
    cause[0] = '\0';
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, cause);
    if (!cause[0])
        (void)snprintf(cause, sizeof cause, "HDF5 gives no reason");
    for (char *c = cause; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    return cause;
}
