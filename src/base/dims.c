#include "src/base/dims.h"

#include <stdio.h>

const char *ls_shape_text(struct ls_shape s, char *text)
{
    if (s.axes == 1)
        (void)snprintf(text, LS_SHAPE_TEXT, "(%zu)", s.c);
    else if (s.axes == 2)
        (void)snprintf(text, LS_SHAPE_TEXT, "(%zu, %zu)", s.c, s.w);
    else
        (void)snprintf(text, LS_SHAPE_TEXT, "(%zu, %zu, %zu)", s.c, s.h, s.w);
    return text;
}
