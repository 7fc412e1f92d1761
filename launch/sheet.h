/* A contact sheet: pictures in rows, with a line or two of text below each, as PNG. */
#ifndef LOCKSTEP_LAUNCH_SHEET_H
#define LOCKSTEP_LAUNCH_SHEET_H

#include <stdbool.h>
#include <stddef.h>

#include "src/base/dims.h"
#include "src/base/status.h"

enum { LS_SHEET_LINES = 2, LS_SHEET_TEXT = 24 };

struct ls_sheet_picture {
    const float *x;                           /* (C, H, W), C 1 or 3 */
    char text[LS_SHEET_LINES][LS_SHEET_TEXT]; /* of digits and " #>-.,+", else a blank */
    bool marked;                              /* its text stands out */
};

/** Writes n pictures, magnified where they are small. Values from 0 to 1, or to 255, are shown as
 *  they are; others from the smallest to the largest of all.
 *  Errors: LS_DATA: cannot write; the file is then gone.  Collective: no. */
ls_status ls_sheet_write(const char *path, struct ls_shape shape,
                         const struct ls_sheet_picture *pictures, size_t n);

#endif
